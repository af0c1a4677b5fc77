/** Thought signatures return on their part at their origin, and are not sent elsewhere (P10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { RequestMessage } from '../../../lib/anthropic/request.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { geminiDecoder } from '../../../lib/wire/gemini/stream.ts';
import type { GeminiPart } from '../../../lib/wire/gemini/types.ts';
import { run, utf8 } from '../../support/decode.ts';
import { gemini25, gemini3, partsOf, sent } from '../../support/gemini/encode.ts';
import {
  assistant,
  call,
  chatRoutes,
  messagesRoutes,
  requestOf,
  result,
  text,
  thought,
  user,
} from '../../support/requests.ts';
import { turn } from '../../support/turns.ts';

/** The message that the client returns for an answer with these chunks of parts. */
function answered(...chunks: object[][]): RequestMessage {
  const frames = [
    ...chunks.map((parts) => ({ candidates: [{ content: { parts } }] })),
    { candidates: [{ finishReason: 'STOP' }] },
  ];
  const bytes = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
  const { events } = run(geminiDecoder(gemini3, turn()), [utf8(bytes)]);
  return { role: 'assistant', content: foldMessage(events)?.content ?? [] };
}

const read = (n: number, sig?: string): object => ({
  functionCall: { id: `c${n}`, name: 'Read', args: { n } },
  ...(sig !== undefined && { thoughtSignature: sig }),
});

const modelParts = (messages: RequestMessage[], route = gemini3): GeminiPart[] =>
  partsOf(sent(messages, route), 'model');

test('each signature returns on its own part: thought, text, call, and an empty part', () => {
  const answer = answered(
    [{ text: 'A long ', thought: true }],
    [{ text: 'thought.', thought: true, thoughtSignature: 'VA==' }],
    [{ text: 'I ' }],
    [{ text: 'look.', thoughtSignature: 'Vw==' }],
    [read(1, 'QQ=='), read(2)],
    [read(3, 'Qw==')],
    [{ text: '', thoughtSignature: 'RQ==' }],
  );
  const results = user(result('c1', '1'), result('c2', '2'), result('c3', '3'));
  assert.deepEqual(modelParts([user('go'), answer, results]), [
    { text: 'A long ', thought: true },
    { text: 'thought.', thought: true, thoughtSignature: 'VA==' },
    { text: 'I ' },
    { text: 'look.', thoughtSignature: 'Vw==' },
    read(1, 'QQ=='),
    read(2),
    read(3, 'Qw=='),
    { text: '', thoughtSignature: 'RQ==' },
  ]);
});

test('a text with a signed part is split into its original parts', () => {
  const answer = answered([{ text: 'The ', thoughtSignature: 'Vw==' }], [{ text: 'answer.' }]);
  assert.deepEqual(modelParts([user('go'), answer]), [
    { text: 'The ', thoughtSignature: 'Vw==' },
    { text: 'answer.' },
  ]);
  const later = answered(
    [{ text: 'One ' }],
    [{ text: 'two ', thoughtSignature: 'Vw==' }],
    [{ text: 'three' }],
    [read(1)],
  );
  assert.deepEqual(modelParts([user('go'), later, user(result('c1', '1'))]).slice(0, 3), [
    { text: 'One ' },
    { text: 'two ', thoughtSignature: 'Vw==' },
    { text: 'three' },
  ]);
});

test('calls of two turns with the same id keep their own signatures', () => {
  const first = answered([read(1, 'QQ==')]);
  const second = answered([read(1, 'Qg==')]);
  const calls = modelParts([user('go'), first, user(result('c1', '1')), second, user(result('c1', '2'))]);
  assert.deepEqual(
    calls.map(({ functionCall, thoughtSignature }) => [functionCall?.id, thoughtSignature]),
    [
      ['c1', 'QQ=='],
      ['c1_2', 'Qg=='],
    ],
  );
});

test('a signature is not sent if the client changed or removed its part', () => {
  const answer = answered(
    [{ text: 'I look.' }],
    [{ text: 'Now.', thoughtSignature: 'Vw==' }],
    [read(1, 'QQ==')],
  );
  assert.ok(Array.isArray(answer.content));
  const shorter = { ...answer, content: answer.content.filter(({ type }) => type === 'thinking') };
  assert.deepEqual(modelParts([user('go'), shorter]), []);
  const other = {
    ...answer,
    content: answer.content.map((block) => (block.type === 'text' ? text('No') : block)),
  };
  const parts = modelParts([user('go'), other, user(result('c1', '1'))]);
  assert.deepEqual(parts[0], { text: 'No' });
  assert.deepEqual(parts[1], read(1, 'QQ=='));
});

test('the first call of each step gets the placeholder signature if another model made it and Gemini requires one', () => {
  const talk = [
    user('go'),
    assistant(thought('Claude thinks', 'ErUBCkYIBRgCIkD'), text('Let me see.'), call('a'), call('b')),
    user(result('a', '1'), result('b', '2')),
    assistant(call('c')),
    user(result('c', '3')),
  ];
  const signatures = modelParts(talk).map(({ functionCall, thoughtSignature }) => [
    functionCall?.id,
    thoughtSignature,
  ]);
  assert.deepEqual(signatures, [
    [undefined, undefined],
    ['a', 'skip_thought_signature_validator'],
    ['b', undefined],
    ['c', 'skip_thought_signature_validator'],
  ]);
  assert.doesNotMatch(JSON.stringify(sent(talk, gemini25)), /thoughtSignature|ErUB|Claude thinks/);
});

test('Gemini’s signatures are sent only to their origin, also after turns of another model', () => {
  const answer = answered([{ text: 'Hm.', thought: true }], [{ text: 'I look.' }], [read(1, 'R0VNSU5J')]);
  const talk = [user('go'), answer, user(result('c1', 'one'))];
  const others = [
    ...Object.values(chatRoutes),
    ...Object.values(messagesRoutes),
    { ...gemini3, modelId: 'gemini-9' },
  ];
  for (const route of others) {
    const body = JSON.stringify(codecs[route.format].encodeRequest(requestOf(talk), route));
    assert.doesNotMatch(body, /R0VNSU5J|occ1\./, `${route.format}/${route.modelId}`);
    assert.match(body, /I look\./);
  }
  const on = [
    ...talk,
    assistant(thought('by Claude', 'genuine'), text('Claude says.'), call('x')),
    user(result('x', 'two')),
  ];
  const back = modelParts(on);
  assert.deepEqual(
    back.map(({ text: content, functionCall, thoughtSignature }) => [
      content ?? functionCall?.id,
      thoughtSignature,
    ]),
    [
      ['Hm.', undefined],
      ['I look.', undefined],
      ['c1', 'R0VNSU5J'],
      ['Claude says.', undefined],
      ['x', 'skip_thought_signature_validator'],
    ],
  );
});
