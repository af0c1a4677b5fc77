/** Short answers, alone and beside a client that reads nothing of an answer without end. */
import { bodyOf } from '../bodies.ts';
import type { Part } from '../part.ts';
import { oneEvent } from '../processes/answer.ts';
import type { Sequence } from '../processes/load.ts';
import { quantile } from '../statistics.ts';

export const slowReader: Part = {
  name: 'slow-reader',
  title: 'Answers of 400 events beside a client that does not read',
  rounds: 7,
  floors: ['pipe'],
  rows: [
    { figure: 'alone', label: 'an answer alone', unit: 'ms', floor: 'pipe' },
    { figure: 'beside', label: 'an answer beside it', unit: 'ms', floor: 'pipe' },
    { figure: 'slower', label: 'beside ÷ alone', unit: '', target: { of: 'value', atMost: 1.3 } },
  ],
  async measure(world, name) {
    const contender = await world.contender(name);
    const to = contender.to('chat');
    const body = bodyOf(1000, contender.model('chat'));
    const answers = async (): Promise<number> => {
      await world.answerWith({ ...oneEvent, events: 400, perWrite: 20 });
      const { wholeMs } = await world.load.ask<Sequence>({ kind: 'sequence', to, bodies: [body], times: 40 });
      return quantile(wholeMs, 0.5);
    };
    const alone = await answers();
    await world.answerWith({ ...oneEvent, events: 1e9, perWrite: 20 });
    await world.load.ask({ kind: 'stall', to: { ...to, body } });
    const beside = await answers();
    await world.load.ask({ kind: 'leave' });
    return { alone, beside, slower: beside / alone };
  },
};
