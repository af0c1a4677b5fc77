/** Random generateContent frames in any order. Decoding must obey the laws, whatever their content. */
import fc from 'fast-check';
import { dataLine, nastyText, toolInput } from '../arbitraries.ts';

type Json = Record<string, unknown>;

const field = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });

const randomCall: fc.Arbitrary<unknown> = fc.record(
  {
    id: fc.constantFrom<unknown>('a', 'b', 'c|é', '', null, undefined, 5),
    name: fc.constantFrom<unknown>('Read', 'bash', 'Teleport', '', null, undefined, 7),
    args: fc.oneof<fc.Arbitrary<unknown>[]>(
      toolInput.map((text) => JSON.parse(text) as unknown),
      toolInput,
      nastyText,
      fc.constantFrom<unknown>({}, null, undefined, [], 5, true, '{"a":', { args: { args: [] } }),
    ),
    partialArgs: field(
      fc.constantFrom<unknown>(
        [],
        [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
        [{ jsonPath: '$.a', stringValue: 'y' }],
        [
          { jsonPath: '$.l[7].n', numberValue: 1 },
          { jsonPath: '$.l', boolValue: true },
        ],
        [{ jsonPath: "$['__proto__'].x", nullValue: 'NULL_VALUE' }, null, { jsonPath: '' }],
        [{ jsonPath: '.a'.repeat(100), stringValue: 'deep' }],
        'x',
      ),
    ),
    willContinue: fc.constantFrom<unknown>(undefined, undefined, true, false, null),
  },
  { requiredKeys: [] },
);

const randomPart: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        text: field(nastyText),
        thought: fc.constantFrom<unknown>(true, true, false, null, undefined, 'true'),
        thoughtSignature: fc.constantFrom<unknown>(undefined, undefined, 'QQ==', 'Qg==', '', null, 3),
      },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 5,
    arbitrary: fc.record({ functionCall: randomCall, thoughtSignature: field(fc.constant('Qw==')) }),
  },
  fc.constantFrom<unknown>(
    null,
    {},
    [],
    'x',
    { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
    { executableCode: { language: 'PYTHON', code: 'x' } },
    { codeExecutionResult: {} },
    { functionCall: null },
  ),
);

const finishes = fc.constantFrom<unknown>(
  ...Array.from({ length: 8 }, () => undefined),
  null,
  '',
  'STOP',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'MALFORMED_FUNCTION_CALL',
  'OTHER',
  '__proto__',
  3,
);

const randomUsage = fc.constantFrom<unknown>(
  null,
  {},
  { promptTokenCount: 9, candidatesTokenCount: '4' },
  { promptTokenCount: 3, cachedContentTokenCount: 8 },
  { promptTokenCount: -1, candidatesTokenCount: null },
  { totalTokenCount: 5, promptTokenCount: 7 },
  { thoughtsTokenCount: 1e300, totalTokenCount: 'x' },
  'x',
);

const randomCandidate: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      {
        index: fc.constantFrom<unknown>(0, 0, 0, undefined, 1, null, '0', -2),
        content: fc.oneof(
          { weight: 8, arbitrary: fc.record({ parts: fc.array(randomPart, { maxLength: 3 }) }) },
          randomPart.map((parts) => ({ parts })),
          fc.constantFrom<unknown>(null, undefined, 'x', {}, { parts: null }),
        ),
        finishReason: finishes,
        groundingMetadata: field(
          fc.constantFrom<unknown>(
            {},
            { webSearchQueries: ['q'], groundingChunks: [{ web: { uri: 'u' } }, null] },
            'x',
          ),
        ),
        citationMetadata: field(fc.constant({})),
      },
      { requiredKeys: ['content'] },
    ),
  },
  fc.constantFrom<unknown>(null, 'x', {}),
);

const randomChunk: fc.Arbitrary<Json> = fc.record(
  {
    candidates: fc.oneof(
      { weight: 8, arbitrary: fc.array(randomCandidate, { maxLength: 2 }) },
      fc.constantFrom<unknown>(null, undefined, 'x'),
    ),
    usageMetadata: field(randomUsage),
    promptFeedback: fc.constantFrom<unknown>(undefined, undefined, undefined, undefined, {}, null, {
      blockReason: 'SAFETY',
    }),
    cost: field(fc.constantFrom('0', 'x', 0.5)),
  },
  { requiredKeys: ['candidates'] },
) as fc.Arbitrary<Json>;

export const randomGemini: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    { weight: 24, arbitrary: randomChunk.map(dataLine) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'data: [DONE]\n\n',
        ': keep-alive\n\n',
        dataLine({ type: 'ping', cost: '0.1' }),
        'event: error\ndata: oops\n\n',
        dataLine({ error: { code: 503, status: 'UNAVAILABLE' } }),
        dataLine([{ error: { message: 'm' } }]),
        'data: {"a":\n\n',
        dataLine([]),
        '<html>',
      ),
    },
  ),
  { maxLength: 12 },
);
