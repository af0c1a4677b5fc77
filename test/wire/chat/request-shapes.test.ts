/** Encodes every captured Claude Code request for every kind of chat model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import { brokenRules } from '../../support/chat/rules.ts';
import { captured, capturedRequests, chatRoutes, routeOf } from '../../support/requests.ts';

for (const { kind, body } of capturedRequests()) {
  for (const [name, route] of Object.entries(chatRoutes)) {
    test(`${kind} follows the protocol's rules for a model like ${name}`, () => {
      const before = JSON.stringify(body);
      const sent = encodeChatRequest(body, route);
      assert.deepEqual(brokenRules(sent), []);
      assert.equal(sent.model, route.modelId);
      assert.equal(JSON.stringify(body), before, 'the input is not changed');
      assert.equal(JSON.stringify(encodeChatRequest(body, route)), JSON.stringify(sent), 'equal bytes');
      if (!route.images) assert.doesNotMatch(JSON.stringify(sent), /image_url/);
    });
  }
}

test('requests without vendor additions match the types of the openai package', () => {
  for (const { body } of capturedRequests()) {
    const { thinking, top_k: topK, reasoning_effort: effort, ...rest } = encodeChatRequest(body, routeOf());
    // Checked by the compiler. Extra properties of messages (reasoning, cache markers) are allowed.
    const official: ChatCompletionCreateParamsStreaming = rest;
    assert.equal(official.stream, true);
    assert.deepEqual([thinking, topK, effort], [undefined, undefined, undefined]);
  }
});

test('at least 42 captured requests have a body', () => assert.equal(capturedRequests().length, 42));

test('tools loaded by a tool search are callable, and its result is readable text', () => {
  const sent = encodeChatRequest(captured(23), routeOf());
  const names = sent.tools?.map((tool) => tool.function.name) ?? [];
  assert.ok(names.includes('WebFetch') && names.includes('NotebookEdit'));
  assert.ok(!names.includes('DeferredToolPlaceholder'));
  const tool = sent.messages.find(({ role }) => role === 'tool');
  assert.equal(tool?.content, 'Tool WebFetch is now available.\n\nTool NotebookEdit is now available.');
});

test('parallel results in completion order are sent in the order of the calls', () => {
  const { messages } = encodeChatRequest(captured(12), routeOf());
  const at = messages.findIndex((message) => message.role === 'assistant');
  const [calls, ...rest] = messages.slice(at);
  assert.equal(calls?.role === 'assistant' && calls.tool_calls?.length, 3);
  assert.deepEqual(
    rest.map((message) => [message.role, message.role === 'tool' ? message.tool_call_id : '']),
    [
      ['tool', 'toolu_mock25'],
      ['tool', 'toolu_mock26'],
      ['tool', 'toolu_mock27'],
      ['user', ''],
    ],
  );
  assert.deepEqual(
    rest.slice(0, 3).map(({ content }) => content),
    ['a', 'b', '[1 image or file follows in the next user message]'],
  );
  const shown = rest[3]?.content;
  assert.ok(Array.isArray(shown));
  assert.deepEqual(shown[0], { type: 'text', text: '[from the result of Read, call toolu_mock27]' });
  assert.equal(shown[1]?.type, 'image_url');
});

test('a server tool is not sent as a function', () => {
  const sent = encodeChatRequest(captured(15), routeOf());
  assert.equal(sent.tools, undefined);
  assert.equal(sent.tool_choice, undefined);
});

test('the check of a command disables thinking even if the configuration enables it', () => {
  const route = routeOf({
    reasoningEffort: 'high',
    thinking: { type: 'enabled' },
    efforts: ['high', 'max'],
    quirks: { thinking: 'type_and_effort' },
  });
  for (const number of [36, 37]) {
    const sent = encodeChatRequest(captured(number), route);
    assert.deepEqual(sent.thinking, { type: 'disabled' });
    assert.equal(sent.reasoning_effort, undefined);
    assert.equal(sent.stop?.length, 1);
  }
  assert.deepEqual(encodeChatRequest(captured(1), route).thinking, { type: 'enabled' });
});
