/** The shortest exchange. With a real model it is made once, and every check that needs no more shares it. */
import { openBench, type Bench } from '../bench/bench.ts';
import type { Exchange } from '../bench/recorded-exchange.ts';
import { question } from './probe.ts';

/** A sentence of several words, so that there is a stream to look at. */
const words = 'Reply with one short sentence that says hello.';

export async function hello(bench: Bench): Promise<Exchange> {
  if (!bench.live) return bench.ask(question(words));
  const exchange = await bench.context.once(`hello ${bench.model}`, async (gone) => {
    const own = await openBench(bench, { ...bench.context, gone: AbortSignal.any([gone, patience()]) });
    try {
      return await own.ask(question(words));
    } finally {
      await own.close();
    }
  });
  if (!bench.exchanges.includes(exchange)) bench.exchanges.push(exchange);
  return exchange;
}

/** A model that has not said hello by then is not waited for by any check. */
function patience(): AbortSignal {
  return AbortSignal.timeout(60_000);
}
