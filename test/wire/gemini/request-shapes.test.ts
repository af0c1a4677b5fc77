/** Every captured request of Claude Code, encoded as generateContent for every kind of Gemini model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Content,
  FunctionDeclaration,
  GenerateContentConfig,
  Schema,
  ThinkingConfig,
  ToolConfig,
} from '@google/genai';
import { toBlocks, type ContentBlock } from '../../../lib/anthropic/request.ts';
import { encodeGeminiRequest } from '../../../lib/wire/gemini/request.ts';
import { geminiRoutes, gemini3, partsOf } from '../../support/gemini/encode.ts';
import { brokenRules } from '../../support/gemini/rules.ts';
import { captured, capturedRequests } from '../../support/requests.ts';

for (const { kind, body } of capturedRequests()) {
  for (const [name, route] of Object.entries(geminiRoutes)) {
    test(`${kind} obeys the format's rules for a model like ${name}`, () => {
      const before = JSON.stringify(body);
      const sent = encodeGeminiRequest(body, route);
      assert.deepEqual(brokenRules(sent), []);
      assert.equal(JSON.stringify(body), before, 'the input is not changed');
      assert.equal(JSON.stringify(encodeGeminiRequest(body, route)), JSON.stringify(sent), 'equal bytes');
      if (!route.images) assert.doesNotMatch(JSON.stringify(sent), /"inlineData"/);
    });
  }

  test(`${kind} is encoded without loss`, () => {
    const whole = JSON.stringify(encodeGeminiRequest(body, gemini3));
    for (const { role, content } of body.messages) {
      for (const block of toBlocks(content)) {
        if (role === 'assistant' && block.type !== 'text' && block.type !== 'tool_use') continue;
        for (const value of contentOf(block))
          assert.ok(whole.includes(JSON.stringify(value).slice(1, -1)), value.slice(0, 80));
      }
    }
  });
}

/** The texts, names and media in a block, at any depth. */
function contentOf(block: ContentBlock): string[] {
  const { type, text, name, source, content } = block as Record<string, unknown>;
  if (type === 'text') return String(text).trim() === '' ? [] : [String(text)];
  if (type === 'tool_use') return [String(name)];
  if (type === 'image' || type === 'document') return [String((source as { data?: unknown }).data)];
  if (type === 'tool_result') return toBlocks(content as string | ContentBlock[]).flatMap(contentOf);
  return [];
}

/** Google's types with enums replaced by strings, as on the wire. */
type Spelled<T> = T extends string
  ? `${T}`
  : T extends (infer Item)[]
    ? Spelled<Item>[]
    : T extends object
      ? { [K in keyof T]: Spelled<T[K]> }
      : T;

test('requests match the types of @google/genai', () => {
  // The compiler checks this: each assignment must type-check.
  for (const { body } of capturedRequests()) {
    const {
      contents,
      systemInstruction,
      tools = [],
      toolConfig,
      generationConfig,
    } = encodeGeminiRequest(body, gemini3);
    const talk: Spelled<Content>[] = contents;
    const system: Content | undefined = systemInstruction;
    const choice: Spelled<ToolConfig> | undefined = toolConfig;
    const { thinkingConfig, responseSchema, ...generation } = generationConfig ?? {};
    const rest: GenerateContentConfig = generation;
    const answer: Spelled<Schema> | undefined = responseSchema;
    const { thinkingLevel, ...thinking } = thinkingConfig ?? {};
    const thoughts: ThinkingConfig = thinking;
    assert.match(thinkingLevel ?? 'LOW', /^(?:MINIMAL|LOW|MEDIUM|HIGH)$/);
    for (const tool of tools) {
      const functions: Spelled<FunctionDeclaration>[] =
        'functionDeclarations' in tool ? tool.functionDeclarations : [];
      assert.ok(functions.every(({ name }) => name));
    }
    assert.ok(talk.length > 0 && [system, choice, rest, answer, thoughts].length === 5);
  }
});

