/** Token counts arrive as the upstream reported them, with cached tokens counted separately and once. */
import { hello } from '../hello.ts';
import { question, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';
import { judgeUpstream } from '../../laws/upstream-laws.ts';

export const usage: Probe = {
  code: 'usage',
  title: 'token counts arrive as reported',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    const exchange = bench.live
      ? await hello(bench)
      : await bench.send(question(bench.prompt('usage 1000 200 50', '')));
    const { message } = bench.expectComplete(exchange);
    const { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output } = message.usage;
    const side = exchange.upstream.at(-1);
    if (bench.live) {
      if (side && !judgeUpstream(side, bench.format).counted)
        throw new NotObserved('the provider reports no token counts, so occ estimates them');
      if (output <= 0) throw new CheckFailure('occ', `output_tokens is ${output}`);
      return `${input + (cached ?? 0)} in, ${output} out`;
    }
    const counted = `${input} in, ${cached ?? 0} cached, ${output} out`;
    if (counted !== '800 in, 200 cached, 50 out')
      throw new CheckFailure('occ', `1000 in (200 of them cached) and 50 out became ${counted}`);
    return counted;
  },
};
