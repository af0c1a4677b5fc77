/** Launches a real client other than Claude Code on a model of an emulator, in a sandbox. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '../../lib/clients/client.ts';
import type { EmulatorOptions } from '../../lib/emulator/server.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { hangMs } from '../support/limits.ts';
import { occ, run, type Ran, type Sandbox } from './client.ts';
import { nodeFor } from './fetched.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { key } from './upstream.ts';

/** The sentence that every client gets. */
export const prompt =
  'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';

const model = 'some-model';

export interface Upstream extends AsyncDisposable {
  emulator: Emulator;
  /** The configuration in which it is the only provider. */
  config: object;
}

/** A provider with one model in this format. */
export async function startUpstream(format: WireFormat, options: EmulatorOptions = {}): Promise<Upstream> {
  const emulator = await startEmulator({
    strict: true,
    flavour: 'plain',
    models: { [model]: [format] },
    ...options,
  });
  const base_url = format === 'gemini' ? `${emulator.url}/v1beta/models` : `${emulator.url}/v1`;
  return {
    emulator,
    config: {
      providers: {
        own: { wire_format: format, base_url, api_key: key, headers: { 'x-opencode-session': 'one' } },
      },
      models: { default: { provider: 'own', model_id: model } },
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** Runs `occ launch <client>` to its end, with the program on PATH. */
export function launchOther(
  client: Client,
  program: string,
  box: Sandbox,
  config: object,
  ...args: string[]
): Promise<Ran> {
  const words = [occ, 'launch', client.name, '--config', box.configure(config), ...args];
  return run(process.execPath, words, { cwd: box.work, env: environmentFor(program, box) });
}

/** Switches off updates, telemetry and whatever else would wait for a network. */
const offline = {
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  PI_OFFLINE: '1',
  PI_TELEMETRY: '0',
  COPILOT_OFFLINE: 'true',
  COPILOT_AUTO_UPDATE: 'false',
};

/** The same, without waiting for its end. It is killed after a minute, so that only its own test fails. */
export function spawnOther(
  client: Client,
  program: string,
  box: Sandbox,
  config: object,
  ...args: string[]
): ChildProcess {
  const words = [occ, 'launch', client.name, '--config', box.configure(config), ...args];
  return spawn(process.execPath, words, {
    cwd: box.work,
    env: environmentFor(program, box),
    stdio: 'ignore',
    timeout: hangMs,
    killSignal: 'SIGKILL',
  });
}

/** The same in a terminal. */
export function openOther(
  client: Client,
  program: string,
  box: Sandbox,
  config: object,
  ...args: string[]
): Promise<Terminal> {
  const words = [occ, 'launch', client.name, '--config', box.configure(config), ...args];
  return openTerminal([process.execPath, ...words], { cwd: box.work, env: environmentFor(program, box) });
}

/** The environment of a launch with this program on PATH, without the variables of this machine. */
export function environmentFor(program: string, box: Sandbox): Record<string, string> {
  // Clients write reports of failures there.
  const temporary = join(box.home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    ...offline,
    PATH: [dirname(program), nodeFor(program).folder ?? dirname(process.execPath), '/usr/bin', '/bin'].join(
      ':',
    ),
    HOME: box.home,
    TMPDIR: temporary,
    TERM: 'xterm-256color',
    OCC_PORT: '0',
  };
}

/** Every file below a folder with its text, so that two moments can be compared. */
export function snapshot(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** What is left of the folders of launches. */
export function leftBehind({ home }: Sandbox): string[] {
  const folders = join(home, '.local/state/occ/clients');
  return existsSync(folders) ? readdirSync(folders) : [];
}