test('at least 42 captured requests have a body', () => assert.ok(capturedRequests().length >= 42));

test('parallel results are sent in the order of the calls, with an image inside its result', () => {
  const { contents } = encodeGeminiRequest(captured(12), gemini3);
  const responses = partsOf(contents, 'user').flatMap(({ functionResponse }) => functionResponse ?? []);
  assert.deepEqual(
    responses.map(({ id, response }) => [id, response]),
    [
      ['toolu_mock25', { output: 'a' }],
      ['toolu_mock26', { output: 'b' }],
      ['toolu_mock27', { output: '[1 image or file in this response]' }],
    ],
  );
  assert.equal(responses[2]?.parts?.[0]?.inlineData.mimeType, 'image/png');
});

test('media follow a response with a label if the model does not accept them inside it', () => {
  const { contents } = encodeGeminiRequest(captured(12), geminiRoutes['gemini 2.5']);
  const parts = contents.at(-1)?.parts ?? [];
  assert.deepEqual(
    parts.map((part) => Object.keys(part)[0]),
    ['functionResponse', 'functionResponse', 'functionResponse', 'text', 'inlineData', 'text'].slice(
      0,
      parts.length,
    ),
  );
  assert.equal(parts[3]?.text, '[from the result of Read, call toolu_mock27]');
});

test('a PDF is sent to a model that reads documents, and replaced by a note for others', () => {
  const pdf = JSON.stringify(encodeGeminiRequest(captured(14), gemini3));
  assert.match(pdf, /"inlineData":\{"mimeType":"application\/pdf"/);
  const blind = JSON.stringify(encodeGeminiRequest(captured(14), geminiRoutes.plain));
  assert.match(blind, /\[document: application\/pdf, [^"]*not shown/);
  assert.doesNotMatch(blind, /inlineData/);
});

test('a tool search makes the loaded tools callable and is sent as text', () => {
  const sent = encodeGeminiRequest(captured(23), gemini3);
  const names = new Set(
    (sent.tools ?? []).flatMap((tool) =>
      'functionDeclarations' in tool ? tool.functionDeclarations.map(({ name }) => name) : [],
    ),
  );
  assert.ok(names.has('WebFetch') && names.has('NotebookEdit'));
  assert.ok(!names.has('DeferredToolPlaceholder'));
  assert.match(JSON.stringify(sent.contents), /Tool WebFetch is now available/);
});

test('a web search becomes Google’s search if the model supports it, and is not sent otherwise', () => {
  assert.equal(encodeGeminiRequest(captured(15), gemini3).tools, undefined);
  const searching = { ...gemini3, quirks: { ...gemini3.quirks, webSearch: true } };
  assert.deepEqual(encodeGeminiRequest(captured(15), searching).tools, [{ googleSearch: {} }]);
  const main = encodeGeminiRequest(captured(1), searching);
  assert.doesNotMatch(JSON.stringify(main.tools), /googleSearch/);
});

test('the check of a command uses the least thinking that the model allows', () => {
  for (const number of [36, 37]) {
    const { generationConfig } = encodeGeminiRequest(captured(number), gemini3);
    assert.deepEqual(generationConfig?.thinkingConfig, { includeThoughts: false, thinkingLevel: 'LOW' });
    assert.equal(generationConfig.stopSequences?.length, 1);
    const budget = encodeGeminiRequest(captured(number), geminiRoutes['gemini 2.5']).generationConfig;
    assert.deepEqual(budget?.thinkingConfig, { includeThoughts: false, thinkingBudget: 0 });
  }
});

test('the request for a session title has a response schema', () => {
  const { generationConfig } = encodeGeminiRequest(captured(31), gemini3);
  assert.equal(generationConfig?.responseMimeType, 'application/json');
  assert.equal(generationConfig.responseSchema?.type, 'OBJECT');
  assert.equal(generationConfig.responseSchema.properties?.['title']?.type, 'STRING');
});
