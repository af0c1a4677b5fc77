/** The shortest exchange. For a real model it runs once, and all checks that need no more share it. */
import { openBench, type Bench } from '../bench/bench.ts';
import type { RecordedExchange } from '../bench/recorded-exchange.ts';
import { question } from './probe.ts';

/** Asks for several words, so that the answer is a stream of several events. */
export const helloPrompt = 'Reply with one short sentence that says hello.';

/** Milliseconds for the exchange that the checks share. */
const limitMs = 60_000;

export async function hello(bench: Bench): Promise<RecordedExchange> {
  if (!bench.live) return bench.send(question(helloPrompt));
  const exchange = await bench.context.once(`hello ${bench.model}`, async (run) => {
    const signal = AbortSignal.any([run, AbortSignal.timeout(limitMs)]);
    const own = await openBench(bench, { ...bench.context, signal });
    try {
      return await own.send(question(helloPrompt));
    } finally {
      await own.close();
    }
  });
  if (!bench.exchanges.includes(exchange)) bench.exchanges.push(exchange);
  return exchange;
}
