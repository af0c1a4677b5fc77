/** Random Chat Completions frames in any order. Decoding must obey the laws, whatever their content. */
import fc from 'fast-check';
import { dataLine, nastyText, toolInput } from '../arbitraries.ts';

type Json = Record<string, unknown>;

const field = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });

const randomPiece: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      index: fc.constantFrom<unknown>(0, 0, 1, 2, 7, -1, '0', '1', null, undefined, 1.5, 'x', {}),
      id: fc.constantFrom<unknown>('a', 'b', 'c|é', '', null, undefined, 5),
      function: field(
        fc.record({
          name: fc.constantFrom<unknown>(
            'Read',
            'Re',
            'ad',
            'ReadMany',
            'bash',
            'Teleport',
            '',
            null,
            undefined,
            7,
          ),
          arguments: fc.oneof<fc.Arbitrary<unknown>[]>(
            toolInput,
            nastyText,
            fc.constantFrom('{', '}', '{"a":', '1}', '{}', ' ', '', null, undefined, {}, { n: 1 }, []),
          ),
        }),
      ),
    }),
  },
  fc.constantFrom<unknown>(null, 3, {}, []),
);

const randomDelta: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        content: fc.oneof(
          field(nastyText),
          fc.constantFrom<unknown>(5, [{ type: 'text', text: 'p' }], [{ type: 'x' }, null], { text: 'q' }),
        ),
        reasoning_content: field(nastyText),
        reasoning: field(fc.constantFrom('r', '')),
        reasoning_details: field(
          fc.constantFrom<unknown>(
            [],
            [{ type: 'reasoning.text', text: 't', index: 0 }],
            [{ type: 'reasoning.encrypted', data: 'E', index: 1 }],
            [null],
            'x',
          ),
        ),
        refusal: field(fc.constantFrom('', 'no')),
        tool_calls: field(fc.array(randomPiece, { maxLength: 3 })),
      },
      { requiredKeys: [] },
    ),
  },
  fc.constantFrom<unknown>(null, undefined, {}, [], 'x', {
    function_call: { name: 'Read', arguments: '{}' },
  }),
);

const finishes = fc.constantFrom<unknown>(
  null,
  null,
  null,
  null,
  undefined,
  '',
  'stop',
  'tool_calls',
  'length',
  'content_filter',
  'other',
  '__proto__',
  'error',
  3,
);

const randomUsage = fc.constantFrom<unknown>(
  null,
  {},
  { prompt_tokens: 9, completion_tokens: '4' },
  { prompt_tokens: 3, cached_tokens: 8 },
  { prompt_tokens: -1, completion_tokens: null },
  { input_tokens: 5, cache_read_input_tokens: 2 },
  'x',
);

const randomChunk: fc.Arbitrary<Json> = fc.record(
  {
    choices: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.array(
          fc.record(
            {
              index: fc.constantFrom<unknown>(0, 0, 0, 1, null, '0', -2),
              delta: randomDelta,
              message: fc.option(randomDelta, { freq: 9, nil: undefined }),
              finish_reason: finishes,
              usage: field(randomUsage),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 2 },
        ),
      },
      fc.constantFrom<unknown>(null, undefined, 'x', [null]),
    ),
    usage: field(randomUsage),
    cost: field(fc.constantFrom('0', 'x', 0.5)),
  },
  { requiredKeys: ['choices'] },
) as fc.Arbitrary<Json>;

export const randomChat: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    { weight: 24, arbitrary: randomChunk.map(dataLine) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'data: [DONE]\n\n',
        ': keep-alive\n\n',
        'data: ping\n\n',
        'event: error\ndata: oops\n\n',
        dataLine({ error: 'x' }),
        dataLine({ error: { message: 'm', code: 429 } }),
        'data: {"a":\n\n',
        dataLine([]),
        '<html>',
        dataLine({ success: false }),
      ),
    },
  ),
  { maxLength: 12 },
);
