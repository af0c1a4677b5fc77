/** Google's own client in front of the real proxy, with upstreams of every format. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, type Content } from '@google/genai';
import { call, callTogether, say, think } from '../../lib/emulator/script.ts';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { proxyOver, token, type ProxyUnderTest } from '../support/proxy.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const;
const model = 'gemini-3-pro-preview';
/** How the emulator signs in each format. */
const signatures = {
  chat: '',
  messages: '"signature":"sig"',
  responses: '"encrypted_content":"enc_',
  gemini: `"thoughtSignature":"${btoa('emulator ').slice(0, 11)}`,
};
const config = {
  thinkingConfig: { includeThoughts: true },
  tools: [
    {
      functionDeclarations: [
        { name: 'Read', parametersJsonSchema: { type: 'object', properties: { path: { type: 'string' } } } },
      ],
    },
  ],
};

function clientOf(
  { url }: ProxyUnderTest,
  { key = token, apiVersion }: { key?: string; apiVersion?: string } = {},
): GoogleGenAI {
  const httpOptions = { baseUrl: url, ...(apiVersion !== undefined && { apiVersion }) };
  return new GoogleGenAI({ apiKey: key, httpOptions });
}

interface Answer {
  text: string;
  thinking: string;
  calls: { id: string | undefined; name: string | undefined; args: unknown }[];
  finish: string | undefined;
  content: Content;
}

async function ask(over: ProxyUnderTest, contents: Content[]): Promise<Answer> {
  const answer: Answer = {
    text: '',
    thinking: '',
    calls: [],
    finish: undefined,
    content: { role: 'model', parts: [] },
  };
  const stream = await clientOf(over).models.generateContentStream({ model, contents, config });
  for await (const chunk of stream) {
    assert.equal(chunk.modelVersion, model);
    const [candidate] = chunk.candidates ?? [];
    for (const part of candidate?.content?.parts ?? []) {
      answer.content.parts?.push(part);
      const { text = '', thought, functionCall } = part;
      if (functionCall)
        answer.calls.push({ id: functionCall.id, name: functionCall.name, args: functionCall.args });
      else if (thought) answer.thinking += text;
      else answer.text += text;
    }
    answer.finish = candidate?.finishReason ?? answer.finish;
  }
  return answer;
}

const user = (...parts: object[]): Content => ({ role: 'user', parts });

for (const format of formats)
  describe(`an upstream of ${format}`, () => {
    test('a turn with parallel calls, their results, and the answer, streamed', async () => {
      await using over = await proxyOver({
        format,
        answers: [
          [
            think('hm', format === 'messages' ? 'sig' : undefined),
            callTogether(
              { name: 'Read', input: { path: 'a' }, id: 'call_a' },
              { name: 'Read', input: { path: 'b' }, id: 'call_b' },
            ),
          ],
          [say('both read')],
        ],
      });
      const first = await ask(over, [user({ text: 'read a and b' })]);
      assert.deepEqual(
        first.calls.map(({ name, args }) => [name, args]),
        [
          ['Read', { path: 'a' }],
          ['Read', { path: 'b' }],
        ],
      );
      assert.equal(first.finish, 'STOP');
      const results = first.calls.map(({ id, name }, n) => ({
        functionResponse: { id, name, response: { output: `content ${n}` } },
      }));
      const second = await ask(over, [user({ text: 'read a and b' }), first.content, user(...results)]);
      assert.equal(second.text, 'both read');
      const received = over.emulator.requests.findLast(({ format: one }) => one === format);
      // Chat has no signatures, and its reasoning is for the models that want it.
      assert.deepEqual(received?.conversation.thoughts, format === 'chat' ? [] : ['hm']);
      const returned = JSON.stringify(received?.body);
      assert.equal(returned.includes(signatures[format]), true, returned);
      const turns = received?.conversation.done ?? [];
      assert.deepEqual(
        turns.map(({ result }) => result?.text),
        ['content 0', 'content 1'],
      );
      assert.deepEqual(
        over.warnings().filter(({ event }) => event !== 'count'),
        [],
      );
    });

    test('a whole answer', async () => {
      await using over = await proxyOver({
        format,
        answers: [[say('words'), call('Read', { path: 'a' }, 'c1')]],
      });
      const answer = await clientOf(over).models.generateContent({ model, contents: 'go', config });
      assert.equal(answer.candidates?.[0]?.content?.parts?.find(({ text }) => text)?.text, 'words');
      assert.deepEqual(answer.functionCalls?.[0]?.args, { path: 'a' });
      assert.ok((answer.usageMetadata?.promptTokenCount ?? 0) > 0);
    });

    test('a first model that fails is not seen', async () => {
      await using over = await proxyOver({ format, answers: [refuse(500), [say('from the second')]] });
      assert.equal((await ask(over, [user({ text: 'go' })])).text, 'from the second');
      assert.deepEqual(over.requestedModels(), ['first', 'second']);
    });

    for (const how of ['cut', 'reset'] as const)
      test(`a stream that breaks off (${how}) is an error for the client`, async () => {
        await using over = await proxyOver({
          format,
          answers: [
            failing([say('one two three four five six seven')], { breaks: { at: { deltas: 2 }, how } }),
          ],
        });
        await assert.rejects(ask(over, [user({ text: 'go' })]), ApiError);
      });
  });

