import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { test } from 'node:test';
import { families, findFamily, guessFormat, toBareId } from '../../lib/catalog/families.ts';
import type { WireFormat } from '../../lib/wire/codec.ts';
import type { Quirks } from '../../lib/wire/quirks.ts';

/** Undefined: the table says nothing, so the default holds. */
type Expected = { [Name in keyof Quirks]?: Quirks[Name] | undefined };

/** [what the vendor taught us, id, format, quirks that have to follow] */
const lessons: [string, string, WireFormat, Expected][] = [
  [
    'DeepSeek wants its reasoning on every turn',
    'deepseek-v4.1-flash',
    'chat',
    { thinking: 'type_and_effort', replayReasoning: 'always', forcedToolChoice: false, midSystem: 'user' },
  ],
  [
    'a DeepSeek of tomorrow',
    'deepseek-v5',
    'chat',
    { replayReasoning: 'always', reasoningPlaceholder: undefined },
  ],
  [
    'Kimi K3 cannot stop thinking and has fixed sampling',
    'kimi-k3',
    'chat',
    {
      thinking: 'effort',
      thinkingAlwaysOn: true,
      temperature: 'omit',
      topP: 'omit',
      schema: 'moonshot',
      replayReasoning: 'tool_calls',
      cacheControl: false,
    },
  ],
  ['Kimi K3.1 as K3', 'kimi-k3.1-pro', 'chat', { thinking: 'effort', thinkingAlwaysOn: true }],
  [
    'K2.7-code takes one temperature',
    'kimi-k2.7-code',
    'chat',
    { thinking: 'type', thinkingAlwaysOn: true, temperature: 1, topP: 0.95 },
  ],
  [
    'K2.6 has a switch and no effort',
    'kimi-k2.6',
    'chat',
    { thinking: 'type', thinkingAlwaysOn: undefined, schema: 'moonshot' },
  ],
  ['Moonshot behind an aggregator', 'moonshotai/Kimi-K3', 'chat', { schema: 'moonshot' }],
  ['GLM 5.3 always thinks', 'glm-5.3', 'chat', { thinking: 'effort', thinkingAlwaysOn: true }],
  ['GLM 5.3-flash too', 'glm-5.3-flash', 'chat', { thinkingAlwaysOn: true }],
  ['GLM 5.2 does not have to', 'glm-5.2', 'chat', { thinking: 'effort', thinkingAlwaysOn: undefined }],
  ['GLM 5.1 gets no effort', 'glm-5.1', 'chat', { thinking: 'type' }],
  ['MiMo has levels', 'mimo-v2.6-pro', 'chat', { thinking: 'effort', replayReasoning: 'tool_calls' }],
  [
    'MiniMax on messages refuses extras',
    'minimax-m3',
    'messages',
    { thinking: 'adaptive', strictBody: true, unsignedThinking: true },
  ],
  [
    'MiniMax M2.7 is not told about thinking',
    'minimax-m2.7',
    'messages',
    { thinking: 'none', strictBody: true },
  ],
  ['MiniMax on chat writes <think> into its text', 'minimax-m3', 'chat', { inlineThink: true }],
  ['MiniMax M3.1 has levels', 'minimax-m3.1-flash', 'chat', { thinking: 'effort' }],
  [
    'Qwen 3.7 takes a budget and leaks </think>',
    'qwen3.7-plus',
    'messages',
    { thinking: 'budget', leakedThinkEnd: true, unsignedThinking: true, wrongStartUsage: true },
  ],
  [
    'Qwen 3.8 is adaptive',
    'qwen3.8-flash',
    'messages',
    { thinking: 'adaptive', leakedThinkEnd: undefined, unsignedThinking: true, thinkingAlwaysOn: undefined },
  ],
  ['Qwen 3.8-max cannot stop thinking', 'qwen3.8-max', 'messages', { thinkingAlwaysOn: true }],
  ['Qwen 3.8 on chat', 'qwen3.8-max', 'chat', { thinking: 'effort', unsignedThinking: undefined }],
  ['Hy has levels', 'hy4-preview', 'chat', { thinking: 'effort' }],
  ['Step has levels', 'step-5-preview', 'chat', { thinking: 'effort' }],
  ['LongCat has a switch', 'longcat-2.0', 'chat', { thinking: 'type' }],
  ['Mistral has ids of nine', 'mistral-large-4', 'chat', { toolIds: 'mistral', toolIdMax: 9 }],
  ['Devstral too', 'mistralai/devstral-2', 'chat', { toolIds: 'mistral' }],
  [
    'GPT takes no temperature',
    'gpt-5.5',
    'responses',
    { temperature: 'omit', topP: 'omit', maxTokensField: undefined },
  ],
  [
    'GPT on chat names its bound differently',
    'openai/gpt-6-sol',
    'chat',
    { maxTokensField: 'max_completion_tokens' },
  ],
  [
    'GPT takes pictures in a result',
    'gpt-6-luna',
    'responses',
    { mediaInResults: true, webSearch: undefined },
  ],
  ['Grok takes one', 'grok-4.7', 'responses', { thinking: 'effort', temperature: undefined }],
  ['Grok Build has no effort', 'grok-build-0.1', 'responses', { thinking: 'none' }],
  ['Muse has levels', 'muse-spark-1.3', 'responses', { thinking: 'effort' }],
  ['Gemini has levels', 'gemini-4-argon', 'gemini', { thinking: 'effort' }],
  [
    'Gemini wants its calls back signed, and takes pictures in a result',
    'gemini-3.1-pro',
    'gemini',
    { signedCalls: true, mediaInResults: true },
  ],
  [
    'Gemini 2.5 has a budget, and no signature is asked of it',
    'google/gemini-2.5-pro',
    'gemini',
    { thinking: 'budget', thinkingAlwaysOn: true, signedCalls: false, mediaInResults: false },
  ],
  ['Gemini 2 does not think', 'gemini-2.0-flash', 'gemini', { thinking: 'none', signedCalls: false }],
  [
    'Claude is passed through',
    'claude-opus-5',
    'messages',
    {
      thinking: 'claude',
      genuineSignatures: true,
      betas: true,
      temperature: 'omit',
      thinkingAlwaysOn: undefined,
    },
  ],
  [
    'Claude 4.6 still takes a temperature',
    'claude-sonnet-4-6',
    'messages',
    { temperature: 'free', topP: 'free' },
  ],
  ['Claude 4.7 does not', 'claude-opus-4-7', 'messages', { temperature: 'omit' }],
  ['Opus 5.5 cannot stop thinking', 'claude-opus-5-5', 'messages', { thinkingAlwaysOn: true }],
  ['Fable neither', 'claude-fable-5-2', 'messages', { thinkingAlwaysOn: true, temperature: 'omit' }],
  [
    'Claude over chat has no genuine signatures',
    'anthropic/claude-opus-5',
    'chat',
    { genuineSignatures: undefined, cacheControl: true },
  ],
];
for (const [says, id, format, expected] of lessons) {
  test(`quirks: ${says}`, () => {
    const { quirks } = findFamily('opencode-go', id, format);
    const found = Object.fromEntries(Object.keys(expected).map((key) => [key, quirks[key as keyof Quirks]]));
    assert.deepEqual(found, expected);
  });
}

