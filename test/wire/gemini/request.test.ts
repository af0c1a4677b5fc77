/** Messages requests encoded as generateContent: URL, contents, tools and generation settings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientToolId } from '../../../lib/anthropic/provenance.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { gemini } from '../../../lib/wire/gemini/index.ts';
import {
  encode,
  gemini25,
  gemini3,
  geminiRoutes,
  partsOf,
  sent,
  type Fields,
} from '../../support/gemini/encode.ts';
import { assistant, call, image, result, system, text, user } from '../../support/requests.ts';

const schema = { type: 'object', properties: { a: { type: 'string' } } };
const tool = { name: 'Bash', description: 'Run', input_schema: schema };

test('the URL contains the model and requests a stream', () => {
  const url = (endpoint: string, modelId: string): string => gemini.url({ ...gemini3, endpoint, modelId });
  assert.equal(
    url('https://g.example/v1beta/models', 'gemini-3.1-pro'),
    'https://g.example/v1beta/models/gemini-3.1-pro:streamGenerateContent?alt=sse',
  );
  assert.equal(
    url('https://g.example/models/?x=1', 'models/tuned/a b'),
    'https://g.example/models/tuned/a%20b:streamGenerateContent?x=1&alt=sse',
  );
  assert.deepEqual(gemini.headers(gemini3, 'secret'), { 'x-goog-api-key': 'secret' });
});

test('no id leads out of the endpoint', () => {
  const ids = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', '?', '#', ':', '@', 'a', '\t', '\ud800', ''))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(ids, (modelId) => {
      const { origin, pathname, search, hash } = new URL(
        gemini.url({ ...gemini3, endpoint: 'https://g.example/v1beta/models', modelId }),
      );
      assert.equal(origin, 'https://g.example');
      assert.match(pathname, /^\/v1beta\/models\/[^:]*:streamGenerateContent$/);
      assert.deepEqual([search, hash], ['?alt=sse', '']);
    }),
  );
  assert.equal(
    gemini.url({ ...gemini3, endpoint: 'https://g.example/models', modelId: 'a/../../admin?x#y' }),
    'https://g.example/models/a%2F..%2F..%2Fadmin%3Fx%23y:streamGenerateContent?alt=sse',
  );
});

test('the system prompt is separate, without the billing header; system messages keep their position', () => {
  const body = encode([user('hi'), system('Be kind.'), assistant('ok'), user('go'), system('Be quick.')], {
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=1;' },
      { type: 'text', text: 'You are a coder.' },
      { type: 'text', text: 'Rules.' },
    ],
  });
  assert.deepEqual(body.systemInstruction, { parts: [{ text: 'You are a coder.' }, { text: 'Rules.' }] });
  assert.deepEqual(body.contents, [
    { role: 'user', parts: [{ text: 'hi' }, { text: '<system-reminder>\nBe kind.\n</system-reminder>' }] },
    { role: 'model', parts: [{ text: 'ok' }] },
    { role: 'user', parts: [{ text: 'go' }, { text: '<system-reminder>\nBe quick.\n</system-reminder>' }] },
  ]);
});

test('calls and results keep ids and names, in the order of the calls, followed by the user’s text', () => {
  const id = clientToolId('fc/1:é', gemini3);
  const contents = sent([
    user('go'),
    assistant('I look.', call(id, { a: 1 }), call('b', undefined, 'mcp__x.y')),
    user(result('b', 'B', true), result(id, 'A'), 'and now?'),
  ]);
  assert.deepEqual(contents[1]?.parts, [
    { text: 'I look.' },
    {
      functionCall: { id: 'fc/1:é', name: 'Bash', args: { a: 1 } },
      thoughtSignature: 'skip_thought_signature_validator',
    },
    { functionCall: { id: 'b', name: contents[1]?.parts[2]?.functionCall?.name ?? '', args: {} } },
  ]);
  const name = contents[1]?.parts[2]?.functionCall?.name ?? '';
  assert.match(name, /^mcp__x_y_\w+$/);
  assert.deepEqual(contents[2]?.parts, [
    { functionResponse: { id: 'fc/1:é', name: 'Bash', response: { output: 'A' } } },
    { functionResponse: { id: 'b', name, response: { error: 'B' } } },
    { text: 'and now?' },
  ]);
});

test('empty and missing results are described in text, and a result without a call becomes user text', () => {
  const [first, second] = partsOf(
    sent([user('go'), assistant(call('a'), call('b')), user(result('a'))]),
    'user',
  ).slice(1);
  assert.deepEqual(first?.functionResponse?.response, { output: '(no output)' });
  assert.match(
    JSON.stringify(second?.functionResponse?.response),
    /^\{"error":"\[no result: the call was interrupted/,
  );
  const orphan = sent([user('go'), assistant('hm'), user(result('gone', 'left over', true))]);
  assert.deepEqual(orphan[2]?.parts, [
    { text: '[result of a tool call that is not part of this conversation; it failed]' },
    { text: 'left over' },
  ]);
});

test('images are sent if the model accepts them, and replaced by notes otherwise', () => {
  const shown = (block: ReturnType<typeof image>, route = gemini3) =>
    sent([user('look', block)], route)[0]?.parts[1];
  assert.deepEqual(shown(image()), { inlineData: { mimeType: 'image/png', data: 'aGVsbG8=' } });
  assert.deepEqual(shown(image('QQ==', 'image/jpg')), {
    inlineData: { mimeType: 'image/jpeg', data: 'QQ==' },
  });
  assert.match(
    shown(image('R0lG', 'image/gif'))?.text ?? '',
    /^\[image: image\/gif.*does not take images of this kind\]$/,
  );
  assert.match(shown(image(), geminiRoutes.plain)?.text ?? '', /reads text only/);
  const url = { type: 'image', source: { type: 'url', url: 'https://x/y.png' } };
  assert.match(shown(url)?.text ?? '', /^\[image: https:\/\/x\/y.png, not shown/);
});

test('a conversation that starts with the model gets an opening user message', () => {
  assert.deepEqual(sent([assistant('hello'), user('hi')])[0], {
    role: 'user',
    parts: [{ text: '(the conversation begins here)' }],
  });
});

test('lone surrogates are replaced in texts, field names and arguments', () => {
  const body = JSON.stringify(
    encode([user('x\ud800y'), assistant(call('a', { 'k\udc00': '\ud83d' })), user(result('a', '\ude42'))]),
  );
  assert.doesNotMatch(body, /\\ud[89a-f]/i);
  assert.match(body, /x�y/);
});

test('tools are declared with Google’s names and schemas, with the tool choice', () => {
  const tools = [tool, { name: '7up' }, { name: 'mcp__a.b', input_schema: { type: 'object' } }];
  const body = encode([user('go')], { tools, tool_choice: { type: 'tool', name: '7up' } });
  assert.deepEqual(body.toolConfig, {
    functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['_7up'] },
  });
  const [list] = body.tools ?? [];
  assert.ok(list && 'functionDeclarations' in list);
  assert.deepEqual(list.functionDeclarations.slice(0, 2), [
    {
      name: 'Bash',
      description: 'Run',
      parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    },
    { name: '_7up' },
  ]);
  const mode = (choice: object, route = gemini3) =>
    encode([user('go')], { tools, tool_choice: choice }, route).toolConfig?.functionCallingConfig;
  assert.deepEqual(mode({ type: 'auto' }), { mode: 'AUTO' });
  assert.deepEqual(mode({ type: 'any' }), { mode: 'ANY' });
  assert.deepEqual(mode({ type: 'none' }), { mode: 'NONE' });
  assert.deepEqual(mode({ type: 'tool', name: 'gone' }), { mode: 'AUTO' });
  assert.equal(encode([user('go')], { tool_choice: { type: 'any' } }).toolConfig, undefined);
});

test('output limit, sampling and stop sequences, as far as the model supports them', () => {
  const fields = {
    max_tokens: 5000,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 7,
    stop_sequences: ['a', '', 'b', 'c', 'd', 'e', 'f'],
  };
  const { generationConfig } = encode([user('go')], fields, { ...gemini3, maxOutputTokens: 4000 });
  assert.deepEqual(generationConfig, {
    maxOutputTokens: 4000,
    temperature: 0.5,
    topP: 0.9,
    stopSequences: ['a', 'b', 'c', 'd', 'e'],
    thinkingConfig: { includeThoughts: false, thinkingLevel: 'LOW' },
  });
});

test('thinking is a level, a budget or absent, depending on the model', () => {
  const config = (fields: Fields, route: Route = gemini3) =>
    encode([user('go')], fields, route).generationConfig?.thinkingConfig;
  const adaptive: Fields = { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } };
  assert.deepEqual(config(adaptive), { includeThoughts: true, thinkingLevel: 'MEDIUM' });
  assert.deepEqual(config({ ...adaptive, output_config: { effort: 'max' } }), {
    includeThoughts: true,
    thinkingLevel: 'HIGH',
  });
  assert.deepEqual(config({ thinking: { type: 'enabled', budget_tokens: 31_999 } }, gemini25), {
    includeThoughts: true,
    thinkingBudget: 24_576,
  });
  assert.deepEqual(config({}, gemini25), { includeThoughts: false, thinkingBudget: 0 });
  const pro = { ...gemini25, quirks: { ...gemini25.quirks, thinkingAlwaysOn: true } };
  assert.deepEqual(config({}, pro), { includeThoughts: false });
  assert.equal(config(adaptive, { ...geminiRoutes.plain }), undefined);
});

test('an answer schema is a field, or part of the system prompt if there are functions', () => {
  const output_config = { format: { type: 'json_schema' as const, schema } };
  const alone = encode([user('go')], { output_config });
  assert.equal(alone.generationConfig?.responseMimeType, 'application/json');
  assert.deepEqual(alone.generationConfig.responseSchema, {
    type: 'OBJECT',
    properties: { a: { type: 'STRING' } },
  });
  const beside = encode([user('go')], { output_config, tools: [tool] });
  assert.equal(beside.generationConfig?.responseSchema, undefined);
  assert.match(beside.systemInstruction?.parts[0]?.text ?? '', /^Answer with a single JSON value/);
});

test('Google’s errors are read, in a list or not', () => {
  const body = (error: object): string => JSON.stringify([{ error }]);
  const overflow = gemini.decodeError(
    400,
    body({
      code: 400,
      message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      status: 'INVALID_ARGUMENT',
    }),
  );
  assert.match(overflow.message, /^The input token count \(1200000\)/);
  assert.equal(overflow.upstreamType, 'INVALID_ARGUMENT');
  const busy = gemini.decodeError(
    429,
    body({ code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED' }),
  );
  assert.deepEqual(
    [busy.type, busy.upstreamType, busy.status],
    ['rate_limit_error', 'RESOURCE_EXHAUSTED', 429],
  );
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
  const key = gemini.decodeError(
    400,
    JSON.stringify({
      error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details },
    }),
  );
  assert.deepEqual([key.type, key.upstreamType, key.status], ['authentication_error', 'AuthError', 401]);
  const gateway = gemini.decodeError(
    401,
    JSON.stringify({ type: 'error', error: { type: 'ModelError', message: 'Model x is not supported' } }),
  );
  assert.equal(gateway.upstreamType, 'ModelError');
  for (const junk of [
    '',
    'null',
    '[]',
    '[null]',
    '{"error":null}',
    '<html>',
    '"x"',
    '{"error":{"details":7,"status":{}}}',
  ])
    assert.equal(typeof gemini.decodeError(500, junk).message, 'string');
});

test('blank user text is left out', () => {
  assert.deepEqual(sent([user(text(' '), 'hi', text(''))]), [{ role: 'user', parts: [{ text: 'hi' }] }]);
});
