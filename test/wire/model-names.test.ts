import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOtherModel } from '../../lib/wire/model-names.ts';

/** Pairs of what is asked for and what providers are known to answer with. */
const same: readonly (readonly [asked: string, said: string])[] = [
  ['kimi-k2', 'kimi-k2'],
  ['kimi-k2', 'moonshotai/Kimi-K2-Instruct-0905'],
  ['kimi-k2', 'accounts/fireworks/models/kimi-k2-instruct'],
  ['moonshotai/kimi-k2:free', 'kimi-k2'],
  ['deepseek-v3.2', 'accounts/fireworks/models/deepseek-v3p2'],
  ['deepseek-v3.2', 'DeepSeek-V3.2-Exp'],
  ['deepseek-chat', 'deepseek-v3.2'],
  ['claude-sonnet-4', 'claude-sonnet-4-20250514'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
  ['claude-3-5-haiku-latest', 'claude-3-5-haiku-20241022'],
  ['gpt-5', 'gpt-5-2025-08-07'],
  ['gemini-2.5-pro', 'gemini-2.5-pro-preview-06-05'],
  ['gemini-2.0-flash', 'gemini-2.0-flash-001'],
  ['glm-4.6', 'zai-org/GLM-4.6-FP8'],
  ['glm-4.6', 'glm'],
  ['qwen3-coder', '/models/Qwen3-Coder-Instruct.gguf'],
  ['openrouter/auto', 'anthropic/claude-sonnet-4'],
  ['auto', 'whatever-1'],
];

const other: readonly (readonly [asked: string, said: string])[] = [
  ['gpt-5', 'gpt-5-mini'],
  ['glm-4.6', 'glm-4.5'],
  ['glm-4.6', 'glm-4.6-air'],
  ['kimi-k2', 'qwen3-max'],
  ['deepseek-v3.2', 'deepseek-v3.1'],
  ['claude-opus-4-1', 'claude-sonnet-4-1'],
  ['qwen3-coder-480b-a35b', 'qwen3-coder-30b-a3b'],
  ['gemini-2.5-pro', 'gemini-2.5-flash'],
];

for (const [asked, said] of same)
  test(`${asked} may be called ${said}`, () => assert.equal(isOtherModel(asked, said), false));

for (const [asked, said] of other)
  test(`${said} is another model than ${asked}`, () => assert.equal(isOtherModel(asked, said), true));
