/** Token counts arrive as the upstream reported them, cached ones apart and never twice. */
import { hello } from '../hello.ts';
import { question, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';
import { readUpstream } from '../../laws/upstream-laws.ts';

export const usage: Probe = {
  code: 'usage',
  title: 'token counts arrive as reported',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    const exchange = bench.live
      ? await hello(bench)
      : await bench.ask(question(bench.prompt('usage 1000 200 50', '')));
    const { message } = bench.whole(exchange);
    const { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output } = message.usage;
    const side = exchange.upstream.at(-1);
    if (bench.live) {
      if (side && !readUpstream(side, bench.format).counted)
        throw new Absent('the provider reports no counts, so occ estimates them');
      if (output <= 0) throw new Wrong('occ', `output_tokens is ${output}`);
      return `${input + (cached ?? 0)} in, ${output} out`;
    }
    const counted = `${input} in, ${cached ?? 0} cached, ${output} out`;
    if (counted !== '800 in, 200 cached, 50 out')
      throw new Wrong('occ', `of 1000 in (200 of them cached) and 50 out became ${counted}`);
    return counted;
  },
};
