/** Random Responses frames in any order. Decoding must obey the laws, whatever their content. */
import fc from 'fast-check';
import { dataLine, eventOf, nastyText, toolInput } from '../arbitraries.ts';

type Json = Record<string, unknown>;

const index = fc.constantFrom<unknown>(0, 0, 1, 2, -1, '0', '1', null, undefined, 1.5, 'x', {});
const id = fc.constantFrom<unknown>('a', 'b', 'c|é', '', null, undefined, 5);
const text: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: nastyText },
  fc.constantFrom<unknown>(null, undefined, 5, { text: 'q' }, ['r']),
);
const args: fc.Arbitrary<unknown> = fc.oneof(
  toolInput,
  nastyText,
  fc.constantFrom<unknown>('{', '}', '{"a":', '1}', '{}', ' ', '', null, undefined, {}, { n: 1 }, []),
);
const name = fc.constantFrom<unknown>('Read', 'ReadMany', 'bash', 'Teleport', '', null, undefined, 7);

const part: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({
    type: fc.constantFrom<unknown>('output_text', 'refusal', 'summary_text', 'reasoning_text', 'x', null),
    text,
  }),
  fc.constantFrom<unknown>(null, 'x', {}, [], { type: 'refusal', refusal: 'no' }),
);

const item: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record(
      {
        type: fc.constantFrom<unknown>(
          'message',
          'message',
          'reasoning',
          'function_call',
          'function_call',
          'web_search_call',
          'mystery',
          '',
          null,
          '__proto__',
        ),
        id,
        call_id: id,
        name,
        arguments: args,
        content: fc.oneof(fc.array(part, { maxLength: 3 }), fc.constantFrom<unknown>('plain', null)),
        summary: fc.oneof(fc.array(part, { maxLength: 2 }), fc.constantFrom<unknown>(null)),
        encrypted_content: fc.constantFrom<unknown>('E==', 'F==', '', null, 5),
        action: fc.constantFrom<unknown>(null, { query: 'q', sources: [{ url: 'https://x.example/' }] }, 'x'),
      },
      { requiredKeys: ['type'] },
    ),
  },
  fc.constantFrom<unknown>(null, 'x', [], {}),
);

const usage = fc.constantFrom<unknown>(
  null,
  undefined,
  {},
  { input_tokens: 9, output_tokens: '4' },
  { input_tokens: 3, input_tokens_details: { cached_tokens: 8 }, output_tokens: 1 },
  { input_tokens: -1, output_tokens: null },
  'x',
);

const response: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        status: fc.constantFrom<unknown>(
          'completed',
          'incomplete',
          'in_progress',
          'failed',
          null,
          '__proto__',
        ),
        output: fc.oneof(fc.array(item, { maxLength: 3 }), fc.constantFrom<unknown>(null, 'x')),
        usage,
        error: fc.constantFrom<unknown>(null, null, null, {}, { code: 'server_error', message: 'm' }, 'x'),
        incomplete_details: fc.constantFrom<unknown>(
          null,
          null,
          { reason: 'max_output_tokens' },
          { reason: 'content_filter' },
          { reason: '__proto__' },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  fc.constantFrom<unknown>(null, undefined, 'x', []),
);

const types = [
  ...[
    'output_text',
    'refusal',
    'reasoning_summary_text',
    'reasoning_text',
    'function_call_arguments',
  ].flatMap((of) => [`response.${of}.delta`, `response.${of}.delta`, `response.${of}.done`]),
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.reasoning_summary_part.done',
  'response.created',
  'response.output_text.annotation.added',
  'response.mystery',
  'ping',
];

const textOrItem: fc.Arbitrary<[string, Json]> = fc.tuple(
  fc.constantFrom(...types),
  fc.record(
    {
      item_id: id,
      output_index: index,
      content_index: index,
      summary_index: index,
      delta: fc.oneof(text, args),
      text,
      refusal: text,
      arguments: args,
      name,
      part,
      item,
      cost: fc.constantFrom<unknown>('0', 'x', 0.5, undefined),
    },
    { requiredKeys: ['delta', 'item'] },
  ) as fc.Arbitrary<Json>,
);

const ending: fc.Arbitrary<[string, Json]> = fc.tuple(
  fc.constantFrom(
    'response.completed',
    'response.completed',
    'response.incomplete',
    'response.done',
    'response.failed',
  ),
  fc.record({ response }) as fc.Arbitrary<Json>,
);

export const randomResponses: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: textOrItem.map(([type, fields]) => eventOf(type, fields)) },
    { weight: 4, arbitrary: textOrItem.map(([type, fields]) => dataLine({ type, ...fields })) },
    { weight: 2, arbitrary: textOrItem.map(([type, fields]) => `event: ${type}\n${dataLine(fields)}`) },
    { weight: 3, arbitrary: ending.map(([type, fields]) => eventOf(type, fields)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'data: [DONE]\n\n',
        ': keep-alive\n\n',
        'event: error\ndata: oops\n\n',
        dataLine({ error: 'x' }),
        dataLine({ type: 'error', code: 'rate_limit_exceeded', message: 'm' }),
        dataLine({ type: 'response.error', error: null }),
        'data: {"a":\n\n',
        dataLine([]),
        '<html>',
        dataLine({ success: false }),
      ),
    },
  ),
  { maxLength: 14 },
);
