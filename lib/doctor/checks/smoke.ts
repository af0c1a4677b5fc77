/** Turns smoke tests into checks: offline on the emulator in every format, live on each model, judged alike. */
import { openBench, type Bench } from '../bench/bench.ts';
import { emulatedBenches } from '../bench/emulated.ts';
import { openLive } from '../bench/live.ts';
import { loadedIn, skip, type Check, type CheckResult, type Remedy, type Side } from '../check.ts';
import { CheckFailure, NotObserved } from '../laws/fault.ts';
import { findSubjects } from '../subjects.ts';
import type { Probe } from './probe.ts';

/** Runs on the emulator with the user's settings. */
export function toOffline(probe: Probe): Check {
  const { code, title, limitMs, long } = probe;
  return {
    code,
    title,
    kind: 'offline',
    scope: 'machine',
    needs: ['config'],
    limitMs,
    ...(long && { long }),
    async run(context) {
      const loaded = loadedIn(context);
      const { url } = await context.emulator();
      const all = findSubjects(loaded.settings).providers.flatMap(({ provider }) => provider ?? []);
      const { emulator } = loaded.settings.providers;
      const used = all.length > 0 || emulator === undefined ? all : [emulator];
      const benches = emulatedBenches(loaded, url, probe.everyTimeout ? used : used.slice(0, 1));
      return worst(
        await Promise.all(benches.map((options) => runProbe(probe, () => openBench(options, context)))),
      );
    },
  };
}

/** Runs on a real model or on a provider's first model. */
export function toLive(probe: Probe): Check {
  const { code, title, limitMs, long, requests, once } = probe;
  return {
    code,
    title,
    kind: 'live',
    scope: once ? 'provider' : 'model',
    needs: [once ? 'key' : 'model'],
    limitMs: limitMs * (long ? 5 : 3),
    ...(long && { long }),
    requests,
    run: (context, subject) => runProbe(probe, () => openLive(context, subject)),
  };
}

/** Runs a probe on its bench and closes the bench. Rejects only for errors that are bugs in occ. */
export async function runProbe(probe: Pick<Probe, 'run'>, open: () => Promise<Bench>): Promise<CheckResult> {
  let bench: Bench | undefined;
  try {
    bench = await open();
    const summary = await probe.run(bench);
    // The emulator deviates only on demand.
    return !bench.live || bench.deviations.size === 0
      ? { level: 'ok', summary }
      : warnOfDeviations(bench, summary);
  } catch (error) {
    const exchanges = bench?.exchanges ?? [];
    // After an abort, errors only follow from it.
    if (bench?.context.signal.aborted) return { level: 'fail', summary: 'not finished in time', exchanges };
    if (error instanceof NotObserved) return { ...skip('not_observed', error.message), exchanges };
    if (!(error instanceof CheckFailure)) throw error;
    const { message, level, fault, remedy = defaultRemedies[error.fault] } = error;
    return { level, summary: message, fault, ...(remedy && { remedy }), exchanges };
  } finally {
    await bench?.close();
  }
}

/** For failures without a remedy of their own. */
const defaultRemedies: Readonly<Partial<Record<Side, Remedy>>> = {
  provider: {
    text: 'use another model for this, or report it to the provider with the evidence',
    commands: [],
  },
  occ: { text: 'this is a bug in occ: report it with the evidence', commands: [] },
};

function warnOfDeviations({ provider, deviations, exchanges }: Bench, summary: string): CheckResult {
  return {
    level: 'warn',
    summary: `${provider} ${[...deviations].join('; it ')}`,
    detail: `occ corrects this: ${summary}`,
    fault: 'provider',
    exchanges,
  };
}

const order = ['fail', 'warn', 'skipped', 'ok'] as const;

/** The worst of several results. The summaries of others with the same level are added to its detail. */
function worst(results: readonly CheckResult[]): CheckResult {
  const sorted = [...results].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const [first] = sorted;
  if (first === undefined) return skip('not_applicable', 'there is nothing to check');
  const others = sorted
    .slice(1)
    .filter(({ level, summary }) => level === first.level && summary !== first.summary);
  if (first.level === 'ok' || others.length === 0) return first;
  return {
    ...first,
    detail: [first.detail, ...others.map(({ summary }) => summary)].filter(Boolean).join('\n'),
  };
}
