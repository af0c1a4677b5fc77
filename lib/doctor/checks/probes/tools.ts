/** Tool calls: as the first content, in a loop with their result, and several in one answer. */
import { answered, callsIn, question, shapeOf, weather, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';

const callFirst =
  'What is the weather in Paris? Call the tool get_weather at once, and write nothing before the call.';

export const toolFirst: Probe = {
  code: 'tool-first',
  title: 'a tool call without text before it has index 0',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const exchange = await bench.send(question(bench.prompt('tool-first', callFirst), weather));
    const { message, events } = bench.expectComplete(exchange);
    const first = events.find(({ event }) => event.type === 'content_block_start')?.event;
    const [call] = callsIn(message);
    if (call === undefined) throw new NotObserved(`no tool was called: ${shapeOf(message)}`);
    // Thinking without text is only a signature, which Gemini sends before the call.
    const visible = message.content.find(({ type, thinking }) => type !== 'thinking' || thinking !== '');
    if (first?.type !== 'content_block_start' || visible?.type !== 'tool_use')
      throw new NotObserved(`there was content before the call: ${shapeOf(message)}`);
    if (first.index !== 0) throw new CheckFailure('occ', `the first block has index ${first.index}`);
    const place = first.content_block.type === 'tool_use' ? 'at index 0' : 'after its signature at index 0';
    return `${call.name} ${place}, its arguments parse`;
  },
};

export const toolLoop: Probe = {
  code: 'tool-loop',
  title: 'a tool result returns to the model, which then answers',
  limitMs: 45_000,
  requests: 2,
  async run(bench) {
    const first = await bench.send(question(bench.prompt('tool-loop', callFirst), weather));
    const { message } = bench.expectComplete(first);
    if (callsIn(message).length === 0) throw new NotObserved(`no tool was called: ${shapeOf(message)}`);
    const second = await bench.send({ ...weather, ...answered(first.request, message, '') });
    const report = bench.expectComplete(second).message;
    const text = report.content.map((block) => block.text ?? '').join('');
    if (text === '') throw new NotObserved(`no text after the result: ${shapeOf(report)}`);
    if (!bench.live && !text.includes('sunny'))
      throw new CheckFailure('occ', 'the result did not reach the upstream');
    return 'the result reached the model, which answered';
  },
};

export const parallelTools: Probe = {
  code: 'parallel-tools',
  title: 'several calls in one answer are kept separate',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const both =
      'Call get_weather twice in this one answer, in parallel: once for Paris and once for Rome. Write nothing else.';
    const { message } = bench.expectComplete(
      await bench.send(question(bench.prompt('parallel-tools 3', both), weather)),
    );
    const calls = callsIn(message);
    if (calls.length < 2) throw new NotObserved(`the model made ${calls.length} calls: ${shapeOf(message)}`);
    const inputs = new Set(calls.map(({ input }) => JSON.stringify(input)));
    if (!bench.live && inputs.size !== 3)
      throw new CheckFailure('occ', 'the arguments of several calls were mixed up');
    return `${calls.length} complete calls, one after the other`;
  },
};
