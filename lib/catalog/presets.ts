/**
 * Sets of models to begin with, for the providers in the bundled list. None holds a model that trains on requests or that
 * serves the provider's own client only, and the fallbacks of each scenario come from other vendors than its model. A
 * test holds the sets against the list.
 */
import type { FileEntry } from '../config/file/config-file.ts';
import { defaultFallbacks, defaultModels } from '../config/file/defaults.ts';

export const presetNames = ['budget', 'balanced', 'quality'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  /** Scenario → model. */
  models: Readonly<Record<keyof typeof defaultModels, FileEntry>>;
  /** Scenario → the models to try next. */
  fallbacks: Readonly<Record<keyof typeof defaultModels, readonly FileEntry[]>>;
}

/** Undefined for a provider whose models and terms occ does not know. */
export function presetsOf(provider: string): Readonly<Record<PresetName, Preset>> | undefined {
  return Object.hasOwn(presets, provider) ? presets[provider] : undefined;
}

type Ids = Readonly<Record<keyof typeof defaultModels, readonly [first: string, ...next: string[]]>>;

/** Each scenario's model, then those to try next. */
function preset(provider: string, ids: Ids): Preset {
  const entry = (model_id: string): FileEntry => ({ provider, model_id });
  const scenarios = Object.entries(ids);
  return {
    models: Object.fromEntries(scenarios.map(([name, [first]]) => [name, entry(first)])) as Preset['models'],
    fallbacks: Object.fromEntries(
      scenarios.map(([name, [, ...next]]) => [name, next.map(entry)]),
    ) as unknown as Preset['fallbacks'],
  };
}

const presets: Readonly<Record<string, Readonly<Record<PresetName, Preset>>>> = {
  'opencode-go': {
    budget: preset('opencode-go', {
      default: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'minimax-m3.1-flash'],
      background: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'minimax-m3.1-flash'],
      fast: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'minimax-m3.1-flash'],
      think: ['deepseek-v4-pro', 'minimax-m3', 'glm-5.3-flash'],
      complex: ['deepseek-v4-pro', 'minimax-m3', 'glm-5.3-flash'],
      long_context: ['minimax-m3', 'deepseek-v4.1-flash', 'glm-5.3-flash'],
      vision: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'minimax-m3'],
    }),
    balanced: { models: defaultModels, fallbacks: defaultFallbacks },
    quality: preset('opencode-go', {
      default: ['glm-5.3', 'deepseek-v4-pro', 'kimi-k3.1-pro'],
      background: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'minimax-m3.1-flash'],
      fast: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'minimax-m3.1-flash'],
      think: ['kimi-k3.1-pro', 'glm-5.3', 'qwen3.8-max'],
      complex: ['kimi-k3.1-pro', 'glm-5.3', 'qwen3.8-max'],
      long_context: ['kimi-k3.1-pro', 'minimax-m3', 'glm-5.3'],
      vision: ['kimi-k3.1-pro', 'minimax-m3', 'qwen3.8-max'],
    }),
  },
  'opencode-zen': {
    budget: preset('opencode-zen', {
      default: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'qwen3.8-flash'],
      background: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'qwen3.8-flash'],
      fast: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'qwen3.8-flash'],
      think: ['glm-5.3', 'deepseek-v4-pro', 'minimax-m3'],
      complex: ['glm-5.3', 'deepseek-v4-pro', 'minimax-m3'],
      long_context: ['deepseek-v4.1-flash', 'glm-5.3-flash', 'qwen3.8-flash'],
      vision: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'qwen3.8-flash'],
    }),
    balanced: preset('opencode-zen', {
      default: ['glm-5.3', 'deepseek-v4-pro', 'claude-sonnet-5-5'],
      background: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'claude-haiku-5-5'],
      fast: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'claude-haiku-5-5'],
      think: ['claude-sonnet-5-5', 'gpt-6-sol', 'glm-5.3'],
      complex: ['claude-sonnet-5-5', 'gpt-6-sol', 'glm-5.3'],
      long_context: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'claude-haiku-5-5'],
      vision: ['claude-sonnet-5-5', 'gpt-6-sol', 'glm-5.3-flash'],
    }),
    quality: preset('opencode-zen', {
      default: ['claude-sonnet-5-5', 'gpt-6-sol', 'kimi-k3'],
      background: ['claude-haiku-5-5', 'gpt-6-luna', 'glm-5.3-flash'],
      fast: ['claude-haiku-5-5', 'gpt-6-luna', 'glm-5.3-flash'],
      think: ['claude-opus-5-5', 'gpt-6.1-sol', 'kimi-k3'],
      complex: ['claude-opus-5-5', 'gpt-6.1-sol', 'kimi-k3'],
      long_context: ['claude-sonnet-5-5', 'gpt-6-sol', 'kimi-k3'],
      vision: ['claude-sonnet-5-5', 'gpt-6-sol', 'kimi-k3'],
    }),
  },
};
