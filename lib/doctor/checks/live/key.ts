/** Does the provider accept the key? And which model refuses although it does? */
import { loadedIn, type Check, type Context, type Look, type Remedy, type Subject } from '../../check.ts';
import type { Exchange } from '../../bench/recorded-exchange.ts';
import { hello } from '../hello.ts';
import { keyPlace, setKey } from '../key-place.ts';
import { refusalOf, Wrong } from '../../laws/fault.ts';
import { formatOf, openLive } from '../../bench/live.ts';

export const key: Check = {
  code: 'key',
  title: 'the provider accepts the key',
  kind: 'live',
  scope: 'provider',
  needs: ['reachable'],
  limitMs: 70_000,
  // Its model's own check shares that one, where both are made.
  requests: 1,
  async look(context, subject) {
    // A warning and no more: the checks of its models are to say what is wrong with them.
    let last = untold('no model of it could be asked');
    for (const model of subject.models ?? []) {
      const found = await askWith(context, model).catch((error: unknown) => {
        if (error instanceof Wrong) return undefined; // the check of that model says it
        throw error;
      });
      if (found === undefined) continue;
      const { exchange, refusal } = found;
      const said = `${refusal?.error.status ?? ''} ${refusal?.error.upstreamType ?? ''}`.trim();
      if (refusal?.class === 'credentials') {
        return {
          level: 'fail',
          summary: `the key was refused: ${said}, ${refusal.error.message}`,
          fault: 'client',
          remedy: remedyFor(context, subject),
          exchanges: [exchange],
        };
      }
      // A gateway looks for the model before it looks at the key, so a model that is gone says nothing about it.
      if (refusal?.class === 'gone' || refusal?.class === 'format')
        last = untold(`${model.name} was refused (${said})`);
      else if (exchange.upstream.at(-1)?.status !== undefined) return { level: 'ok', summary: 'accepted' };
    }
    return last;
  },
};

function untold(why: string): Look {
  return { level: 'warn', summary: `it could not be told: ${why}`, fault: 'client' };
}

interface Asked {
  exchange: Exchange;
  refusal: ReturnType<typeof refusalOf>;
}

/** The shared hello of a model, and how it was refused where it was. */
export async function askWith(context: Context, subject: Subject): Promise<Asked> {
  const bench = await openLive(context, subject);
  try {
    const exchange = await hello(bench);
    const side = exchange.upstream.at(-1);
    return { exchange, refusal: side && refusalOf(side, formatOf(subject)) };
  } finally {
    await bench.close();
  }
}

function remedyFor(context: Context, { name }: Subject): Remedy {
  return setKey(name, keyPlace(loadedIn(context), name));
}
