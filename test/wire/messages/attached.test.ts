/** What an upstream attaches to its calls returns to it, whatever the client keeps of it, and to no other (P11). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { messagesDecoder } from '../../../lib/wire/messages/stream.ts';
import type { WireRoute } from '../../../lib/wire/formats.ts';
import { run, utf8 } from '../../support/decode.ts';
import { geminiRoutes } from '../../support/gemini/encode.ts';
import { chatRoutes, messagesRoutes, requestOf, result, routeOf, user } from '../../support/requests.ts';
import { responsesRoutes } from '../../support/responses/encode.ts';
import { turn } from '../../support/turns.ts';

const vendor = routeOf({ provider: 'vendor', modelId: 'm-1', format: 'messages' });

const call = (id: string, fields: object = {}): ContentBlock => ({
  type: 'tool_use',
  id,
  name: 'Read',
  input: { n: 1 },
  ...fields,
});

/** What the client returns for an answer with these blocks; with `strict`, only the fields of Anthropic's API. */
function answered(blocks: readonly ContentBlock[], { whole = false, strict = false } = {}): RequestMessage {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const end = { stop_reason: 'tool_use', stop_sequence: null };
  const events: object[] = [
    { type: 'message_start', message: { ...message, content: [] } },
    ...blocks.flatMap((content_block, index) => [
      { type: 'content_block_start', index, content_block },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: end, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ];
  const bytes = whole
    ? JSON.stringify({ ...message, ...end, content: blocks })
    : events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const { events: sent } = run(messagesDecoder(vendor, turn()), [utf8(bytes)]);
  const content = JSON.parse(JSON.stringify(foldMessage(sent)?.content ?? [])) as ContentBlock[];
  return { role: 'assistant', content: strict ? content.map(strictly) : content };
}

function strictly(block: ContentBlock): ContentBlock {
  if (block.type !== 'tool_use') return block;
  const { type, id, name, input } = block as Record<string, unknown>;
  return { type: String(type), id, name, input };
}

function encoded(answer: RequestMessage, route: WireRoute): string {
  const calls = (answer.content as ContentBlock[]).filter(({ type }) => type === 'tool_use');
  const talk = [user('go'), answer, user(...calls.map(({ id }) => result(String(id), 'x')))];
  return JSON.stringify(codecs[route.format].encodeRequest(requestOf(talk), route));
}

const callsIn = (body: string): unknown[] =>
  (JSON.parse(body) as { messages: RequestMessage[] }).messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .filter(({ type }) => type === 'tool_use');

describe('fields of a call', () => {
  const calls = [
    call('toolu_1', { vendor_state: { sealed: 'A+/=' }, mark: [0, false] }),
    call('toolu_2'),
    call('call.3', { vendor_state: 'B', caller: { type: 'direct' } }),
  ];
  for (const whole of [false, true])
    for (const strict of [false, true])
      test(`return to their upstream, ${whole ? 'whole' : 'streamed'}${strict ? ', if the client drops them' : ''}`, () =>
        assert.deepEqual(callsIn(encoded(answered(calls, { whole, strict }), vendor)), calls));

  test('reach no other model, provider or format', () => {
    const answer = answered([call('toolu_1', { vendor_state: 'SEALED', mark: { deep: 'SEALED' } })]);
    const others = [
      { ...vendor, provider: 'elsewhere' },
      { ...vendor, modelId: 'another' },
      ...[messagesRoutes, chatRoutes, responsesRoutes, geminiRoutes].flatMap((routes) =>
        Object.values(routes),
      ),
    ];
    for (const route of others) assert.doesNotMatch(encoded(answer, route), /SEALED|vendor_state|occ1\./);
  });
});

test('the caller that Claude attaches to a call reaches only Claude', () => {
  // https://platform.claude.com/docs/en/agents-and-tools/tool-use/programmatic-tool-calling
  const answer: RequestMessage = {
    role: 'assistant',
    content: [call('toolu_1', { caller: { type: 'direct' } })],
  };
  for (const route of Object.values(messagesRoutes))
    assert.equal(/"caller"/.test(encoded(answer, route)), route.quirks.betas, route.modelId);
});

test('fields of the client’s own reach every upstream', () => {
  const answer: RequestMessage = { role: 'assistant', content: [call('toolu_1', { mark: 'x' })] };
  assert.match(encoded(answer, vendor), /"mark":"x"/);
});
