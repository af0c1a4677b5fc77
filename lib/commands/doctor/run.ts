/** A run of `occ doctor` as a person sees it: what it will ask, how far it is, what it found; Ctrl-C ends it at once. */
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
/** Milliseconds of `--quick`, less what starting and telling take. */
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
  const findings = await take(instances, loaded, options, system, output);
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

/** A configuration that is at fault is a finding, and no reason to look at nothing else. */
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

/** OccError `usage` for a provider or model that is not configured. */
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
  const of = models === 0 ? '' : ` of ${count(models, 'model')}`;
  output.info(`occ: at most ${count(requests, 'short live request')}${of}; --offline makes none`);
}

/** The findings; undefined when a signal ended it. */
async function take(
  instances: readonly Instance[],
  loaded: LoadedSettings | OccError,
  options: DoctorOptions,
  { env, home, cwd, platform }: System,
  output: Output,
): Promise<Finding[] | undefined> {
  const signals = listenForSignals();
  const leaving = new AbortController();
  void signals.nth(1).then(() => leaving.abort());
  let words = `looking at ${count(instances.length, 'thing')}`;
  const long = instances.some(({ check }) => check.long);
  const run = runDoctor({
    instances,
    machine: { env, home, cwd, platform },
    loaded,
    offline: options.offline === true,
    ...(options.quick === true && { limitMs: quickMs }),
    gone: leaving.signal,
    watch: (going, done) => {
      const names = [...new Set(going.map(({ check }) => check.code))];
      const some = names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', ');
      words = `${done} of ${instances.length} done${some === '' ? '' : `; at ${some}`}`;
    },
  });
  const plain = `occ: looking at ${count(instances.length, 'thing')}${long ? '; the two-minute stream takes as long as its name says' : ''}`;
  try {
    return await withProgress(output, output.animated ? () => words : plain, run);
  } catch (error) {
    if (leaving.signal.aborted) return undefined;
    throw error;
  } finally {
    signals.stop();
  }
}
