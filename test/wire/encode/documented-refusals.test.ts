/** What vendors are documented to refuse is not sent: long descriptions of tools, stop sequences, forced tools, sampling. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toArray, toObject, toText, type JsonObject } from '../../../lib/json.ts';
import { catalogued, sentTo } from '../../support/catalogued.ts';
import { capturedRequests, requestOf, user } from '../../support/requests.ts';

const azure = catalogued(
  'my-gpt-4o-deployment',
  'chat',
  {},
  {
    endpoints: { chat: 'https://house.openai.azure.com/openai/v1/chat/completions' },
  },
);

function descriptions(body: JsonObject): string[] {
  return toArray(body['tools']).map((tool) => toText(toObject(toObject(tool)['function'])['description']));
}

function systemOf(body: JsonObject): string {
  const [first] = toArray(body['messages']).map(toObject);
  return first?.['role'] === 'system' ? toText(first['content']) : '';
}

test('Azure gets at most 1024 characters, and the rest in the system prompt (OpenHands#4838)', () => {
  for (const { kind, body } of capturedRequests()) {
    const sent = sentTo(azure, body);
    for (const description of descriptions(sent)) assert.ok(description.length <= 1024, kind);
    const whole = descriptions(sentTo(catalogued('house-model-1', 'chat'), body));
    for (const [at, description] of whole.entries()) {
      const [start = '', more] = (descriptions(sent)[at] ?? '').split('… (continued');
      assert.ok(description.startsWith(start), kind);
      if (more === undefined) assert.equal(start, description);
      else assert.ok(systemOf(sent).includes(description.slice(start.length)), kind);
    }
  }
});

test('a description of the limit’s length stays whole, and none is cut inside a character', () => {
  const sent = (description: string): JsonObject =>
    sentTo(azure, requestOf([user('hi')], { tools: [{ name: 'A', description, input_schema: {} }] }));
  assert.deepEqual(descriptions(sent('d'.repeat(1024))), ['d'.repeat(1024)]);
  assert.equal(systemOf(sent('d'.repeat(1024))), '');
  for (const lead of ['', 'd']) {
    const body = sent(lead + '🙂'.repeat(1000));
    assert.doesNotMatch(JSON.stringify(body), /\\ud|\ufffd/);
    const [start = ''] = (descriptions(body)[0] ?? '').split('…');
    const rest = systemOf(body).split(':\n')[1] ?? '';
    assert.equal(start + rest, lead + '🙂'.repeat(1000));
  }
});

test('responses has the same quirk', () => {
  const route = catalogued('house-model-1', 'responses', { quirks: { toolDescriptionMax: 100 } });
  const body = sentTo(
    route,
    requestOf([user('hi')], { system: 'Be short', tools: [{ name: 'a.b', description: 'd'.repeat(150) }] }),
  );
  const [tool] = toArray(body['tools']).map(toObject);
  assert.match(toText(tool?.['description']), /^d{66}… \(continued in the system prompt\)$/);
  assert.match(
    toText(body['instructions']),
    /^Be short\n\nThe description of the tool a_b_\w+ goes on:\nd{84}$/,
  );
});

test('stop goes to models that accept it only (litellm#15244, FlowiseAI/Flowise#5227, crewAIInc/crewAI#4227)', () => {
  const stop = (id: string): unknown =>
    sentTo(catalogued(id, 'chat'), requestOf([user('hi')], { stop_sequences: ['x'] }))['stop'];
  for (const id of ['gpt-5-nano', 'azure-gpt-5.6-terra', 'o3', 'o4-mini'])
    assert.equal(stop(id), undefined, id);
  for (const id of ['gpt-4o', 'house-model-1', 'deepseek-v4-pro']) assert.deepEqual(stop(id), ['x'], id);
});

test('a forced tool goes to models that accept it only (docs.z.ai, cloudwego/eino#994, QwenLM/qwen-code#7659)', () => {
  const choice = (id: string): unknown =>
    sentTo(
      catalogued(id, 'chat'),
      requestOf([user('hi')], {
        thinking: { type: 'adaptive' },
        tool_choice: { type: 'any' },
        tools: [{ name: 'A', input_schema: {} }],
      }),
    )['tool_choice'];
  for (const id of ['glm-5.3', 'z-ai/glm-5.1', 'qwen3.8-max', 'Qwen/Qwen3-32B', 'deepseek-v4-pro'])
    assert.equal(choice(id), 'auto', id);
  for (const id of ['gpt-5.6', 'kimi-k3', 'house-model-1']) assert.equal(choice(id), 'required', id);
});

test('Kimi’s fixed sampling is left to it (platform.moonshot.ai)', () => {
  for (const id of ['kimi-k2.5', 'kimi-k2.6', 'kimi-k3']) {
    const body = sentTo(catalogued(id, 'chat'), requestOf([user('hi')], { temperature: 0.3, top_p: 0.5 }));
    assert.deepEqual([body['temperature'], body['top_p']], [undefined, undefined], id);
  }
});
