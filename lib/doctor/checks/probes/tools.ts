/** Tool calls: first in an answer, in a loop with their result, and several at once. */
import { answered, callsIn, question, shapeOf, weather, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';

const callFirst =
  'What is the weather in Paris? Call the tool get_weather at once, and write nothing before the call.';

export const toolFirst: Probe = {
  code: 'tool-first',
  title: 'a tool call that comes first stands at index 0',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const exchange = await bench.ask(question(bench.prompt('tool-first', callFirst), weather));
    const { message, events } = bench.whole(exchange);
    const first = events.find(({ event }) => event.type === 'content_block_start')?.event;
    const [call] = callsIn(message);
    if (call === undefined) throw new Absent(`no tool was called: ${shapeOf(message)}`);
    // A signature alone is nothing a person sees: Gemini's stands before the call it signs.
    const seen = message.content.find(({ type, thinking }) => type !== 'thinking' || thinking !== '');
    if (first?.type !== 'content_block_start' || seen?.type !== 'tool_use')
      throw new Absent(`something came before the call: ${shapeOf(message)}`);
    if (first.index !== 0) throw new Wrong('occ', `the first block stands at index ${first.index}`);
    const place = first.content_block.type === 'tool_use' ? 'at index 0' : 'behind its signature at index 0';
    return `${call.name} ${place}, its arguments parse`;
  },
};

export const toolLoop: Probe = {
  code: 'tool-loop',
  title: 'call, result, answer',
  limitMs: 45_000,
  requests: 2,
  async run(bench) {
    const asked = question(bench.prompt('tool-loop', callFirst), weather);
    const first = await bench.ask(asked);
    const { message } = bench.whole(first);
    if (callsIn(message).length === 0) throw new Absent(`no tool was called: ${shapeOf(message)}`);
    const second = await bench.ask({ ...weather, ...answered(first.request, message, '') });
    const report = bench.whole(second).message;
    const text = report.content.map((block) => block.text ?? '').join('');
    if (text === '') throw new Absent(`no answer in words after the result: ${shapeOf(report)}`);
    if (!bench.live && !text.includes('sunny'))
      throw new Wrong('occ', 'the result did not reach the upstream');
    return 'the result went back and was answered';
  },
};

export const parallelTools: Probe = {
  code: 'parallel-tools',
  title: 'several calls in one answer stay apart',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const both =
      'Call get_weather twice in this one answer, in parallel: once for Paris and once for Rome. Write nothing else.';
    const { message } = bench.whole(
      await bench.ask(question(bench.prompt('parallel-tools 3', both), weather)),
    );
    const calls = callsIn(message);
    if (calls.length < 2) throw new Absent(`${calls.length} calls came: ${shapeOf(message)}`);
    const inputs = new Set(calls.map(({ input }) => JSON.stringify(input)));
    if (!bench.live && inputs.size !== 3) throw new Wrong('occ', 'the arguments of two calls were mixed up');
    return `${calls.length} whole calls, one after the other`;
  },
};
