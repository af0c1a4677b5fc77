/** Runs checks concurrently as far as their needs allow, each within its time limit. */
import { OccError } from '../errors.ts';
import { skip, type Check, type CheckResult, type Context, type Finding } from './check.ts';
import { satisfies, type Instance } from './select.ts';
import { CheckFailure } from './laws/fault.ts';

export interface Examination {
  instances: readonly Instance[];
  context: Omit<Context, 'signal'>;
  /** Aborts to end the whole run. */
  signal: AbortSignal;
  /** Milliseconds for the whole run (`--quick`). Checks that are not finished by then are skipped. */
  limitMs?: number;
  /** Saves what both sides sent and returns the file. */
  saveEvidence: (finding: Finding, result: CheckResult) => string | undefined;
  /** Removes secrets from a text. */
  redact: (text: string) => string;
  /** Called whenever a check starts or ends. */
  onProgress?: (running: readonly Instance[], done: number) => void;
}

/** Concurrent live checks: few enough not to reach a provider's rate limit. */
const maxConcurrentLive = 4;

/** Returns the findings in the order of the instances. Rejects when `signal` aborts, after every check has ended. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { instances, signal, onProgress } = examination;
  const deadline = performance.now() + (examination.limitMs ?? Infinity);
  const findings = new Map<Instance, Promise<Finding>>();
  const running = new Set<Instance>();
  const enterLive = limitConcurrency(maxConcurrentLive);
  let done = 0;
  for (const instance of instances) findings.set(instance, runAfterNeeds(instance));
  const all = await Promise.all(findings.values());
  signal.throwIfAborted();
  return all;

  async function runAfterNeeds(instance: Instance): Promise<Finding> {
    // `findings` is complete only after this turn of the event loop.
    await Promise.resolve();
    const needs = instances.filter((need) => need !== instance && satisfies(need, instance));
    const found = await Promise.all(needs.flatMap((need) => findings.get(need) ?? []));
    const missing = found.find(({ level }) => level === 'fail' || level === 'skipped');
    if (missing) return toFinding(instance, skippedFor(missing), 0);
    const leave = instance.check.kind === 'live' ? await enterLive() : () => {};
    const began = performance.now();
    running.add(instance);
    onProgress?.([...running], done);
    try {
      const result = await runWithinLimit(instance, examination, deadline);
      return toFinding(instance, result, performance.now() - began);
    } finally {
      leave();
      running.delete(instance);
      done++;
      onProgress?.([...running], done);
    }
  }

  function toFinding({ check, subject }: Instance, result: CheckResult, ms: number): Finding {
    const { exchanges, ...rest } = result;
    const { redact, saveEvidence } = examination;
    const finding: Finding = {
      code: check.code,
      ...(subject.name !== '' && { subject: subject.name }),
      ...rest,
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

/** Names the first cause: the check that failed, not one that was skipped for it. */
function skippedFor({ code, skipped }: Finding): CheckResult {
  const check = skipped?.because === 'need' ? skipped.check : code;
  return { level: 'skipped', summary: `needs ${check}`, skipped: { because: 'need', check } };
}

async function runWithinLimit(
  { check, subject }: Instance,
  { context, signal }: Examination,
  deadline: number,
): Promise<CheckResult> {
  const left = Math.max(0, deadline - performance.now());
  const limitMs = Math.min(check.limitMs, left);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const ended = AbortSignal.any([signal, limit.signal]);
  let result: Promise<CheckResult> | undefined;
  try {
    ended.throwIfAborted();
    result = Promise.resolve(check.run({ ...context, signal: ended }, subject));
    return await Promise.race([result, rejectOnAbort(ended)]);
  } catch (error) {
    // The check must end before its finding is reported.
    const exchanges = ended.aborted ? await exchangesOf(result) : undefined;
    if (signal.aborted) return skip('interrupted', 'interrupted');
    if (limit.signal.aborted)
      return { ...timedOut(check, limitMs < check.limitMs), ...(exchanges && { exchanges }) };
    if (error instanceof CheckFailure) {
      const { message, level, fault, remedy } = error;
      return { level, summary: message, fault, ...(remedy && { remedy }) };
    }
    if (error instanceof OccError) return { level: 'fail', summary: error.message, fault: 'client' };
    const summary = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
    return { level: 'fail', summary, fault: 'occ' };
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds to wait for an aborted check to end. */
const graceMs = 1000;

/** The exchanges recorded by an aborted check; undefined if it does not end in time. */
async function exchangesOf(
  result: Promise<CheckResult> | undefined,
): Promise<CheckResult['exchanges'] | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), graceMs)));
  const found = await Promise.race([result?.catch(() => undefined), grace]);
  clearTimeout(timer);
  return found?.exchanges;
}

function timedOut({ limitMs, kind }: Check, quick: boolean): CheckResult {
  if (quick) return skip('time', 'not finished within the ten seconds of --quick');
  return {
    level: 'fail',
    summary: `not finished within ${limitMs / 1000} s`,
    fault: kind === 'live' ? 'provider' : 'occ',
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Returns a function that resolves once fewer than `max` callers are inside; each calls what it received to leave. */
function limitConcurrency(max: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = max;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return leave;
  };
}
