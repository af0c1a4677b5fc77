/** Checks that the provider accepts the key. */
import { loadedIn, type Check, type CheckResult, type Context, type Subject } from '../../check.ts';
import type { RecordedExchange } from '../../bench/recorded-exchange.ts';
import { addressProblem } from './address.ts';
import { openLive, routeOf } from '../../bench/live.ts';
import { CheckFailure, refusalOf } from '../../laws/fault.ts';
import { hello } from '../hello.ts';
import { keyPlace, setKey } from '../key-place.ts';

export const key: Check = {
  code: 'key',
  title: 'the provider accepts the key',
  unmet: 'the key was not accepted',
  kind: 'live',
  scope: 'provider',
  needs: ['reachable'],
  limitMs: 70_000,
  // Shared with the check of that model, if both run.
  requests: 1,
  async run(context, subject) {
    let last = unknown(subject, 'no request could be sent to any of its models');
    for (const model of subject.models ?? []) {
      const found = await requestHello(context, model).catch((error: unknown) => {
        if (error instanceof CheckFailure) return undefined; // The check of that model reports it.
        throw error;
      });
      if (found === undefined) continue;
      const { exchange, refusal } = found;
      const status = `${refusal?.error.status ?? ''} ${refusal?.error.upstreamType ?? ''}`.trim();
      if (refusal?.class === 'credentials') {
        return {
          level: 'fail',
          summary: `the key was refused: ${status}, ${refusal.error.message}`,
          fault: 'client',
          remedy: setKey(subject.name, keyPlace(loadedIn(context), subject.name)),
          exchanges: [exchange],
        };
      }
      const lost = refusal && addressProblem(model, routeOf(model), refusal.error);
      if (lost) return { ...lost, summary: `${status}: ${lost.summary}`, exchanges: [exchange] };
      // A gateway looks up the model before it checks the key, so this refusal says nothing about the key.
      if (refusal?.class === 'gone' || refusal?.class === 'format')
        last = unknown(subject, `${model.name} was refused (${status})`);
      else if (exchange.upstream.at(-1)?.status !== undefined) return { level: 'ok', summary: 'accepted' };
    }
    return last;
  },
};

/** Only a warning, so that the checks of the models still run and report what is wrong. */
function unknown({ name }: Subject, reason: string): CheckResult {
  return {
    level: 'warn',
    summary: `unknown: ${reason}`,
    fault: 'client',
    remedy: {
      text: 'see what the checks of its models found',
      commands: [`occ doctor model --provider ${name}`],
    },
  };
}

interface Hello {
  exchange: RecordedExchange;
  refusal: ReturnType<typeof refusalOf>;
}

/** Runs the shared hello of a model. Rejects with a CheckFailure if no request can be sent. */
export async function requestHello(context: Context, subject: Subject): Promise<Hello> {
  const bench = await openLive(context, subject);
  try {
    const exchange = await hello(bench);
    const side = exchange.upstream.at(-1);
    return { exchange, refusal: side && refusalOf(side, bench.format, subject.provider?.gateway) };
  } finally {
    await bench.close();
  }
}
