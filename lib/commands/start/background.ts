/** Starts the proxy in the background, waits until it answers, and prints its address or why it failed. */
import { findPlaces } from '../../config/paths.ts';
import { startBackground, startLogFile, type Started } from '../../daemon/background.ts';
import type { RecordedOptions } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { widthOf } from '../../terminal/width.ts';
import { printStarted } from './page.ts';
import { requireRunning, clientVariables } from '../../daemon/running.ts';
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
  const { requireNotRunning } = await import('./recorded.ts');
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
  }).catch((error: NodeJS.ErrnoException) => {
    throw new OccError('start_failed', `the proxy cannot be started: ${error.message}`, {
      remedy: `check that ${startLogFile(stateDir)} can be written: the proxy logs its start there`,
      cause: error,
    });
  });
  const started = await withProgress(output, 'starting the proxy', starting);
  if (started.kind === 'interrupted') return started.code;
  const printed = started.printed.trimEnd();
  if (printed !== '') output.warn(printed);
  if (started.kind !== 'ready') return reportFailure(started, printed, stateDir, output);
  const record = await requireRunning(
    system,
    'run occ start again; the proxy ended just after it had started',
  );
  const variables = await clientVariables(record);
  printStarted({ record, variables, output, width: widthOf(system.stdout), stays: true });
  return exitCodes.ok;
}

function reportFailure(
  started: Extract<Started, { kind: 'failed' | 'late' }>,
  printed: string,
  stateDir: string,
  output: Output,
): number {
  if (started.kind === 'late') {
    output.warn(`occ: the proxy did not answer within ${readyMs / 1000} s and was ended`);
    return exitCodes.failed;
  }
  if (printed === '') {
    output.warn(`occ: the proxy ended with code ${started.code} before it answered, and printed nothing`);
    output.warn(
      `  occ start --foreground prints more; the log is in the folder of ${startLogFile(stateDir)}`,
    );
  }
  return started.code === exitCodes.ok ? exitCodes.failed : started.code;
}
