/** A model of which nothing is known gets the client's body unchanged over messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogued, sentTo } from '../../support/catalogued.ts';
import {
  assistant,
  call,
  capturedRequests,
  image,
  requestOf,
  result,
  system,
  user,
} from '../../support/requests.ts';

const unknown = catalogued('house-model-1', 'messages');

test('messages, fields that only Claude has, and unknown fields', () => {
  const request = requestOf(
    [
      user('go', image()),
      assistant(call('a')),
      user(result('a', 'x')),
      user('and?'),
      system('date'),
      assistant('yes'),
      user('on'),
    ],
    {
      top_k: 40,
      top_p: 0.9,
      temperature: 0.3,
      stop_sequences: ['x'],
      system: [{ type: 'text', text: 'Be short', cache_control: { type: 'ephemeral' } }],
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'object' } } },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'A', input_schema: { type: 'object' }, eager_input_streaming: true },
      ],
      metadata: { user_id: 'u' },
      zz: { y: [1] },
    },
  );
  assert.deepEqual(sentTo(unknown, request), { ...request, model: 'house-model-1' });
});

test('every captured request, but for the billing block and the order of tools that a search loaded (P12)', () => {
  for (const { kind, body } of capturedRequests()) {
    if (body.max_tokens === undefined) continue;
    const sent = sentTo(unknown, body);
    const kept = Array.isArray(body.system)
      ? body.system.filter(({ text }) => !text.startsWith('x-anthropic-billing-header:'))
      : body.system;
    const expected = {
      ...body,
      model: 'house-model-1',
      stream: true,
      max_tokens: Math.min(body.max_tokens, 32_000),
      ...(kept && { system: kept }),
    };
    const untagged = JSON.stringify(body.messages).includes('"type":"thinking"');
    const { messages, tools, ...rest } = sent;
    const {
      messages: given,
      tools: listed,
      ...others
    } = JSON.parse(JSON.stringify(expected)) as typeof expected;
    assert.deepEqual(rest, others, kind);
    if (!untagged && !/redacted/.test(kind)) assert.equal(withoutIds(messages), withoutIds(given), kind);
    if (!kind.startsWith('23')) assert.deepEqual(tools, listed, kind);
  }
});

/** Ids that break Anthropic's pattern are rewritten (P9). */
function withoutIds(messages: unknown): string {
  return JSON.stringify(messages).replaceAll(/"(id|tool_use_id)":"[^"]*"/g, '"$1":""');
}

test('once the server has refused unknown fields, only common ones are sent', () => {
  const strict = { ...unknown, quirks: { ...unknown.quirks, strictBody: true } };
  const request = requestOf([user('go'), system('date')], {
    context_management: { edits: [] },
    tools: [{ name: 'A', input_schema: {}, eager_input_streaming: true }],
  });
  const sent = sentTo(strict, request);
  assert.equal(sent['context_management'], undefined);
  assert.deepEqual(Object.keys((sent['tools'] as object[])[0] ?? {}).toSorted(), ['input_schema', 'name']);
});

test('once the server has refused system messages in between, they are reminders', () => {
  const route = { ...unknown, quirks: { ...unknown.quirks, midSystem: 'user' as const } };
  const sent = sentTo(route, requestOf([user('go'), assistant('yes'), system('date')]));
  assert.deepEqual(
    (sent['messages'] as { role: string }[]).map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
  assert.match(JSON.stringify(sent), /<system-reminder>\\ndate/);
});

test('a tool without a name, and one without a usable schema, would fail the whole request', () => {
  const tools = [
    { name: ' ', input_schema: { type: 'object' } },
    { name: 'A', input_schema: null },
    { name: 'B', input_schema: '{"type":' },
    { name: 'C', input_schema: { properties: { a: {} } } },
  ];
  const none = { type: 'object', properties: {}, additionalProperties: false };
  assert.deepEqual(sentTo(unknown, requestOf([user('go')], { tools }))['tools'], [
    { name: 'A', input_schema: none },
    { name: 'B', input_schema: none },
    { name: 'C', input_schema: { type: 'object', properties: { a: {} } } },
  ]);
});

test('the billing block of the system prompt, which changes with every request, is left out (P12)', () => {
  const billing = { type: 'text' as const, text: 'x-anthropic-billing-header: cc_version=2.1.330.1f3;' };
  const rest = { type: 'text' as const, text: 'Be short' };
  const request = requestOf([user('go')], { system: [billing, rest] });
  assert.deepEqual(sentTo(unknown, request)['system'], [rest]);
  assert.deepEqual(sentTo(catalogued('claude-opus-5-5', 'messages'), request)['system'], [billing, rest]);
});

test('a bundled model, and one of a family with quirks over messages, are none of these', () => {
  assert.equal(catalogued('glm-5.2', 'messages').quirks.betas, false);
  const { betas } = catalogued('deepseek-v9', 'messages').quirks;
  assert.equal(betas, false);
});