test('Qwen’s wrong first usage is Go’s, not Qwen’s', () => {
  assert.equal(findFamily('opencode-zen', 'qwen3.7-plus', 'messages').quirks.wrongStartUsage, undefined);
  assert.equal(findFamily('openai', 'gpt-6-luna', 'responses').quirks.webSearch, true);
});

test('a stranger has no quirks, and an id that only holds a known name in its middle is a stranger', () => {
  assert.deepEqual(findFamily('lab', 'llama-9', 'chat'), { quirks: {}, efforts: undefined });
  assert.deepEqual(findFamily('lab', 'not-deepseek', 'chat').quirks, {});
});

test('efforts of a family, where the list has none', () => {
  assert.deepEqual(findFamily('opencode-go', 'mimo-v3', 'chat').efforts, ['none', 'low', 'high']);
  assert.deepEqual(findFamily('opencode-go', 'glm-5.2-air', 'chat').efforts, ['high', 'max']);
  assert.deepEqual(findFamily('opencode-go', 'kimi-k3.5', 'chat').efforts, ['low', 'high', 'max']);
});

test('the format of an id no list knows', () => {
  const cases: [string, string, WireFormat | undefined][] = [
    ['opencode-zen', 'gpt-7', 'responses'],
    ['opencode-zen', 'claude-opus-9', 'messages'],
    ['opencode-zen', 'gemini-9', 'gemini'],
    ['opencode-go', 'qwen4', 'messages'],
    ['opencode-zen', 'minimax-m4', undefined],
    ['opencode-go', 'llama-9', undefined],
    ['lab', 'gpt-7', undefined],
  ];
  for (const [provider, id, format] of cases)
    assert.equal(guessFormat(provider, id), format, `${provider}/${id}`);
});

test('every beginning is written the way ids are compared', () => {
  for (const { ids } of families) for (const id of ids) assert.equal(id, toBareId(id));
});

test('nowhere else is a model known by the beginning of its id', () => {
  const lib = fileURLToPath(new URL('../../lib', import.meta.url));
  const names =
    /(?:startsWith|includes|match|test)\(\s*['"/^]*(?:deepseek|kimi|glm|mimo|minimax|qwen|mistral|gpt-|grok|muse|gemini-|longcat)/i;
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  assert.ok(files.length > 30);
  for (const file of files) assert.doesNotMatch(readFileSync(join(lib, file), 'utf8'), names, file);
});
