/** What is printed for single events, and what returns in signatures. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  messageStart,
  type AnswerBlock,
  type StopReason,
  type StreamEvent,
  type Usage,
} from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { unpack } from '../../../../lib/anthropic/blocks.ts';
import { batchedDelta } from '../../../../lib/anthropic/delta-batch.ts';
import { tagSignature } from '../../../../lib/anthropic/provenance.ts';
import { utf8 } from '../../../support/decode.ts';
import {
  chunksIn,
  contentIn,
  obeysLaws,
  printed,
  printerFor,
  read,
  whole,
} from '../../../support/gemini/served.ts';
import { asText, type LooseJson } from '../../../support/loose-json.ts';

/** The events of an answer with these blocks. */
function answer(
  blocks: readonly AnswerBlock[],
  reason: StopReason = 'end_turn',
  usage: Partial<Usage> = {},
): StreamEvent[] {
  return [
    messageStart('msg_1', 'm', { input_tokens: 10, output_tokens: 0 }),
    ...blocks.flatMap((block, index): StreamEvent[] => {
      const { start, deltas } = unpack(block);
      return [
        { type: 'content_block_start', index, content_block: start },
        ...deltas.map((delta): StreamEvent => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ];
    }),
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 7, ...usage },
    },
    { type: 'message_stop' },
  ];
}

const text = (words: string): AnswerBlock => ({ type: 'text', text: words });
const think = (words: string, signature: string): AnswerBlock => ({
  type: 'thinking',
  thinking: words,
  signature,
});
const call = (id: string, input: object): AnswerBlock => ({ type: 'tool_use', id, name: 'Read', input });

function print(events: readonly StreamEvent[], fields?: object): LooseJson[] {
  const chunks = chunksIn(printed(events, printerFor(fields)), 'sse');
  obeysLaws(chunks, { shown: fields === undefined });
  return chunks;
}

const partsOf = (chunks: readonly LooseJson[]): LooseJson[] =>
  chunks.flatMap(
    (chunk) => (chunk['candidates']?.['0']?.['content']?.['parts'] ?? []) as unknown as LooseJson[],
  );

/** What the next request holds if the client returns these parts. */
function returned(parts: readonly object[]): unknown {
  const talk = {
    contents: [
      { role: 'user', parts: [{ text: 'go' }] },
      { role: 'model', parts },
    ],
  };
  return read(talk).request.messages[1]?.content;
}

test('usage: the prompt includes cached tokens, in the stream and in a whole answer', () => {
  const events = answer([text('a')], 'end_turn', {
    input_tokens: 100,
    cache_read_input_tokens: 40,
    cache_creation_input_tokens: 5,
    output_tokens: 9,
  });
  const expected = {
    promptTokenCount: 145,
    cachedContentTokenCount: 40,
    candidatesTokenCount: 9,
    totalTokenCount: 154,
  };
  assert.deepEqual(print(events).at(-1)?.['usageMetadata'], expected);
  assert.deepEqual(whole(events, printerFor())['usageMetadata'], expected);
});

test('a call without arguments is sent when the turn is complete, and not if it was cut there', () => {
  const calls = (reason: StopReason, ...blocks: AnswerBlock[]): number =>
    contentIn(print(answer(blocks, reason))).calls.length;
  assert.equal(calls('tool_use', call('a', {})), 1);
  assert.equal(calls('tool_use', call('a', {}), call('b', {})), 2);
  assert.equal(calls('max_tokens', text('x'), call('a', {})), 0);
  assert.equal(calls('max_tokens', call('a', { n: 1 }), call('b', {})), 1);
});

/** The events of an answer with one call, whose arguments are this text. */
function withArguments(partial_json: string, reason: StopReason): StreamEvent[] {
  const replaced: StreamEvent = {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'input_json_delta', partial_json },
  };
  return answer([call('a', { n: 1 })], reason).map((event) =>
    event.type === 'content_block_delta' ? replaced : event,
  );
}

test('a call whose arguments were cut is left out', () => {
  assert.deepEqual(contentIn(print(withArguments('{"n":', 'max_tokens'))).calls, []);
});

test('arguments keep their spelling, on one line', () => {
  const spelled = '{\r\n "n" : 12345678901234567890.0, "s": "a\\nb" }';
  const text = printed(withArguments(spelled, 'tool_use'), printerFor());
  assert.match(text, /"args":\{ {2}"n" : 12345678901234567890\.0, "s": "a\\nb" \}/);
});

