/** If the first model fails before it sends content, the second one answers and the client sees no error. */
import { failingModel } from '../../bench/bench.ts';
import { question, type Probe } from '../probe.ts';
import { CheckFailure } from '../../laws/fault.ts';

const situations = ['refuse 529', 'error-first', 'empty', 'html'];

export const fallback: Probe = {
  code: 'fallback',
  title: 'the fallback answers for a model that fails',
  limitMs: 30_000,
  requests: 1,
  once: true,
  async run(bench) {
    const first = `${failingModel.provider}/${failingModel.model_id}`;
    for (const situation of bench.live ? situations.slice(0, 1) : situations) {
      const prompt = `[emulator: ${situation} for ${failingModel.model_id}] Say hello.`;
      const exchange = await bench.send(question(prompt, { model: first }), {
        adjust: (settings) => ({
          ...settings,
          models: { default: failingModel },
          fallbacks: { default: Object.values(settings.models) },
          retry: { ...settings.retry, baseMs: 1, maxMs: 1 },
        }),
      });
      bench.expectComplete(exchange);
      // The header is missing if the response headers had to be sent before a model answered.
      const by = exchange.client.headers['x-occ-model'] ?? bench.model;
      if (exchange.upstream.length < 2 || by.toLowerCase() !== bench.model.toLowerCase())
        throw new CheckFailure(
          'occ',
          `${bench.model} should have answered after "${situation}", but ${by} did`,
        );
    }
    return `${bench.model} answered for a model that failed`;
  },
};
