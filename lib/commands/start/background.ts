/** Starts the proxy in the background, waits until it answers, and says where it is; or why it does not. */
import { findPlaces } from '../../config/paths.ts';
import { startBackground, startLogFile, type Started } from '../../daemon/background.ts';
import type { RecordedOptions } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { printStarted } from './page.ts';
import { requireRunning, clientVariables } from '../../daemon/running.ts';
import { toRecordedOptions, backgroundArguments, type StartOptions } from './options.ts';
import type { System } from '../../terminal/command-context.ts';

/** Milliseconds a proxy has until it must answer; a key command alone may take ten seconds. */
const readyMs = 30_000;

/** Resolves to the exit code: 0 when it answers, else the one that the process in the background ended with. */
export async function startInBackground(
  options: StartOptions,
  system: System,
  output: Output,
): Promise<number> {
  const { requireNotRunning } = await import('./recorded.ts');
  await requireNotRunning(system);
  return startAndWait(toRecordedOptions(options, system.cwd), system, output);
}

/** The same, for options that no longer depend on where they were typed. */
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
      remedy: `it writes its first words to ${startLogFile(stateDir)}; see that this is possible`,
      cause: error,
    });
  });
  const started = await withProgress(output, 'starting the proxy', starting);
  if (started.kind === 'interrupted') return started.code;
  const words = started.words.trimEnd();
  if (words !== '') output.warn(words);
  if (started.kind !== 'ready') return reportFailure(started, words, stateDir, output);
  const record = await requireRunning(system, 'occ start once more; it ended as soon as it had begun');
  printStarted(record, await clientVariables(record), output, true);
  return exitCodes.ok;
}

function reportFailure(
  started: Extract<Started, { kind: 'failed' | 'late' }>,
  words: string,
  stateDir: string,
  output: Output,
): number {
  if (started.kind === 'late') {
    output.warn(`occ: the proxy did not answer within ${readyMs / 1000} s and was ended`);
    return exitCodes.failed;
  }
  if (words === '') {
    output.warn(`occ: the proxy ended with code ${started.code} before it answered, without a word`);
    output.warn(`  occ start --foreground shows more; its log is beside ${startLogFile(stateDir)}`);
  }
  return started.code === exitCodes.ok ? exitCodes.failed : started.code;
}
