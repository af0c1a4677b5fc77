/** What the thinking of a request requires of its history and of its other fields, over messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSignature } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { WireRoute } from '../../../lib/wire/formats.ts';
import { blocksOf, isThinking } from '../../support/doubles/messages-rules.ts';
import type { LooseJson } from '../../support/loose-json.ts';
import { catalogued, sentTo } from '../../support/catalogued.ts';
import {
  assistant,
  call,
  capturedRequests,
  requestOf,
  result,
  text,
  thought,
  user,
} from '../../support/requests.ts';

/** The messages with calls but without a thinking block, while thinking is not disabled. */
function unthought(body: unknown): number[] {
  if (!isThinking(body as LooseJson, true)) return [];
  const blocks = blocksOf(body as LooseJson);
  return [...new Set(blocks.filter(({ type }) => type === 'tool_use').map(({ message }) => message))].filter(
    (at) => !blocks.some(({ type, message }) => message === at && type === 'thinking'),
  );
}

const adaptive = { thinking: { type: 'adaptive' as const } };
const elsewhere = (...first: ContentBlock[]): RequestMessage[] => [
  user('go'),
  assistant(...first, call('a')),
  user(result('a', 'x')),
];

const requiring: [string, string][] = [
  ['openclaw#71998', 'deepseek-v4-pro'],
  ['OEvortex/aether#31', 'deepseek/deepseek-v5'],
  ['QwenLM/qwen-code#3788', 'deepseek-flash'],
  ['NousResearch/hermes-agent#13826', 'kimi-k2.5'],
  ['NousResearch/hermes-agent#14018', 'kimi-for-coding'],
  ['borawong/AiMaMi#10', 'kimi-k2.6'],
  ['K3 always thinks', 'moonshotai/kimi-k3'],
];
for (const [source, id] of requiring) {
  const route = catalogued(id, 'messages');
  test(`${id} gets a thinking block in each turn with calls (${source})`, () => {
    for (const first of [
      [text('I look.')],
      [],
      [thought('hm', 'ErUB-claude')],
      [thought('', 'ErUB-claude')],
    ]) {
      const body = sentTo(route, requestOf(elsewhere(...first), adaptive));
      assert.deepEqual(unthought(body), []);
      assert.equal(JSON.stringify(body).includes('"hm"'), JSON.stringify(first).includes('"hm"'));
      assert.doesNotMatch(JSON.stringify(body), /ErUB/);
    }
    for (const { kind, body } of capturedRequests())
      assert.deepEqual(unthought(sentTo(route, body)), [], kind);
  });
}

test('the block is the first of its turn, and turns with a thought or without calls get none', () => {
  const messages = [
    ...elsewhere(text('I look.')),
    assistant(thought('hm'), call('b')),
    user(result('b', 'y')),
    assistant('done'),
    user('on'),
  ];
  const body = sentTo(catalogued('deepseek-v4-pro', 'messages'), requestOf(messages, adaptive));
  assert.deepEqual(
    (body['messages'] as unknown as RequestMessage[])
      .filter(({ role }) => role === 'assistant')
      .map(({ content }) => (content as ContentBlock[]).map(({ type }) => type)),
    [['thinking', 'text', 'tool_use'], ['thinking', 'tool_use'], ['text']],
  );
});

test('with disabled thinking nothing is added, and no effort is sent (NousResearch/hermes-agent#15700)', () => {
  const off = { thinking: { type: 'disabled' as const }, output_config: { effort: 'high' } };
  const body = sentTo(catalogued('deepseek-v4-pro', 'messages'), requestOf(elsewhere(text('I look.')), off));
  assert.deepEqual([body['thinking'], body['output_config']], [{ type: 'disabled' }, undefined]);
  assert.doesNotMatch(JSON.stringify(body['messages']), /"thinking"/);
});

test('DeepSeek gets its documented switch and levels (api-docs.deepseek.com/guides/thinking_mode)', () => {
  const fields = (id: string, effort: string): unknown[] => {
    const request = requestOf([user('hi')], {
      ...adaptive,
      output_config: { effort },
      tool_choice: { type: 'any' },
      tools: [{ name: 'A', input_schema: {} }],
    });
    const {
      thinking,
      output_config: output,
      tool_choice: choice,
    } = sentTo(catalogued(id, 'messages'), request);
    return [thinking, output, choice];
  };
  const enabled = { type: 'enabled' };
  assert.deepEqual(fields('deepseek-v9', 'low'), [enabled, { effort: 'low' }, { type: 'auto' }]);
  assert.deepEqual(fields('deepseek-v9', 'medium'), [enabled, { effort: 'high' }, { type: 'auto' }]);
  assert.deepEqual(fields('deepseek-v9', 'xhigh'), [enabled, { effort: 'max' }, { type: 'auto' }]);
  assert.deepEqual(fields('kimi-k3', 'medium'), [undefined, { effort: 'high' }, { type: 'any' }]);
  assert.deepEqual(fields('kimi-k2.6', 'medium'), [enabled, undefined, { type: 'any' }]);
});

