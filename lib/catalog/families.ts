/**
 * What is odd about families of models, as a table. The only place where a model is known by the beginning of its id;
 * it serves models the bundled list has never heard of as well, on any provider.
 *
 * All rules that fit are merged in order, so a later, narrower one wins. Sources: the vendors' own refusals and observed
 * streams (project facts, `upstream` section 5, and the notes of the model list).
 */
import type { Effort } from '../anthropic/request.ts';
import type { WireFormat } from '../wire/codec.ts';
import type { Quirks } from '../wire/quirks.ts';

export interface FamilyRule {
  /** Beginnings of a bare id: lower case, without a vendor's path ("moonshotai/kimi-k3" is "kimi-k3"). */
  ids: readonly string[];
  /** Only when spoken to in this format; absent means in all. */
  format?: WireFormat;
  /** Only at this provider. */
  provider?: string;
  quirks: Partial<Quirks>;
  /** The efforts the family takes, where the model list does not say. */
  efforts?: readonly Effort[];
}

const kimi = ['kimi', 'moonshot'];
const mistral = ['mistral', 'ministral', 'magistral', 'devstral', 'codestral', 'pixtral'];

export const families: readonly FamilyRule[] = [
  // DeepSeek thinks unless told not to, wants its reasoning back on every turn, refuses a forced tool meanwhile, and
  // moves system messages to the front, which costs its prefix cache. Ranges in schemas: unsupported_tool_schema.
  {
    ids: ['deepseek'],
    format: 'chat',
    quirks: {
      thinking: 'type_and_effort',
      replayReasoning: 'always',
      forcedToolChoice: false,
      midSystem: 'user',
      schema: 'no_ranges',
    },
    efforts: ['high', 'max'],
  },

  // Moonshot: its own JSON Schema dialect, no cache_control, and "" counts as missing reasoning.
  {
    ids: kimi,
    quirks: { schema: 'moonshot', cacheControl: false },
  },
  {
    ids: kimi,
    format: 'chat',
    quirks: { thinking: 'type', replayReasoning: 'tool_calls', reasoningPlaceholder: ' ' },
  },
  {
    ids: ['kimi-k2.7-code'],
    format: 'chat',
    // "invalid temperature: only 1 is allowed", "invalid top_p: only 0.95", "only type=enabled is allowed".
    quirks: { thinkingAlwaysOn: true, temperature: 1, topP: 0.95 },
  },
  {
    ids: ['kimi-k3'],
    format: 'chat',
    quirks: { thinking: 'effort', thinkingAlwaysOn: true, temperature: 'omit', topP: 'omit' },
    efforts: ['low', 'high', 'max'],
  },

  // GLM 5 and 5.1 have a switch, 5.2 two levels; from 5.3 on: "[1210] This model always engages in thinking".
  { ids: ['glm'], format: 'chat', quirks: { thinking: 'type' } },
  { ids: ['glm-5.2'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['high', 'max'] },
  {
    ids: ['glm-5.3'],
    format: 'chat',
    quirks: { thinking: 'effort', thinkingAlwaysOn: true },
    efforts: ['low', 'high', 'max'],
  },

  {
    ids: ['mimo'],
    format: 'chat',
    quirks: { thinking: 'effort', replayReasoning: 'tool_calls' },
    // "max" is refused.
    efforts: ['none', 'low', 'high'],
  },

  // MiniMax refuses what it does not know ("Extra inputs are not permitted") and tool types of other servers (2013).
  {
    ids: ['minimax'],
    format: 'messages',
    quirks: { thinking: 'none', strictBody: true, unsignedThinking: true },
  },
  { ids: ['minimax-m3'], format: 'messages', quirks: { thinking: 'adaptive' } },
  { ids: ['minimax'], format: 'chat', quirks: { inlineThink: true, replayReasoning: 'tool_calls' } },
  {
    ids: ['minimax-m3.1'],
    format: 'chat',
    quirks: { thinking: 'effort' },
    efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  },

  // Qwen: unsigned thinking has to come back unsigned. 3.5 to 3.7 take a budget, 3.8 levels without "high".
  { ids: ['qwen'], format: 'messages', quirks: { unsignedThinking: true, thinking: 'budget' } },
  { ids: ['qwen'], format: 'messages', provider: 'opencode-go', quirks: { wrongStartUsage: true } },
  { ids: ['qwen3.5', 'qwen3.6', 'qwen3.7'], format: 'messages', quirks: { leakedThinkEnd: true } },
  {
    ids: ['qwen3.8'],
    format: 'messages',
    quirks: { thinking: 'adaptive' },
    efforts: ['low', 'medium', 'xhigh'],
  },
  { ids: ['qwen3.8-max'], format: 'messages', quirks: { thinkingAlwaysOn: true } },
  // Over chat the switch of the older ones is not known, so they are left as they are.
  { ids: ['qwen'], format: 'chat', quirks: { thinking: 'none' } },
  { ids: ['qwen3.8'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'xhigh'] },
  { ids: ['qwen3.8-max'], format: 'chat', quirks: { thinkingAlwaysOn: true } },

  {
    ids: ['hy3', 'hy4', 'hunyuan'],
    format: 'chat',
    quirks: { thinking: 'effort' },
    efforts: ['none', 'high'],
  },
  { ids: ['step-'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  { ids: ['longcat'], format: 'chat', quirks: { thinking: 'type' } },
  // No switch and no levels are known of 2.5.
  { ids: ['longcat-2.5-free'], format: 'chat', quirks: { thinking: 'none' } },

  // Mistral's tool ids are exactly nine letters or digits.
  { ids: mistral, quirks: { toolIds: 'mistral', toolIdMax: 9 } },
  { ids: ['mistral-large-4'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['none', 'high'] },

  // GPT takes no sampling; over chat its output is bounded by another field.
  {
    ids: ['gpt-5', 'gpt-6', 'o3', 'o4'],
    quirks: { thinking: 'effort', temperature: 'omit', topP: 'omit', midSystem: 'system' },
    efforts: ['low', 'medium', 'high'],
  },
  {
    ids: ['gpt-5', 'gpt-6', 'o3', 'o4'],
    format: 'chat',
    quirks: { maxTokensField: 'max_completion_tokens' },
  },
  // OpenAI's own model takes images in a result; its web search is its own service's.
  { ids: ['gpt-5', 'gpt-6', 'o3', 'o4'], format: 'responses', quirks: { mediaInResults: true } },
  { ids: ['gpt-5', 'gpt-6'], format: 'responses', provider: 'openai', quirks: { webSearch: true } },
  { ids: ['grok'], quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  { ids: ['grok-build', 'grok-code'], quirks: { thinking: 'none' } },
  { ids: ['muse'], quirks: { thinking: 'effort' }, efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'] },
  { ids: ['gemini'], quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  // From 3 on calls must come back signed and results may hold images; 2.5 has a budget, and its Pro no switch.
  { ids: ['gemini'], format: 'gemini', quirks: { signedCalls: true, mediaInResults: true } },
  {
    ids: ['gemini-1', 'gemini-2'],
    format: 'gemini',
    quirks: { signedCalls: false, mediaInResults: false, thinking: 'none' },
  },
  { ids: ['gemini-2.5'], format: 'gemini', quirks: { thinking: 'budget' } },
  { ids: ['gemini-2.5-pro'], format: 'gemini', quirks: { thinkingAlwaysOn: true } },

  // Claude itself. From 4.7 on sampling is refused; the older ones, listed after, still take it.
  { ids: ['claude'], quirks: { cacheControl: true, temperature: 'omit', topP: 'omit' } },
  {
    ids: ['claude'],
    format: 'messages',
    quirks: { thinking: 'claude', genuineSignatures: true, betas: true },
  },
  {
    ids: ['claude-3', 'claude-haiku-4', 'claude-sonnet-4', 'claude-opus-4'],
    quirks: { temperature: 'free', topP: 'free', topK: 'free' },
  },
  {
    ids: ['claude-opus-4-7', 'claude-opus-4-8'],
    quirks: { temperature: 'omit', topP: 'omit', topK: 'omit' },
  },
  {
    ids: ['claude-fable', 'claude-opus-5-5', 'claude-sonnet-5-5'],
    format: 'messages',
    quirks: { thinkingAlwaysOn: true },
  },
];

/** What the table says of a model: quirks merged in order, and the efforts of the last rule that names some. */
export function findFamily(
  provider: string,
  id: string,
  format: WireFormat,
): { quirks: Partial<Quirks>; efforts: readonly Effort[] | undefined } {
  const bare = toBareId(id);
  const fitting = families.filter(
    (rule) =>
      (rule.format ?? format) === format &&
      (rule.provider ?? provider) === provider &&
      rule.ids.some((beginning) => bare.startsWith(beginning)),
  );
  const quirks: Partial<Quirks> = Object.assign({}, ...fitting.map((rule) => rule.quirks));
  return { quirks, efforts: fitting.findLast((rule) => rule.efforts)?.efforts };
}

/** Formats of ids that a later catalogue may bring, so that a new GPT does not have to wait for a release. */
const formatsByBeginning: readonly [provider: string, beginnings: readonly string[], format: WireFormat][] = [
  ['opencode-go', ['claude', 'minimax-m2', 'minimax-m3', 'qwen'], 'messages'],
  ['opencode-zen', ['claude', 'qwen'], 'messages'],
  ['opencode-go', ['gpt', 'grok', 'muse'], 'responses'],
  ['opencode-zen', ['gpt', 'grok', 'muse'], 'responses'],
  ['opencode-go', ['gemini'], 'gemini'],
  ['opencode-zen', ['gemini'], 'gemini'],
];

/** The format OpenCode is likely to speak for an id that no list knows; undefined where nothing can be said. */
export function guessFormat(provider: string, id: string): WireFormat | undefined {
  const bare = toBareId(id);
  return formatsByBeginning.find(
    ([name, beginnings]) => name === provider && beginnings.some((beginning) => bare.startsWith(beginning)),
  )?.[2];
}

/** Lower case, and without the path that aggregators put before an id. */
export function toBareId(id: string): string {
  return id.toLowerCase().slice(id.lastIndexOf('/') + 1);
}
