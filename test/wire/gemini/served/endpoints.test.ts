/** The endpoints, errors and lists of models for clients of generateContent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints } from '../../../../lib/wire/gemini/served/endpoints.ts';
import { statusByType } from '../../../../lib/anthropic/errors.ts';
import type { ApiErrorType } from '../../../../lib/anthropic/events.ts';
import { clientOf } from '../../../support/gemini/client.ts';
import { utf8 } from '../../../support/decode.ts';

const does = (path: string): string | undefined => endpoints.find(path)?.does;

test('methods of models, in every version, with ids of any form', () => {
  for (const version of ['v1beta', 'v1alpha', 'v1'])
    for (const id of ['gemini-x', 'provider/model', 'provider%2Fmodel', 'ollama/qwen3:8b', 'a/b/c:d'])
      for (const [method, what] of [
        ['generateContent', 'answer'],
        ['streamGenerateContent', 'answer'],
        ['countTokens', 'count'],
        ['embedContent', 'refuse'],
        ['batchGenerateContent', 'refuse'],
      ] as const)
        assert.equal(does(`/${version}/models/${id}:${method}`), what, `${version} ${id} ${method}`);
});

test('lists of models and one model, and nothing of the paths that other formats have', () => {
  assert.deepEqual(endpoints.find('/v1beta/models'), { does: 'models', method: 'GET' });
  for (const id of ['gemini-x', 'provider/model', 'ollama/qwen3:latest'])
    assert.deepEqual(endpoints.find(`/v1beta/models/${id}`), { does: 'models', method: 'GET', id });
  assert.equal(endpoints.find('/v1beta/models/a%2Fb')?.id, 'a/b');
  for (const path of [
    '/v1/models',
    '/v1/models/a',
    '/v1/messages',
    '/v1/files',
    '/v1/embeddings',
    '/v1beta',
    '/v1beta/',
    '/v1beta/unknown',
    '/v1beta/models/%',
    '/v2/models/a:generateContent',
    '/models/a:generateContent',
    '/',
  ])
    assert.equal(endpoints.find(path), undefined, path);
});

/** Requests that only Google's clients make. */
const googles = [
  { headers: { 'x-goog-api-key': 'k' } },
  { headers: { 'x-goog-api-client': 'google-genai-sdk/3.3.0 gl-node/v24.0.0', authorization: 'Bearer k' } },
  { headers: {}, url: '/v1/models?pageSize=50&key=k#end' },
];

test('under v1, which Anthropic and OpenAI have as well, everything is Google’s for Google’s clients', () => {
  for (const asking of googles) {
    const which = JSON.stringify(asking);
    for (const path of ['/v1/models', '/v1/models/'])
      assert.deepEqual(endpoints.find(path, asking), { does: 'models', method: 'GET' }, which);
    for (const id of ['gemini-x', 'provider/model', 'ollama/qwen3:latest'])
      assert.deepEqual(endpoints.find(`/v1/models/${id}`, asking), { does: 'models', method: 'GET', id });
    for (const path of ['/v1/files', '/upload/v1/files', '/v1/batches', '/v1/agents'])
      assert.equal(endpoints.find(path, asking)?.does, 'refuse', path + which);
    for (const path of ['/v1/messages', '/v1/nothing', '/v1'])
      assert.equal(endpoints.find(path, asking), undefined, path + which);
  }
});

test('under v1, nothing but the methods of models is Google’s for other clients', () => {
  const others = [
    { headers: {} },
    { headers: { authorization: 'Bearer k' }, url: '/v1/models' },
    { headers: { authorization: 'Bearer k' }, url: '/v1/models?key=k' },
    { headers: { 'x-api-key': 'k' }, url: '/v1/models?key=k' },
    { headers: { 'anthropic-version': '2023-06-01' }, url: '/v1/models?limit=1000' },
  ];
  for (const asking of others) {
    for (const path of ['/v1/models', '/v1/models/provider/model', '/v1/files', '/upload/v1/files'])
      assert.equal(endpoints.find(path, asking), undefined, path + JSON.stringify(asking));
    assert.equal(endpoints.find('/v1/models/m:generateContent', asking)?.does, 'answer');
  }
});

test('what only Google can offer is refused in words', () => {
  for (const path of [
    '/v1beta/cachedContents',
    '/v1beta/cachedContents/abc',
    '/v1beta/files',
    '/upload/v1beta/files',
    '/v1beta/tunedModels/x:generateContent',
    '/v1beta/models/x:bidiGenerateContent',
    '/v1beta/interactions',
    '/v1alpha/auth_tokens',
    '/v1beta/agents/a',
    '/v1beta/environments/e/files/f',
    '/v1beta/webhooks/w:ping',
  ]) {
    const found = endpoints.find(path);
    assert.equal(found?.does, 'refuse', path);
    assert.match(found.why ?? '', / /);
  }
});

test('an error of every type is one that Google’s client reads, with its status', async () => {
  for (const [type, status] of Object.entries(statusByType)) {
    const body = endpoints.error({
      status,
      type: type as ApiErrorType,
      message: 'why',
      requestId: 'r',
      param: 'contents',
    });
    const code = status === 529 ? 503 : status;
    assert.match(
      JSON.stringify(body),
      new RegExp(`^\\{"error":\\{"code":${code},"message":"why","status":"[A-Z_]+"`),
    );
    const { client } = clientOf([utf8(JSON.stringify(body))], {
      status: code,
      contentType: 'application/json',
    });
    await assert.rejects(client.models.generateContent({ model: 'm', contents: 'go' }), {
      name: 'ApiError',
      status: code,
    });
  }
});

test('Google’s client lists the models, and gets one', async () => {
  const listed = {
    id: 'opencode-go/kimi-k3',
    name: 'Kimi K3',
    provider: 'opencode-go',
    contextWindow: 262_144,
    maxOutputTokens: undefined,
    images: true,
  };
  const list = JSON.stringify(endpoints.models?.([listed]));
  const json = { contentType: 'application/json' };
  const pager = await clientOf([utf8(list)], json).client.models.list();
  const [found] = pager.page;
  assert.equal(found?.name, 'models/opencode-go/kimi-k3');
  assert.equal(found.displayName, 'Kimi K3');
  assert.equal(found.inputTokenLimit, 262_144);
  assert.equal(found.outputTokenLimit, undefined);
  assert.ok(found.supportedActions?.includes('generateContent'));
  const { client, urls } = clientOf([utf8(JSON.stringify(endpoints.model?.(listed)))], json);
  assert.equal((await client.models.get({ model: found.name })).displayName, 'Kimi K3');
  const path = new URL(urls[0] ?? '').pathname;
  assert.equal(endpoints.find(path, { headers: { 'x-goog-api-key': 'k' } })?.id, 'opencode-go/kimi-k3');
});
