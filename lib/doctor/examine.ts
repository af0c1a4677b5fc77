/** Runs checks concurrently as far as their needs allow, each within its time limit. */
import { OccError } from '../errors.ts';
import { wait, type Clock } from '../proxy/clock.ts';
import { withConfig } from '../proxy/policy/next-step.ts';
import {
  skip,
  type Check,
  type CheckResult,
  type Context,
  type Finding,
  type Problem,
  type Remedy,
  type Skipped,
} from './check.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { startLimit, type Ended } from './limit.ts';
import { satisfies, type Instance } from './select.ts';
import { toProblem } from './laws/fault.ts';

export interface Examination {
  instances: readonly Instance[];
  context: Omit<Context, 'signal'>;
  /** Aborts to end the whole run. Checks that are not finished by then are skipped. */
  signal: AbortSignal;
  clock: Clock;
  /** Milliseconds since the start of the run that other programs took; see `lost-time.ts`. */
  lostMs: () => number;
  /** Milliseconds for the whole run (`--quick`). Checks that are not finished by then are skipped. */
  limitMs?: number;
  /** Saves what both sides sent and returns the file. */
  saveEvidence: (finding: Finding, result: CheckResult) => string | undefined;
  /** Removes secrets from a text. */
  redact: (text: string) => string;
  watch?: Watch;
}

/** What is reported about a run while it goes on. `index` is the position of the instance. */
export interface Watch {
  onStart?(index: number): void;
  onFound?(index: number, finding: Finding): void;
}

/** Concurrent live checks: few enough not to reach a provider's rate limit. */
const maxConcurrentLive = 4;
/** Concurrent checks that use the processor: enough for their short waits to overlap. */
const maxConcurrentHeavy = 3;
/**
 * Milliseconds of the run that must be left for such a check to be started. On a busy machine, ending it takes a while, too.
 */
const leastHeavyMs = 1000;

/** Returns the findings in the order of the instances, after every check has ended. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { instances, clock, limitMs, watch } = examination;
  const deadlineMs = clock.monotonic() + (limitMs ?? Infinity);
  const findings = new Map<Instance, Promise<Finding>>();
  const enterLive = limitConcurrency(maxConcurrentLive);
  const enterHeavy = limitConcurrency(maxConcurrentHeavy);
  for (const [index, instance] of instances.entries()) findings.set(instance, find(instance, index));
  return Promise.all(findings.values());

  async function find(instance: Instance, index: number): Promise<Finding> {
    // `findings` is complete only after this turn of the event loop.
    await Promise.resolve();
    const finding = await runAfterNeeds(instance, index);
    watch?.onFound?.(index, finding);
    return finding;
  }

  async function runAfterNeeds(instance: Instance, index: number): Promise<Finding> {
    const needs = instances.filter((need) => need !== instance && satisfies(need, instance));
    const found = await Promise.all(needs.flatMap((need) => findings.get(need) ?? []));
    const missing = found.find(({ level }) => level === 'fail' || level === 'skipped');
    if (missing) return toFinding(instance, skippedFor(missing), 0);
    const leave = await enter(instance.check);
    const began = clock.monotonic();
    if (instance.check.heavy && deadlineMs - began < leastHeavyMs) {
      leave();
      return toFinding(
        instance,
        timedOut(instance.check, 'run', () => undefined),
        0,
      );
    }
    watch?.onStart?.(index);
    try {
      const result = await runWithinLimit(instance, examination, deadlineMs);
      return toFinding(instance, result, clock.monotonic() - began);
    } finally {
      leave();
    }
  }

  async function enter({ kind, heavy }: Check): Promise<() => void> {
    if (kind === 'live') return enterLive();
    return heavy ? enterHeavy() : () => {};
  }

  /** The commands with `--config`, if doctor was started with it. */
  function withOption({ text, commands }: Remedy): Remedy {
    const { loaded, machine } = examination.context;
    const file = loaded instanceof OccError ? machine.configOption : loaded.settings.configOption;
    const [first, ...more] = commands;
    return { text, commands: [withConfig(first, file), ...more.map((command) => withConfig(command, file))] };
  }

  function toFinding({ check, subject }: Instance, result: CheckResult, ms: number): Finding {
    const { exchanges, ...rest } = result;
    const { redact, saveEvidence } = examination;
    const finding: Finding = {
      code: check.code,
      ...(subject.name !== '' && { subject: subject.name }),
      ...rest,
      ...('remedy' in rest && { remedy: withOption(rest.remedy) }),
      summary: redact(rest.summary),
      ...(rest.detail !== undefined && { detail: redact(rest.detail) }),
      ms: Math.round(ms),
    };
    const isProblem = result.level === 'fail' || result.level === 'warn';
    const evidence =
      isProblem && exchanges !== undefined && exchanges.length > 0
        ? saveEvidence(finding, result)
        : undefined;
    return { ...finding, ...(evidence !== undefined && { evidence }) };
  }
}