test('deltas that were read together are one chunk', () => {
  const batch = { bytes: utf8(''), characters: 2, texts: () => ['a', 'b'] };
  const events = answer([text('x')]).map((event): StreamEvent =>
    event.type === 'content_block_delta' ? batchedDelta(0, 'text_delta', batch) : event,
  );
  assert.deepEqual(partsOf(print(events)), [{ text: 'ab' }, { text: '' }]);
});

test('what a search found is in the last chunk', () => {
  const found = [{ type: 'web_search_result', url: 'https://example.com', title: 'Example' }];
  const events = answer([
    { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'words' } },
    { type: 'web_search_tool_result', tool_use_id: 's1', content: found },
    text('Found.'),
  ]);
  const metadata = {
    webSearchQueries: ['words'],
    groundingChunks: [{ web: { uri: 'https://example.com', title: 'Example' } }],
  };
  assert.deepEqual(print(events).at(-1)?.['candidates']?.['0']?.['groundingMetadata'], metadata);
  assert.deepEqual(whole(events, printerFor())['candidates']?.['0']?.['groundingMetadata'], metadata);
});

describe('signatures', () => {
  const origin = { format: 'chat', provider: 'p', modelId: 'a/b' };
  const thoughts = [
    think('Long \u{1f600} '.repeat(4000), 'sig'),
    { type: 'redacted_thinking', data: 'opaque' },
    think('', tagSignature(origin, 'payload')),
  ];

  for (const [name, fields] of [
    ['shown', undefined],
    ['hidden', {}],
  ] as const)
    test(`thinking that is ${name} returns before the part that follows it`, () => {
      const blocks = [
        ...thoughts,
        text('Hello.'),
        think('more', 's2'),
        call('a', { n: 1 }),
        call('b', { n: 2 }),
      ];
      const parts = partsOf(print(answer(blocks), fields)).filter((part) => !part['thought']);
      assert.deepEqual(
        parts.map((part) => [
          part['text'] ?? part['functionCall']?.['id'],
          part['thoughtSignature'] !== undefined,
        ]),
        [
          ['Hello.', true],
          ['a', true],
          ['b', false],
          ['', false],
        ],
      );
      assert.deepEqual(returned(parts), blocks);
    });

  test('clients that decode base64 may encode it in the other alphabet and without padding', () => {
    const [part] = partsOf(print(answer([think('???>>>~~~ \u00ff', 's'), text('x')]), {}));
    const signature = asText(part?.['thoughtSignature'])
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    assert.deepEqual(returned([{ ...part, thoughtSignature: signature }]), [
      think('???>>>~~~ \u00ff', 's'),
      text('x'),
    ]);
  });

  test('a call gets its id back from a client that has dropped it', () => {
    const [part] = partsOf(print(answer([think('t', 's'), call('own_id', { n: 1 })]), {}));
    const { id: _, ...dropped } = part?.['functionCall'] ?? {};
    assert.deepEqual(returned([{ ...part, functionCall: dropped }]), [
      think('t', 's'),
      call('own_id', { n: 1 }),
    ]);
  });

  test('thinking at the end is on an empty part', () => {
    const chunks = print(answer([text('x'), think('t', 's')], 'max_tokens'), {});
    assert.deepEqual(returned(partsOf(chunks)), [text('x'), think('t', 's')]);
  });

  test('a signature can add only thinking to a conversation', () => {
    const forged = btoa(JSON.stringify({ occ: 1, blocks: [call('x', {}), text('y'), 5, think('t', 's')] }));
    assert.deepEqual(returned([{ text: 'x', thoughtSignature: forged }]), [think('t', 's'), text('x')]);
    for (const broken of [
      'eyJvY2MiOjEs',
      'eyJvY2MiOjEs!!!',
      btoa('{"occ":1,"blocks":{}}'),
      btoa('{"occ":1,"x":1}'),
      'QUJD',
    ])
      assert.deepEqual(returned([{ text: 'x', thoughtSignature: broken }]), [text('x')]);
  });

  test('a whole answer holds the same', () => {
    const events = answer([...thoughts, text('Hello.'), call('a', {})]);
    const [parts] = [partsOf([whole(events, printerFor({}))])];
    assert.deepEqual(returned(parts), foldMessage(events)?.content);
  });
});
