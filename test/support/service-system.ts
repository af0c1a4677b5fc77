/** A supervisor of services as tests need it: answers like systemctl, loginctl or launchctl, and notes what it was asked. */
import { Writable, PassThrough } from 'node:stream';
import { openOutput, type Output } from '../../lib/terminal/output.ts';
import type { System } from '../../lib/terminal/command-context.ts';
import type { Ran, RunProgram } from '../../lib/daemon/units/run-program.ts';

export interface Supervised {
  run: RunProgram;
  /** Every command, in order. */
  commands: string[];
}

const ok: Ran = { code: 0, stdout: '', stderr: '' };

/** `answer` gets the whole command line; what it leaves open succeeds and prints nothing. */
export function supervised(
  answer: (command: string) => Partial<Ran> | undefined = () => undefined,
): Supervised {
  const commands: string[] = [];
  return {
    commands,
    run: (program, args) => {
      const command = [program, ...args].join(' ');
      commands.push(command);
      return Promise.resolve({ ...ok, ...answer(command) });
    },
  };
}

/** What `systemctl --user show` prints. */
export function shown(values: Record<string, string>): Partial<Ran> {
  return {
    stdout: Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  };
}

export interface Printed {
  system: System;
  output: Output;
  stdout: () => string;
  stderr: () => string;
}

export async function recordingSystem(
  home: string,
  {
    env = {},
    platform = 'linux',
    json = false,
  }: { env?: Record<string, string>; platform?: NodeJS.Platform; json?: boolean } = {},
): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed[name] += chunk.toString();
        done();
      },
    });
  const [stdout, stderr, stdin] = [sink('stdout'), sink('stderr'), new PassThrough()];
  const given = { HOME: home, PATH: '/usr/bin:/bin', ...env };
  const system: System = { env: given, home, cwd: home, platform, stdin, stdout, stderr };
  const output = await openOutput({
    stdout,
    stderr,
    env: given,
    noColor: true,
    json,
    quiet: false,
    verbose: false,
  });
  return { system, output, stdout: () => printed.stdout, stderr: () => printed.stderr };
}
