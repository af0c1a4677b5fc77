/** Takes every look, side by side as far as their needs allow, each within its time; nothing goes on after it. */
import { OccError } from '../errors.ts';
import type { Check, Context, Finding, Look } from './check.ts';
import { fulfils, type Instance } from './select.ts';
import { Wrong } from './laws/fault.ts';

export interface Examination {
  instances: readonly Instance[];
  context: Omit<Context, 'gone'>;
  /** Aborts when the whole run is to end. */
  gone: AbortSignal;
  /** Milliseconds for all of it (`--quick`); what is not done by then is skipped. */
  limitMs?: number;
  /** Keeps what both sides sent, and says in which file. */
  keep: (finding: Finding, look: Look) => string | undefined;
  /** Takes secrets out of what is said. */
  clean: (text: string) => string;
  /** Told whenever a look begins or ends. */
  watch?: (going: readonly Instance[], done: number) => void;
}

/** Looks at providers that go on at the same time: none of them is to think that it is being attacked. */
const liveAtOnce = 4;

/** The findings in the order of the instances. Rejects when `gone` aborts, once nothing goes on any more. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { instances, gone, watch } = examination;
  const deadline = performance.now() + (examination.limitMs ?? Infinity);
  const findings = new Map<Instance, Promise<Finding>>();
  const going = new Set<Instance>();
  const live = turnstile(liveAtOnce);
  let done = 0;
  for (const instance of instances) findings.set(instance, inTurn(instance));
  const all = await Promise.all(findings.values());
  gone.throwIfAborted();
  return all;

  async function inTurn(instance: Instance): Promise<Finding> {
    // Needs stand before what needs them in the list; a turn of the loop later all of them are in the map.
    await Promise.resolve();
    const needs = instances.filter((need) => need !== instance && fulfils(need, instance));
    const found = await Promise.all(needs.flatMap((need) => findings.get(need) ?? []));
    const missing = found.find(({ level }) => level === 'fail' || level === 'skipped');
    if (missing) return toFinding(instance, { level: 'skipped', summary: needsWords(missing) }, 0);
    const leave = instance.check.kind === 'live' ? await live() : () => {};
    const began = performance.now();
    going.add(instance);
    watch?.([...going], done);
    try {
      const look = await within(instance, examination, deadline);
      return toFinding(instance, look, performance.now() - began);
    } finally {
      leave();
      going.delete(instance);
      done++;
      watch?.([...going], done);
    }
  }

  function toFinding({ check, subject }: Instance, look: Look, ms: number): Finding {
    const { exchanges, ...told } = look;
    const { clean, keep } = examination;
    const finding: Finding = {
      code: check.code,
      ...(subject.name !== '' && { subject: subject.name }),
      ...told,
      summary: clean(told.summary),
      ...(told.detail !== undefined && { detail: clean(told.detail) }),
      ms: Math.round(ms),
    };
    const bad = look.level === 'fail' || look.level === 'warn';
    const evidence = bad && exchanges !== undefined && exchanges.length > 0 ? keep(finding, look) : undefined;
    return { ...finding, ...(evidence !== undefined && { evidence }) };
  }
}

/** What is missing first of all: a consequence names the cause, and not another consequence. */
function needsWords({ code, level, summary }: Finding): string {
  return level === 'skipped' && summary.startsWith('needs ') ? summary : `needs ${code}`;
}

/** One look within its time and the run's. */
async function within(
  { check, subject }: Instance,
  { context, gone }: Examination,
  deadline: number,
): Promise<Look> {
  const left = Math.max(0, deadline - performance.now());
  const limitMs = Math.min(check.limitMs, left);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const ended = AbortSignal.any([gone, limit.signal]);
  let look: Promise<Look> | undefined;
  try {
    ended.throwIfAborted();
    look = Promise.resolve(check.look({ ...context, gone: ended }, subject));
    return await Promise.race([look, aborted(ended)]);
  } catch (error) {
    // What it had begun is to end before anybody else is told of it.
    const rest = ended.aborted ? await settled(look) : undefined;
    if (gone.aborted) return { level: 'skipped', summary: 'interrupted' };
    if (limit.signal.aborted) return { ...rest, ...late(check, limitMs < check.limitMs) };
    if (error instanceof Wrong) {
      const { message, fault, remedy } = error;
      return { level: 'fail', summary: message, fault, ...(remedy && { remedy }) };
    }
    if (error instanceof OccError) return { level: 'fail', summary: error.message, fault: 'client' };
    const summary = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
    return { level: 'fail', summary, fault: 'occ' };
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds that something told to end is waited for. */
const graceMs = 1000;

/** What was heard until then, where that can be told in time. */
async function settled(look: Promise<Look> | undefined): Promise<Pick<Look, 'exchanges'> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), graceMs)),
  );
  const found = await Promise.race([look?.catch(() => undefined), patience]);
  clearTimeout(timer);
  return found?.exchanges && { exchanges: found.exchanges };
}

function late({ limitMs, kind }: Check, quick: boolean): Look {
  if (quick) return { level: 'skipped', summary: 'not done within the ten seconds of --quick' };
  return {
    level: 'fail',
    summary: `not done within ${limitMs / 1000} s`,
    fault: kind === 'live' ? 'provider' : 'occ',
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

/** Lets so many in at once; each gives its place back by calling what it got. */
function turnstile(places: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = places;
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
