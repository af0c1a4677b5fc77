/** Runs `occ doctor`: announces the requests, shows the progress, prints the report. Ctrl-C ends it at once. */
import { loadSettings, type LoadedSettings } from '../../config/load.ts';
import { checks } from '../../doctor/checks/checks.ts';
import type { Finding } from '../../doctor/check.ts';
import { renderJunit } from '../../doctor/junit.ts';
import { hasFailed, listChecks } from '../../doctor/report.ts';
import { runDoctor } from '../../doctor/run.ts';
import { countRequests, select, type Instance, type Selection } from '../../doctor/select.ts';
import { findSubjects, type Subjects } from '../../doctor/subjects.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { count } from '../../terminal/figures.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { renderList, renderReport } from './page.ts';
import { listenForSignals } from '../../terminal/signals.ts';
import { widthOf } from '../../terminal/width.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface DoctorOptions extends GlobalOptions {
  list?: boolean;
  live?: boolean;
  offline?: boolean;
  quick?: boolean;
  long?: boolean;
  provider?: string;
  model?: string;
  config?: string;
  junit?: boolean;
}

/** 128 and the number of SIGINT. */
const interrupted = 130;
/** The ten seconds of `--quick` in milliseconds, minus the time to start and to print. */
const quickMs = 8500;

/** Resolves to the exit code. */
export async function examineMachine(
  codes: readonly string[],
  options: DoctorOptions,
  system: System,
  output: Output,
): Promise<number> {
  if (options.list === true) return list(output, system);
  const selection: Selection = {
    codes,
    ...(options.offline === true && { only: 'offline' as const }),
    ...(options.live === true && { only: 'live' as const }),
    quick: options.quick === true,
    long: options.long === true,
  };
  const loaded = await load(options, system);
  const instances = select(checks, selection, subjectsOf(loaded, options));
  announceRequests(instances, output);
  const findings = await runInstances(instances, loaded, options, system, output);
  if (findings === undefined) {
    output.warn('occ: interrupted');
    return interrupted;
  }
  const report = { schema: 1, findings } as const;
  if (output.json) output.printJson({ findings });
  else if (options.junit === true) output.print(renderJunit(report));
  else for (const line of renderReport(report, output.style, widthOf(system.stdout))) output.print(line);
  return hasFailed(report) ? exitCodes.failed : exitCodes.ok;
}

function list(output: Output, system: System): number {
  const listed = listChecks(checks);
  if (output.json) output.printJson({ checks: listed });
  else for (const line of renderList(listed, widthOf(system.stdout))) output.print(line);
  return exitCodes.ok;
}

/** Returns the error of an invalid configuration, because the check `config` reports it and other checks still run. */
async function load(
  { config, offline }: DoctorOptions,
  { env, home }: System,
): Promise<LoadedSettings | OccError> {
  try {
    return await loadSettings({ configFile: config, env, home, runCommands: offline !== true });
  } catch (error) {
    if (error instanceof OccError) return error;
    throw error;
  }
}

/** Throws OccError `usage` for a provider or model that is not configured. */
function subjectsOf(loaded: LoadedSettings | OccError, { provider, model }: DoctorOptions): Subjects {
  if (loaded instanceof OccError) return { providers: [], models: [] };
  return findSubjects(loaded.settings, {
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
  });
}

function announceRequests(instances: readonly Instance[], output: Output): void {
  const requests = countRequests(instances);
  if (requests === 0) return;
  const models = new Set(instances.flatMap(({ subject }) => (subject.model ? [subject.name] : []))).size;
  const to = models === 0 ? '' : ` to ${count(models, 'model')}`;
  output.info(`occ: sending at most ${count(requests, 'short live request')}${to}; --offline sends none`);
}

/** Returns the findings; undefined if a signal ended the run. */
async function runInstances(
  instances: readonly Instance[],
  loaded: LoadedSettings | OccError,
  options: DoctorOptions,
  { env, home, cwd, platform }: System,
  output: Output,
): Promise<Finding[] | undefined> {
  const signals = listenForSignals();
  const interrupt = new AbortController();
  void signals.nth(1).then(() => interrupt.abort());
  let progress = `running ${count(instances.length, 'check')}`;
  const long = instances.some(({ check }) => check.long);
  const run = runDoctor({
    instances,
    machine: { env, home, cwd, platform },
    loaded,
    offline: options.offline === true,
    ...(options.quick === true && { limitMs: quickMs }),
    signal: interrupt.signal,
    onProgress: (running, done) => {
      const names = [...new Set(running.map(({ check }) => check.code))];
      const some = names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', ');
      progress = `${done} of ${instances.length} done${some === '' ? '' : `; running ${some}`}`;
    },
  });
  const plain = `occ: running ${count(instances.length, 'check')}${long ? '; the two-minute stream takes two minutes' : ''}`;
  try {
    return await withProgress(output, output.animated ? () => progress : plain, run);
  } catch (error) {
    if (interrupt.signal.aborted) return undefined;
    throw error;
  } finally {
    signals.stop();
  }
}
