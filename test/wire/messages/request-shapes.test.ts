/** Encodes every captured Claude Code request, and generated conversations, for upstreams with the Messages format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { upstreamToolId } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';

import { encodeMessagesRequest } from '../../../lib/wire/messages/request.ts';
import { brokenPairs } from '../../support/messages/rules.ts';
import {
  assistant,
  call,
  captured,
  capturedRequests,
  messagesRoutes,
  requestOf,
  result,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';

const { claude, qwen, minimax } = messagesRoutes;
assert.ok(claude && qwen && minimax);

/** The expected body for Claude: ids follow the rules of its API, and thinking without a signature is omitted. */
function expected(body: MessagesRequest, route: Route): MessagesRequest {
  const messages = body.messages.map((message): RequestMessage => {
    if (typeof message.content === 'string') return message;
    const content = message.content
      .filter((block) => block.type !== 'thinking' || block['signature'] !== '')
      .map((block): ContentBlock => {
        const field = block.type === 'tool_use' ? 'id' : 'tool_use_id';
        if (typeof block[field] !== 'string') return block;
        return Object.assign({}, block, { [field]: upstreamToolId(block[field], { max: 64 }, route) });
      });
    return { ...message, content };
  });
  return { ...body, messages };
}

for (const { kind, body } of capturedRequests()) {
  test(`${kind} reaches Claude unchanged except for model, stream and max_tokens`, () => {
    const { model, stream, max_tokens: maxTokens, ...rest } = encodeMessagesRequest(body, claude);
    const { model: _model, stream: _stream, max_tokens: asked, ...original } = expected(body, claude);
    assert.deepEqual(rest, original);
    assert.deepEqual([model, stream, maxTokens], ['claude-opus-5-5', true, asked ?? 32_000]);
    assert.deepEqual(
      Object.keys(encodeMessagesRequest(body, claude)).filter((key) => key in body),
      Object.keys(body),
      'the same order of keys',
    );
  });

  for (const [name, route] of Object.entries(messagesRoutes)) {
    test(`${kind} pairs calls and results for a model like ${name}`, () => {
      assert.deepEqual(brokenPairs(encodeMessagesRequest(body, route).messages), []);
    });
  }

  test(`${kind} contains nothing that a strict validator rejects`, () => {
    const strict = encodeMessagesRequest(body, minimax);
    const known = new Set([
      'model',
      'messages',
      'system',
      'tools',
      'max_tokens',
      'thinking',
      'stream',
      'metadata',
      'stop_sequences',
    ]);
    assert.deepEqual(
      Object.keys(strict).filter((key) => !known.has(key)),
      [],
    );
    assert.deepEqual(
      strict.messages
        .flatMap((message) => Object.keys(message))
        .filter((key) => key !== 'role' && key !== 'content'),
      [],
    );
    assert.ok(strict.messages.every(({ role }) => role !== 'system'));
    for (const tool of strict.tools ?? []) {
      assert.deepEqual(
        Object.keys(tool).filter((key) => !['name', 'description', 'input_schema'].includes(key)),
        [],
      );
    }
    assert.doesNotMatch(JSON.stringify(strict.messages), /tool_reference|"display"/);
    assert.notEqual(strict.tools?.length, 0);
  });
}

test('unchanged parts are not copied', () => {
  const body = captured(10);
  const out = encodeMessagesRequest(body, claude);
  assert.equal(out.tools, body.tools);
  assert.equal(out.system, body.system);
  assert.equal(out.messages[0], body.messages[0]);
});

const id = fc.constantFrom('a', 'b', 'toolu_x', 'call|1', '');
const words = fc.constantFrom('', 'hello');
const userBlock = fc.oneof(
  words.map(text),
  fc.tuple(id, words).map(([one, output]) => result(one, output)),
);
const assistantBlock = fc.oneof(
  words.map(text),
  words.map((reasoning) => thought(reasoning)),
  id.map((one) => call(one)),
);
const conversation = fc.array(
  fc.oneof(
    fc.array(userBlock, { maxLength: 4 }).map((blocks) => user(...blocks)),
    fc.array(assistantBlock, { maxLength: 4 }).map((blocks) => assistant(...blocks)),
    words.map((content) => system(content)),
  ),
  { maxLength: 8 },
);

for (const [name, route] of Object.entries(messagesRoutes)) {
  test(`calls and results pair for a model like ${name} in any conversation`, () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        assert.deepEqual(brokenPairs(encodeMessagesRequest(requestOf(messages), route).messages), []);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300) },
    );
  });
}
