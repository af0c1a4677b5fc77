/** Smoke tests as checks: offline on the emulator in every format, live on each model; one judgement for both. */
import { openBench, type Bench } from '../bench/bench.ts';
import {
  loadedIn,
  type Check,
  type Context,
  type Look,
  type Remedy,
  type Side,
  type Subject,
} from '../check.ts';
import { emulatedBenches } from '../bench/emulated.ts';
import { openLive } from '../bench/live.ts';
import type { Probe } from './probe.ts';
import { findSubjects } from '../subjects.ts';
import { Absent, Wrong } from '../laws/fault.ts';

/** On the emulator, with the person's settings. */
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
    async look(context) {
      const loaded = loadedIn(context);
      const { url } = await context.emulator();
      const all = findSubjects(loaded.settings).providers.flatMap(({ provider }) => provider ?? []);
      const { emulator } = loaded.settings.providers;
      const used = all.length > 0 || emulator === undefined ? all : [emulator];
      const benches = emulatedBenches(loaded, url, probe.everyTimeout ? used : used.slice(0, 1));
      return worst(
        await Promise.all(benches.map((options) => judge(probe, () => openBench(options, context)))),
      );
    },
  };
}

/** On a real model, or on a provider's first. */
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
    look: (context: Context, subject: Subject) => judge(probe, () => openLive(context, subject)),
  };
}

/** Runs a probe on its bench and closes it. Whatever happens is told as a look. */
export async function judge(probe: Pick<Probe, 'run'>, open: () => Promise<Bench>): Promise<Look> {
  let bench: Bench | undefined;
  try {
    bench = await open();
    const summary = await probe.run(bench);
    // What the emulator does oddly, it was told to do.
    return !bench.live || bench.odd.size === 0 ? { level: 'ok', summary } : toOdd(bench, summary);
  } catch (error) {
    const exchanges = bench?.exchanges ?? [];
    // What went wrong after the end of its time is the end's own doing.
    if (bench?.context.gone.aborted) return { level: 'fail', summary: 'it was not done in time', exchanges };
    if (error instanceof Absent) return { level: 'skipped', summary: error.message, exchanges };
    if (!(error instanceof Wrong)) throw error;
    const { message, fault, remedy = usual[error.fault] } = error;
    return { level: 'fail', summary: message, fault, ...(remedy && { remedy }), exchanges };
  } finally {
    await bench?.close();
  }
}

/** What to do where the one who found it knows nothing better. */
const usual: Readonly<Partial<Record<Side, Remedy>>> = {
  provider: {
    text: 'choose another model for this; the evidence is what the provider needs to see',
    commands: [],
  },
  occ: { text: 'this is a mistake in occ: report it with the evidence', commands: [] },
};

function toOdd({ provider, odd, exchanges }: Bench, summary: string): Look {
  return {
    level: 'warn',
    summary: `${provider} ${[...odd].join('; it ')}`,
    detail: `occ puts this right: ${summary}`,
    fault: 'provider',
    exchanges,
  };
}

const order = ['fail', 'warn', 'skipped', 'ok'] as const;

/** The worst of several looks; what the others of that kind said stands in its detail. */
function worst(looks: readonly Look[]): Look {
  const sorted = [...looks].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const [first] = sorted;
  if (first === undefined) return { level: 'skipped', summary: 'there was nothing to look at' };
  const others = sorted
    .slice(1)
    .filter(({ level, summary }) => level === first.level && summary !== first.summary);
  if (first.level === 'ok' || others.length === 0) return first;
  return {
    ...first,
    detail: [first.detail, ...others.map(({ summary }) => summary)].filter(Boolean).join('\n'),
  };
}
