import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFamily, guessFormat, modelName } from '../../lib/catalog/families.ts';
import { families } from '../../lib/catalog/family-table.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import type { Quirks } from '../../lib/wire/quirks.ts';

const go = { provider: 'opencode-go', hosts: [] };
const zen = { provider: 'opencode-zen', hosts: [] };
const lab = { provider: 'lab', hosts: ['api.lab.example'] };

/** Undefined: the table has no value, so the default applies. */
type Expected = { [Name in keyof Quirks]?: Quirks[Name] | undefined };

/** [name of the test, id, format, expected quirks] */
const quirkCases: [string, string, WireFormat, Expected][] = [
  [
    'DeepSeek requires its reasoning on every turn',
    'deepseek-v4.1-flash',
    'chat',
    { thinking: 'type_and_effort', replayReasoning: 'always', forcedToolChoice: false, midSystem: 'user' },
  ],
  [
    'an unknown DeepSeek version',
    'deepseek-v5',
    'chat',
    { replayReasoning: 'always', reasoningPlaceholder: undefined },
  ],
  [
    'Kimi K3 always thinks and has fixed sampling',
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
  ['Kimi K3.1 is like K3', 'kimi-k3.1-pro', 'chat', { thinking: 'effort', thinkingAlwaysOn: true }],
  [
    'Kimi K2.7 Code accepts one temperature',
    'kimi-k2.7-code',
    'chat',
    { thinking: 'type', thinkingAlwaysOn: true, temperature: 1, topP: 0.95 },
  ],
  [
    'Kimi K2.6 has a switch and no effort',
    'kimi-k2.6',
    'chat',
    { thinking: 'type', thinkingAlwaysOn: undefined, schema: 'moonshot' },
  ],
  ['Kimi at an aggregator', 'moonshotai/Kimi-K3', 'chat', { schema: 'moonshot' }],
  ['GLM 5.3 always thinks', 'glm-5.3', 'chat', { thinking: 'effort', thinkingAlwaysOn: true }],
  ['GLM 5.3 Flash always thinks', 'glm-5.3-flash', 'chat', { thinkingAlwaysOn: true }],
  ['GLM 5.2 can think', 'glm-5.2', 'chat', { thinking: 'effort', thinkingAlwaysOn: undefined }],
  ['GLM 5.1 has no effort', 'glm-5.1', 'chat', { thinking: 'type' }],
  ['MiMo has levels', 'mimo-v2.6-pro', 'chat', { thinking: 'effort', replayReasoning: 'tool_calls' }],
  [
    'MiniMax in the messages format rejects unknown fields',
    'minimax-m3',
    'messages',
    { thinking: 'adaptive', strictBody: true, unsignedThinking: true },
  ],
  [
    'MiniMax M2.7 has no thinking parameter',
    'minimax-m2.7',
    'messages',
    { thinking: 'none', strictBody: true },
  ],
  ['MiniMax in the chat format writes <think> into its text', 'minimax-m3', 'chat', { inlineThink: true }],
  ['MiniMax M3.1 has levels', 'minimax-m3.1-flash', 'chat', { thinking: 'effort' }],
  [
    'Qwen 3.7 accepts a budget and leaks </think>',
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
  ['Qwen 3.8 Max always thinks', 'qwen3.8-max', 'messages', { thinkingAlwaysOn: true }],
  ['Qwen 3.8 in the chat format', 'qwen3.8-max', 'chat', { thinking: 'effort', unsignedThinking: undefined }],
  ['Hy has levels', 'hy4-preview', 'chat', { thinking: 'effort' }],
  ['Step has levels', 'step-5-preview', 'chat', { thinking: 'effort' }],
  ['LongCat has a switch', 'longcat-2.0', 'chat', { thinking: 'type' }],
  [
    'Mistral has tool ids of nine characters',
    'mistral-large-4',
    'chat',
    { toolIds: 'mistral', toolIdMax: 9, userAfterTool: false },
  ],
  ['Devstral has them too', 'mistralai/devstral-2', 'chat', { toolIds: 'mistral', userAfterTool: false }],
  [
    'Mixtral at an aggregator',
    'mistralai/Mixtral-8x7B',
    'chat',
    { toolIds: 'mistral', userAfterTool: false },
  ],
  [
    'GPT accepts no temperature',
    'gpt-5.5',
    'responses',
    { temperature: 'omit', topP: 'omit', maxTokensField: undefined },
  ],
  [
    'GPT in the chat format has another output limit field',
    'openai/gpt-6-sol',
    'chat',
    { maxTokensField: 'max_completion_tokens' },
  ],
  [
    'GPT accepts images in tool results',
    'gpt-6-luna',
    'responses',
    { mediaInResults: true, webSearch: undefined },
  ],
  ['Grok accepts a temperature', 'grok-4.7', 'responses', { thinking: 'effort', temperature: undefined }],
  ['Grok Build has no effort', 'grok-build-0.1', 'responses', { thinking: 'none' }],
  ['Muse has levels', 'muse-spark-1.3', 'responses', { thinking: 'effort' }],
  ['Gemini has levels', 'gemini-4-argon', 'gemini', { thinking: 'effort' }],
  [
    'Gemini requires signed calls, and accepts images in tool results',
    'gemini-3.1-pro',
    'gemini',
    { signedCalls: true, mediaInResults: true },
  ],
  [
    'Gemini 2.5 has a budget, and requires no signature',
    'google/gemini-2.5-pro',
    'gemini',
    { thinking: 'budget', thinkingAlwaysOn: true, signedCalls: false, mediaInResults: false },
  ],
  ['Gemini 2 does not think', 'gemini-2.0-flash', 'gemini', { thinking: 'none', signedCalls: false }],
  [
    'Claude in the messages format',
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
    'Claude 4.6 accepts a temperature',
    'claude-sonnet-4-6',
    'messages',
    { temperature: 'free', topP: 'free' },
  ],
  ['Claude 4.7 accepts none', 'claude-opus-4-7', 'messages', { temperature: 'omit' }],
  ['Opus 5.5 always thinks', 'claude-opus-5-5', 'messages', { thinkingAlwaysOn: true }],
  ['Fable always thinks', 'claude-fable-5-2', 'messages', { thinkingAlwaysOn: true, temperature: 'omit' }],
  [
    'Claude in the chat format has no genuine signatures',
    'anthropic/claude-opus-5',
    'chat',
    { genuineSignatures: undefined, cacheControl: true },
  ],
];
for (const [name, id, format, expected] of quirkCases) {
  test(`quirks: ${name}`, () => {
    const { quirks } = findFamily(go, id, format);
    const found = Object.fromEntries(Object.keys(expected).map((key) => [key, quirks[key as keyof Quirks]]));
    assert.deepEqual(found, expected);
  });
}

test('some quirks depend on the provider', () => {
  assert.equal(findFamily(zen, 'qwen3.7-plus', 'messages').quirks.wrongStartUsage, undefined);
  const openAi = { provider: 'mine', hosts: ['api.openai.com'] };
  assert.equal(findFamily(openAi, 'gpt-6-luna', 'responses').quirks.webSearch, true);
  assert.equal(findFamily(lab, 'gpt-6-luna', 'responses').quirks.webSearch, undefined);
});

test('unknown models have no quirks, also if another word of their id contains a known name', () => {
  const unknown = [
    'llama-9',
    'megaqwenish',
    'not-o3x',
    'chatglm3',
    'gpt-50',
    'grokking-7b',
    'multi-step-reasoner',
  ];
  for (const id of unknown)
    assert.deepEqual(findFamily(lab, id, 'chat'), { quirks: {}, efforts: undefined }, id);
});

/** [id, the name in it] */
const names: [string, string | undefined][] = [
  ['us.anthropic.claude-sonnet-4-6-v1:0', 'claude-sonnet-4-6'],
  ['bedrock/converse/us.anthropic.claude-opus-4-7', 'claude-opus-4-7'],
  ['arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-6-v1:0', 'claude-sonnet-4-6'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
  ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
  ['anthropic/claude-opus-4.7', 'claude-opus-4-7'],
  // Databricks: learn.microsoft.com/azure/databricks, "Query model services with the Anthropic Messages API".
  ['system.ai.claude-sonnet-4-5', 'claude-sonnet-4-5'],
  // SAP AI Core: docs.litellm.ai/docs/providers/sap.
  ['sap/anthropic--claude-4.5-sonnet', 'claude-4-5-sonnet'],
  ['accounts/fireworks/models/deepseek-v4', 'deepseek-v4'],
  ['accounts/fireworks/models/glm-5p2', 'glm-5-2'],
  ['@cf/moonshotai/kimi-k3', 'kimi-k3'],
  ['hf.co/unsloth/Qwen3-8B-GGUF:Q4', 'qwen3-8b-gguf'],
  // Bedrock's own ids: docs.aws.amazon.com/bedrock, "Supported foundation models".
  ['qwen.qwen3-coder-480b-a35b-v1:0', 'qwen3-coder-480b-a35b'],
  ['deepseek.v3-v1:0', 'deepseek'],
  ['azure-gpt-5.6', 'gpt-5-6'],
  ['z-ai/glm-5.2:free', 'glm-5-2'],
  ['qwen/qwq-32b', 'qwen'],
  ['deepseek/deepseek-r1-distill-qwen-32b', 'qwen-32b'],
  ['DeepSeek-R1-Distill-Llama-70B', 'llama-70b'],
  [
    'Jackrong/Qwen3.5-27B-Claude-4.6-Opus-Reasoning-Distilled',
    'qwen3-5-27b-claude-4-6-opus-reasoning-distilled',
  ],
  ['megaqwenish', undefined],
  [`${'x'.repeat(600)}/qwen3`, undefined],
];
for (const [id, name] of names)
  test(`the family name in ${id.slice(0, 90)}`, () => assert.equal(modelName(id), name));

test('versions match as a whole, in every spelling', () => {
  const temperature = (id: string) => findFamily(lab, id, 'messages').quirks.temperature;
  for (const id of ['claude-sonnet-4', 'claude-sonnet-4-6', 'x.claude-sonnet-4.6-v1:0', 'claude-4-sonnet'])
    assert.equal(temperature(id), 'free', id);
  for (const id of ['claude-sonnet-40', 'claude-opus-4-7', 'claude-opus-4.8@default', 'claude-opus-5'])
    assert.equal(temperature(id), 'omit', id);
  assert.equal(temperature('claude-opus-4-70'), 'free');
  assert.equal(findFamily(lab, 'glm-5.20', 'chat').quirks.thinking, 'type');
});

test('GPT at OpenAI loses its effort over chat with tools, so it uses responses where the provider has it', () => {
  const azure = { provider: 'work', hosts: ['mine.openai.azure.com'] };
  const effortWithTools = (place: typeof lab, id: string) =>
    findFamily(place, id, 'chat').quirks.effortWithTools;
  assert.equal(effortWithTools(azure, 'azure-gpt-5.6-terra'), 'none');
  // crush#2913
  assert.equal(effortWithTools(azure, 'gpt-5.5'), 'none');
  assert.equal(
    effortWithTools({ provider: 'copilot', hosts: ['api.githubcopilot.com'] }, 'gpt-5.6-sol'),
    'none',
  );
  assert.equal(effortWithTools(azure, 'gpt-5.1'), undefined);
  assert.equal(effortWithTools(lab, 'openai/gpt-5.6-terra'), undefined);
  assert.equal(effortWithTools({ provider: 'x', hosts: ['notopenai.azure.com'] }, 'gpt-5.6'), undefined);
  assert.equal(guessFormat(azure, 'gpt-5.6-terra'), 'responses');
  assert.equal(guessFormat(azure, 'gpt-5.1'), undefined);
});

test('efforts of models that are not in the list', () => {
  assert.deepEqual(findFamily(go, 'mimo-v3', 'chat').efforts, ['none', 'low', 'high']);
  assert.deepEqual(findFamily(go, 'glm-5.2-air', 'chat').efforts, ['high', 'max']);
  assert.deepEqual(findFamily(go, 'kimi-k3.5', 'chat').efforts, ['low', 'high', 'max']);
});

test('the format of unknown ids', () => {
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
    assert.equal(guessFormat({ provider, hosts: [] }, id), format, `${provider}/${id}`);
});

test('every pattern finds itself', () => {
  for (const { ids = [] } of families) {
    for (const id of ids) assert.ok(modelName(id.replace('#', '7')), id);
  }
});

test('no other file identifies models by a name in their id', () => {
  const lib = fileURLToPath(new URL('../../lib', import.meta.url));
  const names =
    /(?:startsWith|includes|match|test)\(\s*['"/^]*(?:deepseek|kimi|glm|mimo|minimax|qwen|mistral|gpt-|grok|muse|gemini-|longcat)/i;
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  assert.ok(files.length > 30);
  // The names that clients ask for stand for tiers; they say nothing about the model that answers.
  const others = files.filter((file) => file !== join('proxy', 'policy', 'tiers.ts'));
  for (const file of others) assert.doesNotMatch(readFileSync(join(lib, file), 'utf8'), names, file);
});
