/** A stream that goes on for more than two minutes arrives whole, in real time: nothing here cuts at 120 s. */
import { question, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';

/** Seconds after which a stream counts as long. */
const longSeconds = 125;

export const twoMinute: Probe = {
  code: 'two-minute',
  title: 'a stream of more than two minutes arrives whole',
  limitMs: 170_000,
  long: true,
  requests: 1,
  everyTimeout: true,
  async run(bench) {
    const { streamSeconds } = bench.context;
    const words =
      'Write the numbers from 1 to 3000 in words, one on each line. Leave none out, add nothing, and do not stop before 3000.';
    const exchange = await bench.ask(
      question(bench.prompt(`slow ${streamSeconds}`, words), bench.live ? { max_tokens: 32_000 } : {}),
    );
    const { message } = bench.whole(exchange);
    const seconds = Math.floor(exchange.client.endedMs / 1000);
    if (bench.live) {
      if (seconds < longSeconds) throw new Absent(`the answer was over after ${seconds} s`);
      return `${seconds} s, whole`;
    }
    const text = message.content.map((block) => block.text ?? '').join('');
    const lines = text.split('\n').filter((line) => line.endsWith(' s')).length;
    if (lines !== Math.round(streamSeconds) || !text.endsWith('Done.'))
      throw new Wrong('occ', `of ${streamSeconds} pieces in as many seconds ${lines} arrived`);
    return `${seconds} s, whole`;
  },
};
