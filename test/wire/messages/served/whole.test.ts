/** What a client of Anthropic's format reads in a whole answer, and the request that it must send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../../lib/anthropic/events.ts';
import { served } from '../../../../lib/wire/messages/served/index.ts';
import { messagesPrinter } from '../../../../lib/wire/messages/served/printer.ts';
import { toUpstreamBlocks } from '../../../../lib/wire/messages/blocks.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { requestBody } from '../../../support/proxy.ts';
import { route } from '../../../support/turns.ts';

const message: Message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [
    { type: 'thinking', thinking: 'hm', signature: 's' },
    { type: 'text', text: 'words' },
    { type: 'tool_use', id: 't', name: 'Read', input: {} },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 4 },
};

test('has every field that Anthropic’s SDKs declare', () => {
  const whole = messagesPrinter.whole(message) as Message;
  assert.deepEqual(whole, {
    ...message,
    stop_details: null,
    container: null,
    content: [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'words', citations: null },
      { type: 'tool_use', id: 't', name: 'Read', input: {}, caller: { type: 'direct' } },
    ],
    usage: {
      input_tokens: 3,
      output_tokens: 4,
      cache_creation: null,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      inference_geo: null,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: null,
    },
  });
});

test('keeps what the upstream sent', () => {
  const sent = {
    ...message,
    stop_details: { type: 'refusal' },
    container: { id: 'c' },
    content: [
      { type: 'text', text: 'words', citations: [{ type: 'page_location' }] },
      { type: 'tool_use', id: 't', name: 'Read', input: {}, caller: { type: 'code_execution_20250825' } },
      { type: 'some_result', of: 1 },
    ],
    usage: { ...message.usage, service_tier: 'batch', inference_geo: 'eu', cache_read_input_tokens: 5 },
  };
  const whole = messagesPrinter.whole(sent) as Message;
  assert.deepEqual(whole.content, sent.content);
  assert.deepEqual([whole['stop_details'], whole['container']], [{ type: 'refusal' }, { id: 'c' }]);
  const { service_tier: tier, inference_geo: geo, cache_read_input_tokens: read } = whole.usage;
  assert.deepEqual([tier, geo, read], ['batch', 'eu', 5]);
});

test('comes back to other models without what only Claude accepts', () => {
  const { content } = messagesPrinter.whole(message) as Message;
  const answer = content.slice(1) as Parameters<typeof toUpstreamBlocks>[0];
  assert.deepEqual(toUpstreamBlocks(answer, route('messages', { betas: false })), message.content.slice(1));
  assert.deepEqual(toUpstreamBlocks(answer, route('messages', { betas: true })), answer);
});

for (const max_tokens of [undefined, null, '1000'])
  test(`a request with max_tokens ${JSON.stringify(max_tokens)} is refused, as by Anthropic`, () => {
    const given = { pathname: '/v1/messages', query: new URLSearchParams(), headers: {} };
    const body = requestBody({ max_tokens }) as never;
    assert.throws(
      () => served.read({ ...given, body }),
      (error) => error instanceof Unservable && error.param === 'max_tokens',
    );
  });
