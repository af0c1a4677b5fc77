/** A stream of more than two minutes arrives completely: nothing on the way cuts it off at 120 s. */
import { question, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';

/** Seconds from which a real model's stream counts as long. */
const longSeconds = 125;

export const twoMinute: Probe = {
  code: 'two-minute',
  title: 'a stream of more than two minutes arrives completely',
  limitMs: 170_000,
  long: true,
  requests: 1,
  everyTimeout: true,
  async run(bench) {
    const { streamSeconds } = bench.context;
    const prompt =
      'Write the numbers from 1 to 3000 in words, one on each line. Leave none out, add nothing, and do not stop before 3000.';
    const exchange = await bench.send(
      question(bench.prompt(`slow ${streamSeconds}`, prompt), bench.live ? { max_tokens: 32_000 } : {}),
    );
    const { message } = bench.expectComplete(exchange);
    const seconds = Math.floor(exchange.client.endedMs / 1000);
    if (bench.live) {
      if (seconds < longSeconds) throw new NotObserved(`the answer ended after ${seconds} s`);
      return `${seconds} s, complete`;
    }
    const text = message.content.map((block) => block.text ?? '').join('');
    const lines = text.split('\n').filter((line) => line.endsWith(' s')).length;
    if (lines !== Math.round(streamSeconds) || !text.endsWith('Done.'))
      throw new CheckFailure('occ', `${lines} of ${streamSeconds} lines arrived`);
    return `${seconds} s, complete`;
  },
};