/** Names the first cause: the check that failed, or why the one that was needed has no result. */
function skippedFor({ code, skipped, summary }: Finding): Skipped {
  if (skipped?.because === 'time' || skipped?.because === 'interrupted' || skipped?.because === 'busy')
    return skip(skipped.because, summary);
  const check = skipped?.because === 'need' ? skipped.check : code;
  return { level: 'skipped', summary: `needs ${check}`, skipped: { because: 'need', check } };
}

async function runWithinLimit(
  { check, subject }: Instance,
  { context, signal, clock, lostMs }: Examination,
  deadlineMs: number,
): Promise<CheckResult> {
  const limit = startLimit({ clock, lostMs, limitMs: check.limitMs, deadlineMs });
  const ended = AbortSignal.any([signal, limit.signal]);
  let result: Promise<CheckResult> | undefined;
  try {
    ended.throwIfAborted();
    result = Promise.resolve(check.run({ ...context, signal: ended }, subject));
    const found = await Promise.race([result, rejectOnAbort(ended)]);
    // What a check returns because it was aborted is no result.
    ended.throwIfAborted();
    return found;
  } catch (error) {
    // The check must end before its finding is reported.
    const exchanges = ended.aborted ? await exchangesOf(result, clock) : undefined;
    if (signal.aborted) return skip('interrupted', 'interrupted');
    const why = limit.ended();
    if (why !== undefined) {
      const late = timedOut(check, why, () => check.late?.(context, subject, check.limitMs / 1000));
      return { ...late, ...(exchanges && { exchanges }) };
    }
    return toProblem(error);
  } finally {
    limit.cancel();
  }
}

/** Milliseconds to wait for an aborted check to end. */
const graceMs = 1000;

/** The exchanges recorded by an aborted check; undefined if it does not end in time. */
async function exchangesOf(
  result: Promise<CheckResult> | undefined,
  clock: Clock,
): Promise<CheckResult['exchanges'] | undefined> {
  if (result === undefined) return undefined;
  const settled = new AbortController();
  const found = result.catch(() => undefined);
  void found.finally(() => settled.abort());
  return (await Promise.race([found, wait(clock, graceMs, settled.signal)]))?.exchanges;
}

function timedOut(
  { limitMs, kind, code }: Check,
  why: Ended,
  explain: () => Problem | undefined,
): CheckResult {
  switch (why) {
    case 'run':
      return skip('time', 'not finished within the ten seconds of --quick');
    case 'busy':
      return skip('busy', 'not finished, because other programs keep this machine busy');
    case 'limit':
      return (
        explain() ?? {
          level: 'fail',
          summary: `not finished within ${limitMs / 1000} s`,
          fault: kind === 'live' ? 'provider' : 'occ',
          remedy: { text: 'run it again, alone', commands: [`occ doctor ${code} --${kind}`] },
        }
      );
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
