/** Runs the program, and turns everything that it throws into a message and an exit code. */
import { exitCodes, OccError } from './errors.ts';
import type { HelpRequest } from './cli/command.ts';
import { homeOf } from './config/paths.ts';
import { runDirectly } from './cli/direct.ts';
import { reportFailure } from './cli/failure.ts';
import type { System } from './terminal/command-context.ts';
import { ignoreClosedPipe } from './terminal/output.ts';
import { widthOf } from './terminal/width.ts';

/** Resolves to the exit code, and never rejects. `args` are the arguments after `occ`. */
export async function main(args: string[], system: System = currentSystem()): Promise<number> {
  let lost: NodeJS.ErrnoException | undefined;
  // Help and usage errors are written before a command opens its output.
  ignoreClosedPipe(system.stdout, (error) => (lost = error));
  const code = await run(args, system);
  // A write error is reported asynchronously, so wait until everything is written.
  await new Promise<void>((resolve) => void system.stdout.write('', () => resolve()));
  return lost === undefined ? code : reportFailure(outputLost(lost), system, false);
}

function outputLost({ code, message }: NodeJS.ErrnoException): OccError {
  return new OccError('answer_unwritten', `the answer could not be written (${code ?? message})`, {
    remedy: 'make room where stdout goes, and run the command again',
  });
}

async function run(given: string[], system: System): Promise<number> {
  try {
    const direct = await runDirectly(given, system);
    if (direct !== undefined) return direct;
    const args = given.length === 0 ? await firstCommand(system) : given;
    const { CommanderError } = await import('commander');
    const { buildProgram } = await import('./cli/program.ts');
    const { HelpRequest } = await import('./cli/command.ts');
    let code: number = exitCodes.ok;
    const program = await buildProgram(args, system, (exitCode) => (code = exitCode));
    try {
      await program.parseAsync(args, { from: 'user' });
    } catch (error) {
      if (error instanceof HelpRequest) return await printHelp(error, system);
      // Commander ends this way after it has printed the version.
      if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
      throw error;
    }
    return code;
  } catch (error) {
    return reportFailure(error, system, given.includes('--verbose') || given.includes('-v'));
  }
}

/** The command for `occ` alone: the help, or what a new user chooses on a terminal. */
async function firstCommand(system: System): Promise<string[]> {
  const { begin, mayBegin } = await import('./commands/begin/begin.ts');
  return mayBegin(system) ? begin(system) : ['--help'];
}

async function printHelp(request: HelpRequest, { stdout, stderr }: System): Promise<number> {
  const { renderHelp } = await import('./cli/help.ts');
  const { missing } = request;
  const stream = missing ? stderr : stdout;
  ignoreClosedPipe(stream);
  stream.write(await renderHelp(request, widthOf(stream)));
  return missing ? exitCodes.usage : exitCodes.ok;
}

function currentSystem(): System {
  const { env, platform } = process;
  return {
    env,
    home: homeOf(env),
    cwd: process.cwd(),
    platform,
    // Opening a stream takes time, and most commands do not use all three.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
  };
}
