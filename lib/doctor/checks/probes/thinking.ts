/** Thinking arrives as thinking, and goes back with the next turn in the form its maker wants. */
import { answered, question, shapeOf, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';

const enabled = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 } as const;

export const thinking: Probe = {
  code: 'thinking',
  title: 'thinking arrives, and goes back with the next turn',
  limitMs: 60_000,
  requests: 2,
  async run(bench) {
    const words = 'Think it over, then answer with the number alone: how many days have 37 weeks?';
    const first = await bench.ask(question(bench.prompt('thinking', words), enabled));
    const { message } = bench.whole(first);
    const thought = message.content.some(({ type }) => type === 'thinking' || type === 'redacted_thinking');
    if (!thought) throw new Absent(`the model did not think aloud: ${shapeOf(message)}`);
    const next = bench.prompt('thinking', 'And how many hours are that? Answer with the number alone.');
    const second = await bench.ask({ ...enabled, ...answered(first.request, message, next) });
    const text = bench
      .whole(second)
      .message.content.map((block) => block.text ?? '')
      .join('');
    if (!bench.live && !text.startsWith('Earlier thinking came back'))
      throw new Wrong('occ', 'the thinking did not come back to the upstream with the next turn');
    return 'thought aloud, and the next turn carried it';
  },
};
