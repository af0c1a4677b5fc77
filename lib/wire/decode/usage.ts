/** Converts reported token counts and prices to Anthropic's usage. */
import type { Remark, ReportedTokens, Usage } from '../../anthropic/events.ts';
import { toNumber, toObject, type JsonObject } from '../../json.ts';

/** Tokens as a server counts them; undefined where it reports none. */
export interface Counts {
  input: number | undefined;
  output: number | undefined;
  /** Tokens read from the prompt cache. */
  read: number | undefined;
  /** Tokens written to the prompt cache. */
  written: number | undefined;
  /** The part of the output that is reasoning. */
  reasoning?: number | undefined;
  /** True where `input` excludes cached tokens, as in Anthropic's usage. */
  inputExcludesCached?: boolean;
}

/**
 * Anthropic's usage, whose `input_tokens` exclude cached tokens. No result is negative. An input or output of 0 counts
 * as not reported (L1). Undefined when nothing was reported.
 */
export function withoutCached({
  input,
  output,
  read,
  written,
  reasoning,
  inputExcludesCached = false,
}: Counts): Partial<Usage> | undefined {
  const usage: Partial<Usage> = {};
  const most = inputExcludesCached ? Infinity : (input ?? Infinity);
  const cached = Math.min(read ?? 0, most);
  const stored = Math.min(written ?? 0, most - cached);
  if (input !== undefined && input > 0)
    usage.input_tokens = inputExcludesCached ? input : input - cached - stored;
  if (output !== undefined && output > 0) usage.output_tokens = output;
  if (read !== undefined) usage.cache_read_input_tokens = cached;
  if (stored > 0) usage.cache_creation_input_tokens = stored;
  const thought = Math.min(reasoning ?? 0, output ?? 0);
  if (thought > 0) usage['output_tokens_details'] = { thinking_tokens: thought };
  return Object.keys(usage).length > 0 ? usage : undefined;
}

/** Whole tokens, of which sums are exact; 0 for a negative number. */
export function wholeTokens(reported: number): number {
  return Math.min(mostTokens, Math.max(0, Math.round(reported)));
}

/** More than any server counts. */
const mostTokens = 1e12;

/** The first of these fields that is a number, as whole tokens; a negative one counts as 0. */
export function count(object: JsonObject, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = toNumber(object[name]);
    if (value !== undefined) return wholeTokens(value);
  }
  return undefined;
}

/** Fields for cached tokens, in the usage itself or in its details. */
const readNames = [
  'cached_tokens',
  // DeepSeek and SiliconFlow.
  'prompt_cache_hit_tokens',
  // Anthropic, LiteLLM.
  'cache_read_input_tokens',
  'cache_read_tokens',
  // Mistral.
  'num_cached_tokens',
];
const writtenNames = [
  'cache_write_tokens',
  'cache_creation_tokens',
  'cache_creation_input_tokens',
  // new-api.
  'cached_creation_tokens',
];

/**
 * Tokens read from and written to the prompt cache, in OpenAI's usage: the largest count of all known fields, because some
 * servers fill in one of them and leave the others at 0 (DeepSeek behind gateways: `prompt_tokens_details.cached_tokens: 0`
 * beside `prompt_cache_hit_tokens: 60`). The fields repeat each other, so they are never added up.
 */
export function cacheCounts(reported: JsonObject): Pick<Counts, 'read' | 'written'> {
  const places = [
    reported,
    toObject(reported['prompt_tokens_details']),
    toObject(reported['input_tokens_details']),
  ];
  return { read: largest(places, readNames), written: largest(places, writtenNames) };
}

function largest(places: readonly JsonObject[], names: readonly string[]): number | undefined {
  const counts = places.flatMap((place) => names.flatMap((name) => count(place, name) ?? []));
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/** Dollars: more than any answer costs. A million tokens of the dearest models cost some hundred. */
const mostDollars = 10_000;

/**
 * The price in a frame of its own or in a chunk of the response (OpenCode, OpenRouter). Only for the usage log. A negative one,
 * or one that no answer costs, counts as not reported.
 */
export function costOf(json: JsonObject): Remark | undefined {
  const dollars = toNumber(json['cost']) ?? toNumber(toObject(json['usage'])['cost']);
  if (dollars === undefined || dollars < 0 || dollars > mostDollars) return undefined;
  return {
    type: 'cost',
    dollars,
    basis: json['x-opencode-type'] === 'inference-cost' ? 'nominal' : 'billed',
  };
}

/**
 * The counts above 0 that an upstream has reported, from its usage in Anthropic's terms and the object that contains it.
 * Reasoning is in the details of the output: `completion_tokens_details` (Chat Completions), `output_tokens_details`
 * (Responses).
 */
export function toReported(usage: Partial<Usage>, given: unknown): ReportedTokens {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  const object = toObject(given);
  const hour = count(toObject(object['cache_creation']), 'ephemeral_1h_input_tokens');
  return {
    ...counted('input', input_tokens),
    ...counted('cacheRead', cache_read_input_tokens),
    ...counted('cacheWrite', cache_creation_input_tokens),
    ...counted('cacheWrite1h', hour && Math.min(hour, cache_creation_input_tokens ?? 0)),
    ...counted('output', output_tokens),
    ...counted('reasoning', reasoningIn(object)),
  };
}

function counted(name: keyof ReportedTokens, tokens: number | null | undefined): ReportedTokens {
  return typeof tokens === 'number' && tokens > 0 ? { [name]: tokens } : {};
}

/**
 * The output tokens with reasoning. Some servers count it beside the output, as the total shows: xAI (vercel/ai#12425), and
 * gateways in front of Gemini (router-for-me/CLIProxyAPI#5733). `input` and `output` are those of `reported`.
 */
export function outputWithReasoning(
  reported: JsonObject,
  input: number | undefined,
  output: number | undefined,
): number | undefined {
  const reasoning = reasoningIn(reported) ?? 0;
  const all = (output ?? 0) + reasoning;
  return count(reported, 'total_tokens') === (input ?? 0) + all ? all : output;
}

/** Reasoning tokens in the usage of OpenAI's formats. */
export function reasoningIn(object: JsonObject): number | undefined {
  const places = [
    toObject(object['completion_tokens_details']),
    toObject(object['output_tokens_details']),
    object,
  ];
  return largest(places, ['reasoning_tokens', 'thinking_tokens']);
}
