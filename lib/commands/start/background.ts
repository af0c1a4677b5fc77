/** Starts the proxy in the background, waits until it answers, and prints its address or why it failed. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findPlaces } from '../../config/paths.ts';
import { startBackground, startLogFile } from '../../daemon/background.ts';
import type { RecordedOptions } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { describeSystemError, isSystemError, type SystemError } from '../../system-error.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { widthOf } from '../../terminal/width.ts';
import { requireNotRunning } from './not-running.ts';
import { printStarted } from './page.ts';
import { clientVariables } from '../../daemon/running.ts';
import { toRecordedOptions, backgroundArguments, type StartOptions } from './options.ts';
import type { System } from '../../terminal/command-context.ts';

/** Milliseconds until the proxy must answer. A key command alone may take ten seconds. */
const readyMs = 30_000;

/** Resolves to the exit code: 0 if the proxy answers, otherwise the code of the background process. */
export async function startInBackground(
  options: StartOptions,
  system: System,
  output: Output,
): Promise<number> {
  await requireNotRunning(system);
  return startAndWait(toRecordedOptions(options, system.cwd), system, output);
}

/** Like `startInBackground`, without the check; `occ restart` passes recorded options. */
export async function startAndWait(
  options: RecordedOptions,
  system: System,
  output: Output,
): Promise<number> {
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  const starting = startBackground({
    args: backgroundArguments(options),
    env: system.env,
    cwd: system.home,
    stateDir,
    limitMs: readyMs,
    ask: clientVariables,
  }).catch((error: Error) => {
    if (error instanceof OccError) throw error;
    const reason = isSystemError(error) ? describeSystemError(error) : error.message;
    throw new OccError('start_failed', `the proxy cannot be started: ${reason}`, {
      remedy: `check that ${startLogFile(stateDir)} can be written: the proxy logs its start there`,
      cause: error,
    });
  });
  const started = await withProgress(output, 'starting the proxy', starting);
  if (started.kind === 'interrupted') return started.code;
  const printed = started.printed.trimEnd();
  if (printed !== '') output.warn(printed);
  if (started.kind === 'late') throw tooLate(stateDir);
  if (started.kind === 'failed') {
    // It has printed its own error.
    if (printed !== '') return started.code === exitCodes.ok ? exitCodes.failed : started.code;
    throw endedSilently(started.code, startLogFile(stateDir));
  }
  const { record, answer: variables } = started;
  printStarted({ record, variables, output, width: widthOf(system.stdout), stays: true, home: system.home });
  return exitCodes.ok;
}

function tooLate(stateDir: string): OccError {
  return new OccError('start_too_slow', `the proxy did not answer within ${readyMs / 1000} s and was ended`, {
    remedy: seeStart(dirname(startLogFile(stateDir))),
  });
}

/** On a full disk, what the proxy prints about it is lost, too. */
function endedSilently(code: number, file: string): OccError {
  const failure = failureToWrite(file);
  const message =
    failure === undefined
      ? `the proxy ended with code ${code} before it answered, and printed nothing`
      : `the proxy cannot be started: ${describeSystemError(failure)}`;
  const remedy =
    failure === undefined
      ? seeStart(dirname(file))
      : `make room there, or set XDG_STATE_HOME to another folder`;
  return new OccError('start_failed', message, { remedy, cause: failure });
}

/** Why the file that receives the output of the proxy cannot be written; undefined if it can. */
function failureToWrite(file: string): SystemError | undefined {
  try {
    writeFileSync(file, '\n'.repeat(4096));
    writeFileSync(file, '');
    return undefined;
  } catch (error) {
    // A failed write does not name its file.
    return isSystemError(error) ? Object.assign(error, { path: file }) : undefined;
  }
}

function seeStart(logFolder: string): string {
  return `occ start --foreground prints more; the log is in ${logFolder}`;
}
