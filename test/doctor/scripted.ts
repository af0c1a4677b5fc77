/** Runs scripted checks on a clock that the test advances, and collects what the page prints at which time. */
import { setImmediate as turn } from 'node:timers/promises';
import { openPage } from '../../lib/commands/doctor/live-page.ts';
import { openStatus } from '../../lib/commands/doctor/live-status.ts';
import type { Check, CheckResult, Context, Finding, Problem, Subject } from '../../lib/doctor/check.ts';
import { examine } from '../../lib/doctor/examine.ts';
import { toReport, type Report } from '../../lib/doctor/report.ts';
import type { Instance } from '../../lib/doctor/select.ts';
import { wait } from '../../lib/proxy/clock.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { manualClock, type ManualClock } from '../support/clock.ts';

export const fine: CheckResult = { level: 'ok', summary: 'fine' };

export function problem(level: 'fail' | 'warn', summary: string, more: Partial<Problem> = {}): Problem {
  return {
    level,
    summary,
    fault: 'client',
    remedy: { text: 'correct it', commands: ['occ config edit'] },
    ...more,
  };
}

/** A check of this machine. */
export function check(code: string, run: Check['run'], more: Partial<Check> = {}): Check {
  return { code, title: code, kind: 'offline', scope: 'machine', needs: [], limitMs: 30_000, run, ...more };
}

export const thisMachine: Subject = { name: '' };

/** A provider with `models`, as `provider/model`. */
export function providerWith(name: string, models: readonly string[]): Subject[] {
  const provider = { name } as NonNullable<Subject['provider']>;
  const modelOf = (id: string): Subject => ({
    name: `${name}/${id}`,
    provider,
    model: { provider: name, model_id: id },
  });
  return [{ name, provider }, ...models.map(modelOf)];
}

export function instance(each: Check, subject: Subject = thisMachine, selected = true): Instance {
  return { check: each, subject, selected };
}

export interface ScriptedRun {
  /** What was printed so far, without the summary. */
  lines: readonly string[];
  /** The text of the last line of a terminal. */
  status(): string;
  /** Advances the time, and lets the checks go on. */
  advance(ms: number): Promise<void>;
  interrupt(): Promise<void>;
  ended: Promise<{ findings: Finding[]; report: Report; page: string[] }>;
}

export interface ScriptOptions {
  clock?: ManualClock;
  limitMs?: number;
  columns?: number;
  lostMs?: () => number;
  /** Why nothing could be checked. */
  why?: string;
  saveEvidence?: (finding: Finding) => string | undefined;
}

/** Returns a result after `ms`, or as soon as the check is aborted. */
export function after(clock: ManualClock, ms: number, result: CheckResult): Check['run'] {
  return async ({ signal }) => {
    await wait(clock, ms, signal);
    signal.throwIfAborted();
    return result;
  };
}

export async function runScripted(
  instances: readonly Instance[],
  { clock = manualClock(), limitMs, columns, lostMs = () => 0, why = '', saveEvidence }: ScriptOptions = {},
): Promise<ScriptedRun> {
  const page = openPage(instances, await loadStyle(0), columns);
  const status = openStatus(instances, () => clock.monotonic(), 126);
  const interrupt = new AbortController();
  const lines: string[] = [];
  const found = examine({
    instances,
    context: { loaded: { settings: {} } } as Omit<Context, 'signal'>,
    signal: interrupt.signal,
    clock,
    lostMs,
    saveEvidence: saveEvidence ?? (() => undefined),
    redact: (text) => text,
    ...(limitMs !== undefined && { limitMs }),
    watch: {
      onStart: (index) => status.onStart(index),
      onFound(index, finding) {
        status.onFound(index);
        lines.push(...page.add(index, finding));
      },
    },
  });
  const goOn = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await turn();
  };
  const ended = found.then((findings) => {
    const report = toReport(instances, findings, interrupt.signal.aborted);
    return { findings, report, page: [...lines, ...page.end(report, why)] };
  });
  await goOn();
  return {
    lines,
    status: () => status.text(),
    async advance(ms) {
      clock.advance(ms);
      await goOn();
    },
    async interrupt() {
      interrupt.abort();
      await goOn();
    },
    ended,
  };
}
