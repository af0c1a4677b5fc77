/** What an upstream attaches to its calls beside the signature returns to it unchanged, and to no other (P11). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isRemark, type Decoded } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { geminiDecoder } from '../../../lib/wire/gemini/stream.ts';
import { run, utf8 } from '../../support/decode.ts';
import { gemini3, geminiRoutes, partsOf, sent } from '../../support/gemini/encode.ts';
import { chatRoutes, messagesRoutes, requestOf, result, user } from '../../support/requests.ts';
import { responsesRoutes } from '../../support/responses/encode.ts';
import { turn } from '../../support/turns.ts';

function answered(...chunks: object[][]): { all: Decoded[]; message: RequestMessage } {
  const frames = [
    ...chunks.map((parts) => ({ candidates: [{ content: { parts } }] })),
    { candidates: [{ finishReason: 'STOP' }] },
  ];
  const bytes = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
  const { all, events } = run(geminiDecoder(gemini3, turn()), [utf8(bytes)]);
  const content = JSON.parse(JSON.stringify(foldMessage(events)?.content ?? [])) as ContentBlock[];
  return { all, message: { role: 'assistant', content } };
}

function talk({ message }: { message: RequestMessage }): RequestMessage[] {
  const calls = (message.content as ContentBlock[]).filter(({ type }) => type === 'tool_use');
  return [
    user('go'),
    message,
    user(...(calls.length > 0 ? calls.map(({ id }) => result(String(id), 'x')) : ['on'])),
  ];
}

const returned = (answer: { message: RequestMessage }): object[] => partsOf(sent(talk(answer)), 'model');

const call = (n: number, outer: object = {}, inner: object = {}): object => ({
  functionCall: { id: `c${n}`, name: 'Read', args: { n }, ...inner },
  ...outer,
});

const dropped = (all: readonly Decoded[]): string[] =>
  all.flatMap((one) => (isRemark(one) && one.type === 'dropped' ? [one.what] : []));

describe('fields of a call', () => {
  // https://ai.google.dev/gemini-api/docs/thought-signatures: of parallel calls only the first is signed.
  const parallel = [call(1, { thoughtSignature: 'QQ==' }), call(2), call(3)];
  // Proto JSON also allows the original field names; some gateways send them.
  const snake = [call(1, { thought_signature: 'QQ==' }), call(2)];
  const inside = [call(1, {}, { thought_signature: 'QQ==', mark: [0, false] })];
  const both = [
    call(1, { thoughtSignature: 'QQ==', partMetadata: { a: 1 } }, { mark: 'x' }),
    call(2, { partMetadata: { a: 2 } }),
  ];
  for (const [name, parts] of Object.entries({ parallel, snake, inside, both })) {
    test(`${name}, in one chunk`, () => assert.deepEqual(returned(answered(parts)), parts));
    test(`${name}, in a chunk each`, () =>
      assert.deepEqual(returned(answered(...parts.map((part) => [part]))), parts));
  }

  test('that come with a later piece of the call', () => {
    const first = { functionCall: { id: 'c1', name: 'Read', willContinue: true } };
    const piece = (more: object) => ({
      functionCall: {
        id: 'c1',
        name: 'Read',
        partialArgs: [{ jsonPath: '$.n', numberValue: 1 }],
        willContinue: true,
        ...more,
      },
    });
    const last = { functionCall: {} };
    const answer = answered([first], [piece({ mark: 'x' })], [{ ...last, partMetadata: { a: 1 } }]);
    const [part] = returned(answer) as { functionCall: { mark?: string }; partMetadata?: object }[];
    assert.equal(part?.functionCall.mark, 'x');
  });

  test('of a text have no place; the log names them', () => {
    const { all } = answered([{ text: 'Hi.', partMetadata: { secret: 1 } }]);
    assert.deepEqual(dropped(all), ['the field partMetadata of a part']);
  });
});

test('nothing attached reaches another model, provider or format', () => {
  const answer = answered([call(1, { partMetadata: 'SEALED' }, { mark: 'SEALED' })]);
  assert.match(JSON.stringify(returned(answer)), /SEALED.*SEALED/);
  const others = [
    { ...gemini3, provider: 'elsewhere' },
    { ...gemini3, modelId: 'another' },
    ...[chatRoutes, messagesRoutes, responsesRoutes].flatMap((routes) => Object.values(routes)),
    geminiRoutes['gemini 2.5'],
  ];
  for (const route of others)
    assert.doesNotMatch(
      JSON.stringify(codecs[route.format].encodeRequest(requestOf(talk(answer)), route)),
      /SEALED|occ1\./,
    );
});