test('thinking is not disabled for a Kimi model that cannot stop thinking (NousResearch/hermes-agent#55488)', () => {
  const off = requestOf([user('hi')], { thinking: { type: 'disabled' } });
  for (const id of ['kimi-for-coding', 'kimi-k2.7-code', 'kimi-k3', 'kimi-k2-thinking-turbo'])
    assert.equal(sentTo(catalogued(id, 'messages'), off)['thinking'], undefined, id);
  assert.deepEqual(sentTo(catalogued('kimi-k2.6', 'messages'), off)['thinking'], { type: 'disabled' });
});

test('a thought that the upstream sent without a signature returns to that upstream only (P10)', () => {
  const own = catalogued('house-model-1', 'messages');
  const origin = { format: 'messages', provider: 'lab', modelId: 'house-model-1' };
  const messages = elsewhere(thought('hm', tagSignature(origin)));
  const sent = (route: WireRoute): string => JSON.stringify(sentTo(route, requestOf(messages))['messages']);
  assert.match(sent(own), /\{"type":"thinking","thinking":"hm","signature":""\}/);
  assert.doesNotMatch(sent(catalogued('house-model-2', 'messages')), /hm/);
  assert.doesNotMatch(sent(catalogued('claude-opus-4-6', 'messages')), /hm/);
});

const clearThinking = { type: 'clear_thinking_20251015', keep: 'all' };
const clearTools = { type: 'clear_tool_uses_20250919' };
const budget = { type: 'enabled' as const, budget_tokens: 8000 };

function managed(
  id: string,
  fields: Partial<MessagesRequest>,
  messages = elsewhere(text('I look.')),
  entry = {},
): unknown[] {
  const body = sentTo(catalogued(id, 'messages', entry), requestOf(messages, fields));
  return [body['thinking'], body['context_management']];
}

test('an edit that needs thinking is left out where thinking is disabled (Wei-Shaw/sub2api#599)', () => {
  const fields = (edits: object[], more: object = {}): Partial<MessagesRequest> => ({
    thinking: budget,
    context_management: { edits, ...more },
  });
  const off = { type: 'disabled' };
  const claude = 'claude-sonnet-4-6';
  assert.deepEqual(managed(claude, fields([clearThinking])), [off, undefined]);
  assert.deepEqual(managed(claude, fields([clearThinking, clearTools])), [off, { edits: [clearTools] }]);
  assert.deepEqual(managed(claude, fields([clearThinking], { zz: 1 })), [off, { zz: 1 }]);
  assert.deepEqual(managed(claude, fields([clearTools])), [off, { edits: [clearTools] }]);
  const kept = fields([clearThinking]);
  assert.deepEqual(managed(claude, kept, [user('go')]), [budget, kept['context_management']]);
  assert.deepEqual(managed(claude, kept, elsewhere(thought('hm', 'ErUB'))), [
    budget,
    kept['context_management'],
  ]);
});

test('the edit is also left out when the configuration disables thinking', () => {
  const fields = { thinking: { type: 'adaptive' as const }, context_management: { edits: [clearThinking] } };
  assert.deepEqual(managed('claude-sonnet-4-6', fields, [user('go')], { thinking: { type: 'disabled' } }), [
    { type: 'disabled' },
    undefined,
  ]);
});

test('Claude that cannot disable thinking thinks adaptively in a turn that began without a thought', () => {
  const fields = { thinking: budget, context_management: { edits: [clearThinking] } };
  assert.deepEqual(managed('claude-opus-5-5', fields), [{ type: 'adaptive' }, { edits: [clearThinking] }]);
});

test('sampling that Claude refuses is left out from 4.7 on (docs: what is new in Claude 4.7)', () => {
  const sampling = { temperature: 0.3, top_p: 0.9, top_k: 40 };
  const sent = (id: string): unknown[] => {
    const {
      temperature,
      top_p: topP,
      top_k: topK,
    } = sentTo(catalogued(id, 'messages'), requestOf([user('hi')], sampling));
    return [temperature, topP, topK];
  };
  for (const id of [
    'claude-opus-4-7',
    'us.anthropic.claude-opus-4-8-v1:0',
    'claude-opus-5-5',
    'claude-haiku-5-5',
  ])
    assert.deepEqual(sent(id), [undefined, undefined, undefined], id);
  for (const id of ['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-3-7-sonnet-latest'])
    assert.deepEqual(sent(id), [0.3, 0.9, 40], id);
});
