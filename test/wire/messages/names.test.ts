/** Names of tools for a server that allows 64 characters, as Bedrock does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesDecoder } from '../../../lib/wire/messages/stream.ts';
import { catalogued, sentTo } from '../../support/catalogued.ts';
import { run, utf8 } from '../../support/decode.ts';
import { assistant, call, requestOf, result, user } from '../../support/requests.ts';

const long = `mcp__${'a_very_long_server_name'.repeat(3)}__read`;
const request = requestOf(
  [
    user('go'),
    assistant(call('a', {}, long), call('b', {}, 'files.read'), call('c', {}, 'Read')),
    user(
      result('a', 'x'),
      result('b', [{ type: 'tool_reference', tool_name: long }]),
      result('c', 'text of Read'),
    ),
  ],
  {
    tools: [long, 'files.read', 'Read'].map((name) => ({ name, input_schema: { type: 'object' } })),
    tool_choice: { type: 'tool', name: long },
  },
);

const bedrock = catalogued('us.anthropic.claude-sonnet-4-6-v1:0', 'messages', {}, { name: 'bedrock' });

test('every name fits, and the same tool has the same name everywhere (openclaw#12892, hermes-agent#54863)', () => {
  const body = JSON.stringify(sentTo(bedrock, request));
  const names = [...body.matchAll(/"(?:tool_)?name":"([^"]*)"/g)].map(([, name]) => name ?? '');
  // Three tools, three calls and the choice; the reference to a tool is a note here.
  assert.equal(names.length, 7);
  assert.doesNotMatch(body, new RegExp(long));
  for (const name of names) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
  assert.equal(new Set(names).size, 3);
  assert.ok(names.includes('Read'));
});

test('Anthropic itself gets the client’s names', () => {
  const body = sentTo(catalogued('claude-sonnet-4-6', 'messages'), request);
  assert.deepEqual([body['tools'], body['tool_choice']], [request.tools, request.tool_choice]);
});

test('a call comes back with the client’s name (L6)', () => {
  const [tool] = sentTo(bedrock, request)['tools'] as unknown as { name: string }[];
  const turn = { request, session: 's', messageId: 'msg_1', inputTokens: 1 };
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
  const block = { type: 'tool_use', id: 'toolu_1', name: tool?.name, input: {} };
  const { events } = run(messagesDecoder(bedrock, turn), [
    utf8(
      event('message_start', {
        message: { id: 'msg_9', type: 'message', role: 'assistant', content: [], usage: {} },
      }) +
        event('content_block_start', { index: 0, content_block: block }) +
        event('content_block_stop', { index: 0 }) +
        event('message_delta', { delta: { stop_reason: 'tool_use' }, usage: {} }) +
        event('message_stop', {}),
    ),
  ]);
  assert.match(JSON.stringify(events), new RegExp(`"name":"${long}"`));
});
