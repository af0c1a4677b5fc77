/** Random Messages frames in any order. Decoding must obey the laws, whatever their content. */
import fc from 'fast-check';
import { eventOf, nastyText, toolInput } from '../arbitraries.ts';

const index = fc.constantFrom<unknown>(0, 0, 0, 1, 1, 2, 5, -1, '0', null, undefined);
const orNull = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: value }, fc.constantFrom<unknown>(null, undefined, 5));

const randomBlock: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ type: fc.constant('text'), text: orNull(nastyText) }),
  fc.record({
    type: fc.constant('thinking'),
    thinking: orNull(nastyText),
    signature: orNull(fc.constantFrom('', 's')),
  }),
  fc.record({
    type: fc.constant('tool_use'),
    id: orNull(fc.constantFrom('a', 'b', 'x|y', '')),
    name: fc.constantFrom<unknown>('Read', 'bash', 'Read', '', null),
    input: fc.constantFrom<unknown>({}, { n: 1 }, { raw_arguments: '{"n":' }, null, 'x', []),
  }),
  fc.constantFrom<unknown>(
    { type: 'redacted_thinking', data: 'E' },
    { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
    { type: 'mystery' },
    { type: 'constructor' },
    {},
    null,
  ),
);

const randomDelta: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ type: fc.constant('text_delta'), text: orNull(nastyText) }),
  fc.record({ type: fc.constant('thinking_delta'), thinking: orNull(nastyText) }),
  fc.record({ type: fc.constant('signature_delta'), signature: orNull(fc.constantFrom('', 's')) }),
  fc.record({
    type: fc.constant('input_json_delta'),
    partial_json: fc.oneof<fc.Arbitrary<unknown>[]>(
      toolInput,
      fc.constantFrom('{', '}', '{"a":', '1}', ' ', '', null, undefined, { n: 1 }),
    ),
  }),
  fc.constantFrom<unknown>(
    { type: 'citations_delta', citation: { x: 1 } },
    { type: 'mystery_delta' },
    { type: 'constructor' },
    {},
    null,
  ),
);

const randomUsage = fc.constantFrom<unknown>(
  null,
  undefined,
  {},
  { input_tokens: 3, output_tokens: 4 },
  { input_tokens: '3', output_tokens: -4 },
  { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: -4 },
  'x',
);
const reasons = fc.constantFrom<unknown>(
  'end_turn',
  'tool_use',
  'max_tokens',
  'refusal',
  'stop_sequence',
  '__proto__',
  'error',
  null,
  '',
);

export const randomMessages: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .record({
          message: fc.constantFrom<unknown>(
            { id: 'msg_1', usage: { input_tokens: 1, output_tokens: 1 } },
            { id: 5, content: [{ type: 'text', text: 'x' }] },
            null,
          ),
        })
        .map((fields) => eventOf('message_start', fields)),
    },
    {
      weight: 8,
      arbitrary: fc
        .record({ index, content_block: randomBlock })
        .map((fields) => eventOf('content_block_start', fields)),
    },
    {
      weight: 12,
      arbitrary: fc
        .record({ index, delta: randomDelta })
        .map((fields) => eventOf('content_block_delta', fields)),
    },
    { weight: 5, arbitrary: fc.record({ index }).map((fields) => eventOf('content_block_stop', fields)) },
    {
      weight: 2,
      arbitrary: fc
        .record({
          delta: fc.record({ stop_reason: reasons, stop_sequence: fc.constantFrom<unknown>(null, 'x', 5) }),
          usage: randomUsage,
        })
        .map((fields) => eventOf('message_delta', fields)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        eventOf('message_stop'),
        eventOf('ping'),
        eventOf('ping', { cost: '0' }),
        eventOf('error', { error: { type: 'x', message: 'm' } }),
        'data: [DONE]\n\n',
        ': c\n\n',
        'data: {"type":\n\n',
        eventOf('mystery'),
        eventOf('message', { content: [{ type: 'text', text: 'w' }] }),
      ),
    },
  ),
  { maxLength: 14 },
);
