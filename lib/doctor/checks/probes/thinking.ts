/** Thinking reaches the client, and returns to the upstream with the next turn in the provider's form. */
import { thoughtsReport } from '../../../emulator/situations.ts';
import { answered, question, shapeOf, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';

const enabled = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 } as const;

export const thinking: Probe = {
  code: 'thinking',
  title: 'thinking arrives and returns with the next turn',
  limitMs: 60_000,
  requests: 2,
  async run(bench) {
    const prompt = 'Think it over, then answer with the number alone: how many days are 37 weeks?';
    const first = await bench.send(question(bench.prompt('thinking', prompt), enabled));
    const { message } = bench.expectComplete(first);
    const thought = message.content.some(({ type }) => type === 'thinking' || type === 'redacted_thinking');
    if (!thought) throw new NotObserved(`the model sent no thinking: ${shapeOf(message)}`);
    const next = bench.prompt('thinking', 'And how many hours are that? Answer with the number alone.');
    const second = await bench.send({ ...enabled, ...answered(first.request, message, next) });
    const answer = bench.expectComplete(second).message;
    const text = answer.content.map((block) => block.text ?? '').join('');
    if (!bench.live && text !== thoughtsReport(1))
      throw new CheckFailure('occ', 'the thinking did not return to the upstream with the next turn');
    return 'thinking arrived, and the next turn contained it';
  },
};
