/** A first model that fails before it says anything is not seen: the second one answers. */
import { failingModel } from '../../bench/bench.ts';
import { question, type Probe } from '../probe.ts';
import { Wrong } from '../../laws/fault.ts';

const ways = ['refuse 529', 'error-first', 'empty', 'html'];

export const fallback: Probe = {
  code: 'fallback',
  title: 'a model that fails is replaced unseen',
  limitMs: 30_000,
  requests: 1,
  once: true,
  async run(bench) {
    const first = `${failingModel.provider}/${failingModel.model_id}`;
    for (const way of bench.live ? ways.slice(0, 1) : ways) {
      const prompt = `[emulator: ${way} for ${failingModel.model_id}] Say hello.`;
      const exchange = await bench.ask(question(prompt, { model: first }), {
        adjust: (settings) => ({
          ...settings,
          models: { default: failingModel },
          fallbacks: { default: Object.values(settings.models) },
          retry: { ...settings.retry, baseMs: 1, maxMs: 1 },
        }),
      });
      bench.whole(exchange);
      // Absent where the headers had to leave before anybody had answered (contract 4).
      const by = exchange.client.headers['x-occ-model'] ?? bench.model;
      if (exchange.upstream.length < 2 || by.toLowerCase() !== bench.model.toLowerCase())
        throw new Wrong('occ', `${bench.model} was to answer after "${way}", and ${by} did`);
    }
    return `${bench.model} answered in place of one that failed`;
  },
};
