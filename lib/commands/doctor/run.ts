/** Runs `occ doctor`: announces the requests, and prints each finding when it is known. Ctrl-C keeps what is known. */
import { resolve } from 'node:path';
import { loadSettings, type LoadedSettings } from '../../config/load.ts';
import { checks } from '../../doctor/checks/checks.ts';
import type { Finding } from '../../doctor/check.ts';
import { renderJunit } from '../../doctor/junit.ts';
import { exitCodeOf, listChecks, toReport } from '../../doctor/report.ts';
import { runDoctor, streamSeconds } from '../../doctor/run.ts';
import { countRequests, select, type Instance, type Selection } from '../../doctor/select.ts';
import { findSubjects, type Subjects } from '../../doctor/subjects.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { count } from '../../terminal/figures.ts';
import type { Output } from '../../terminal/output.ts';
import { openLiveLine } from '../../terminal/progress.ts';
import { renderList } from './list.ts';
import { openPage } from './live-page.ts';
import { openStatus } from './live-status.ts';
import { listenForSignals } from '../../terminal/signals.ts';
import { widthOf } from '../../terminal/width.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface DoctorOptions extends GlobalOptions {
  list?: boolean;
  live?: boolean;
  offline?: boolean;
  quick?: boolean;
  long?: boolean;
  claude?: boolean;
  provider?: string;
  model?: string;
  config?: string;
  junit?: boolean;
}

/** Milliseconds that a command which prints a key may take with `--quick`. */
const keyCommandMs = 3000;
/** The ten seconds of `--quick` in milliseconds, minus the time to stop what was started; more of it on a busy machine. */
const quickMs = 6500;
/** Milliseconds that the checks get at least, however long the process took to start. */
const leastMs = 500;

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
    claude: options.claude === true,
  };
  const loaded = await load(options, system);
  const instances = select(checks, selection, subjectsOf(loaded, options));
  announceRequests(instances, output);
  const asText = !output.json && options.junit !== true;
  const page = openPage(instances, output.style, widthOf(system.stdout));
  const print = (lines: readonly string[]): void => lines.forEach((line) => output.print(line));
  const { findings, interrupted } = await runInstances(
    instances,
    loaded,
    options,
    system,
    output,
    (...found) => {
      if (asText) print(page.add(...found));
    },
  );
  const report = toReport(instances, findings, interrupted);
  if (output.json) output.printJson({ ...report });
  else if (options.junit === true) output.printText(renderJunit(report));
  else print(page.end(report, whyNothing(instances, findings, selection)));
  if (interrupted && !asText) output.warn('occ: interrupted; the checks that were not finished are skipped');
  return exitCodeOf(report);
}

/** Why nothing could be checked, with what would change that. */
function whyNothing(
  instances: readonly Instance[],
  findings: readonly Finding[],
  { codes, quick, only }: Selection,
): string {
  const reasons = findings.flatMap(({ summary }, i) => (instances[i]?.selected ? [summary] : []));
  if (reasons.length > 0) return [...new Set(reasons)].join('; ');
  const named = checks.filter(({ code }) => codes.includes(code));
  if (named.some(({ long }) => long))
    return quick
      ? `${codes.join(', ')} takes minutes, which --quick leaves out`
      : `${codes.join(', ')} takes minutes: add --long to check it live`;
  if (only === 'offline' && named.length > 0) return `${codes.join(', ')} cannot be checked with --offline`;
  return 'no configured model needs a provider; occ models shows which there are';
}

function list(output: Output, system: System): number {
  const listed = listChecks(checks);
  if (output.json) output.printJson({ checks: listed });
  else for (const line of renderList(listed, widthOf(system.stdout))) output.print(line);
  return exitCodes.ok;
}

/** Returns the error of an invalid configuration, because the check `config` reports it and other checks still run. */
async function load(
  { config, offline, quick }: DoctorOptions,
  { env, home }: System,
): Promise<LoadedSettings | OccError> {
  try {
    return await loadSettings({
      configFile: config,
      env,
      home,
      runCommands: offline !== true,
      ...(quick === true && { signal: AbortSignal.timeout(keyCommandMs) }),
    });
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
  const { requests, models } = countRequests(instances);
  if (requests === 0) return;
  const to = models === 0 ? '' : ` to ${count(models, 'model')}`;
  output.info(`occ: sending at most ${count(requests, 'short live request')}${to}; --offline sends none`);
}

/** Runs the checks. The first signal ends the run; what is known by then is kept. */
async function runInstances(
  instances: readonly Instance[],
  loaded: LoadedSettings | OccError,
  options: DoctorOptions,
  { env, home, cwd, platform }: System,
  output: Output,
  onFound: (index: number, finding: Finding) => void,
): Promise<{ findings: Finding[]; interrupted: boolean }> {
  const signals = listenForSignals();
  const interrupt = new AbortController();
  void signals.nth(1).then(() => interrupt.abort());
  const status = openStatus(instances, () => performance.now(), streamSeconds);
  const line = await openLiveLine(output, () => (output.animated ? status.text() : startText(instances)));
  try {
    const findings = await runDoctor({
      instances,
      machine: {
        env,
        home,
        cwd,
        platform,
        ...(options.config !== undefined && { configOption: resolve(options.config) }),
      },
      loaded,
      offline: options.offline === true,
      ...(options.quick === true && { limitMs: quickLeft() }),
      signal: interrupt.signal,
      watch: {
        onStart: (index) => status.onStart(index),
        onFound(index, finding) {
          status.onFound(index);
          line.above(() => onFound(index, finding));
        },
      },
    });
    return { findings, interrupted: interrupt.signal.aborted };
  } finally {
    line.stop();
    signals.stop();
  }
}

/** What is printed after a second where no line can be redrawn. */
function startText(instances: readonly Instance[]): string {
  const long = instances.some(({ check }) => check.long);
  return `occ: running ${count(instances.length, 'check')}${long ? '; the two-minute stream takes two minutes' : ''}`;
}

/** Milliseconds of `--quick` that are left; the process started at 0. */
function quickLeft(): number {
  return Math.max(leastMs, quickMs - performance.now());
}