test('errors are in Google’s form: keys, bodies, models, methods', async () => {
  await using over = await proxyOver({ answers: [refuse(400), refuse(400)] });
  const contents = 'go';
  await assert.rejects(clientOf(over, { key: 'wrong' }).models.generateContent({ model, contents }), {
    status: 401,
  });
  const refused = clientOf(over).models.generateContent({
    model,
    contents,
    config: {
      candidateCount: 2,
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
    },
  });
  await assert.rejects(
    refused,
    (error) => error instanceof ApiError && /"field":"generationConfig.candidateCount"/.test(error.message),
  );
  await assert.rejects(
    clientOf(over).models.embedContent({ model, contents }),
    (error) => error instanceof ApiError && /embeddings are not offered/.test(error.message),
  );
  await assert.rejects(
    clientOf(over).models.generateContent({ model, contents }),
    (error) => error instanceof ApiError && /"status":"INVALID_ARGUMENT"/.test(error.message),
  );
  const key = await fetch(`${over.url}/v1beta/models?key=${token}`);
  assert.equal(key.status, 200);
});

// The newest SDK uses v1 unless told otherwise, and those before it v1beta.
for (const apiVersion of ['v1', 'v1beta', 'v1alpha'])
  test(`under ${apiVersion}, tokens are counted, models listed, and failures in Google’s form`, async () => {
    await using over = await proxyOver({ answers: [] });
    const client = clientOf(over, { apiVersion });
    const counted = await client.models.countTokens({ model, contents: 'count these words' });
    assert.ok((counted.totalTokens ?? 0) > 0);
    const { page } = await client.models.list();
    assert.deepEqual(
      page.map(({ name }) => name),
      ['models/emulator/first', 'models/other/second'],
    );
    assert.equal((await client.models.get({ model: 'models/emulator/first' })).name, 'models/emulator/first');
    const failures = [
      [client.models.get({ model: 'models/none/such' }), 404, 'NOT_FOUND'],
      [client.files.list(), 501, 'UNIMPLEMENTED'],
      [client.batches.list(), 501, 'UNIMPLEMENTED'],
      [clientOf(over, { key: 'wrong', apiVersion }).models.list(), 401, 'UNAUTHENTICATED'],
    ] as const;
    for (const [failure, status, name] of failures)
      await assert.rejects(
        failure,
        (error) =>
          error instanceof ApiError &&
          error.status === status &&
          error.message.includes(`"status":"${name}"`),
      );
  });
