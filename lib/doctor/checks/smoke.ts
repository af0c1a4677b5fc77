/** Turns smoke tests into checks: offline on the emulator in every format, live on each model, judged alike. */
import { setMaxListeners } from 'node:events';
import { openBench, type Bench } from '../bench/bench.ts';
import { emulatedBenches } from '../bench/emulated.ts';
import { openLive } from '../bench/live.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { loadedIn, skip, type Check, type CheckResult } from '../check.ts';
import { CheckFailure, defaultRemedies, NotObserved, toProblem } from '../laws/fault.ts';
import { findSubjects } from '../subjects.ts';
import type { Probe } from './probe.ts';

/** Benches of one probe that run at the same time: as many as there are formats. */
const maxBenches = 4;

/** Runs on the emulator with the user's settings. */
export function toOffline(probe: Probe): Check {
  const { code, title, limitMs, long } = probe;
  return {
    code,
    title,
    kind: 'offline',
    scope: 'machine',
    needs: ['config', 'loopback'],
    limitMs,
    ...(long ? { long } : { heavy: true }),
    async run(context) {
      const loaded = loadedIn(context);
      const { url } = await context.emulator();
      const all = findSubjects(loaded.settings).providers.flatMap(({ provider }) => provider ?? []);
      const { emulator } = loaded.settings.providers;
      const used = all.length > 0 || emulator === undefined ? all : [emulator];
      const benches = emulatedBenches(loaded, url, probe.everyTimeout ? used : used.slice(0, 1));
      const enter = limitConcurrency(maxBenches);
      // Each bench listens to it, and the long ones all run at the same time.
      setMaxListeners(0, context.signal);
      const results = benches.map(async (options) => {
        const leave = probe.long ? () => {} : await enter();
        const result = await runProbe(probe, () => openBench(options, context));
        leave();
        const { format, language } = options;
        return { format: language ? `${language.name} to ${format}` : format, result };
      });
      return worst(await Promise.all(results));
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
    if (bench?.context.signal.aborted) return { ...skip('time', 'not finished in time'), exchanges };
    if (error instanceof NotObserved) return { ...skip(error.because, error.message), exchanges };
    if (!(error instanceof CheckFailure)) throw error;
    return { ...toProblem(error), exchanges };
  } finally {
    await bench?.close();
  }
}

function warnOfDeviations({ provider, deviations, exchanges }: Bench, summary: string): CheckResult {
  return {
    level: 'warn',
    summary: `${provider} ${[...deviations].join('; it ')}`,
    detail: `occ corrects this: ${summary}`,
    fault: 'provider',
    remedy: defaultRemedies.provider,
    exchanges,
  };
}

const order = ['fail', 'warn', 'skipped', 'ok'] as const;

interface FormatResult {
  /** The format of the upstream, and that of the client if it is not Anthropic's. */
  format: string;
  result: CheckResult;
}

/** The worst of the results in several formats. The same problem is reported once, with the formats that have it. */
function worst(results: readonly FormatResult[]): CheckResult {
  const level = order.find((each) => results.some(({ result }) => result.level === each));
  const same = results.filter(({ result }) => result.level === level);
  const [first] = same;
  if (first === undefined) return skip('not_applicable', 'there is nothing to check');
  if (level === 'ok') return first.result;
  const byText = new Map<string, { formats: Set<string>; result: CheckResult }>();
  for (const { format, result } of same) {
    const { formats } = byText.get(result.summary) ?? { formats: new Set() };
    byText.set(result.summary, { formats: formats.add(format), result });
  }
  const lines = [...byText.values()].map(({ formats, result: { detail } }, i) =>
    [
      ...(i === 0 ? [] : [[...byText.keys()][i]]),
      `In ${formats.size === 1 ? 'the format' : 'the formats'} ${[...formats].join(', ')}`,
      ...(detail === undefined ? [] : [detail]),
    ].join('\n'),
  );
  return { ...first.result, detail: lines.join('\n') };
}
