/** Converts `usageMetadata` to Anthropic's usage. Every chunk carries it; the last value of each count is used. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toArray, toObject, type JsonObject } from '../../json.ts';
import { count } from '../decode/usage.ts';

export interface UsageCounter {
  /** Takes the counts of one chunk; returns false if it has none. */
  add(reported: unknown): boolean;
  usage(): Partial<Usage>;
  /** The part of the output that is thoughts, as other formats report it. */
  details(): JsonObject;
}

/**
 * `promptTokenCount` includes cached tokens, Anthropic's `input_tokens` does not. Thoughts count as output, and
 * `candidatesTokenCount` does not include them. If only a total is reported, the output is the total less the prompt. No
 * count is used twice or gets negative, and a prompt of 0 tokens is treated as unknown (L1).
 */
export function usageCounter(): UsageCounter {
  const counts = new Map<string, number>();

  function add(reported: unknown): boolean {
    if (!isObject(reported)) return false;
    let found = false;
    for (const name of names) {
      const value = count(reported, name);
      if (value === undefined) continue;
      counts.set(name, value);
      found = true;
    }
    const byModality = cachedByModality(reported);
    if (byModality > (counts.get('cachedContentTokenCount') ?? 0))
      counts.set('cachedContentTokenCount', byModality);
    return found;
  }

  function usage(): Partial<Usage> {
    const prompt = counts.get('promptTokenCount');
    const toolUse = counts.get('toolUsePromptTokenCount') ?? 0;
    const cached = Math.min(counts.get('cachedContentTokenCount') ?? 0, prompt ?? Infinity);
    const input = prompt === undefined ? 0 : prompt + toolUse - cached;
    const output = outputOf(prompt, toolUse);
    const thoughts = Math.min(counts.get('thoughtsTokenCount') ?? 0, output ?? 0);
    return {
      ...(prompt !== undefined && prompt > 0 && { input_tokens: input }),
      ...(output !== undefined && output > 0 && { output_tokens: output }),
      ...(counts.has('cachedContentTokenCount') && { cache_read_input_tokens: cached }),
      ...(thoughts > 0 && { output_tokens_details: { thinking_tokens: thoughts } }),
    };
  }

  function outputOf(prompt: number | undefined, toolUse: number): number | undefined {
    const candidates = counts.get('candidatesTokenCount');
    const thoughts = counts.get('thoughtsTokenCount');
    if (candidates !== undefined) return candidates + (thoughts ?? 0);
    const total = counts.get('totalTokenCount');
    if (total !== undefined && prompt !== undefined) return Math.max(total - prompt - toolUse, thoughts ?? 0);
    return thoughts;
  }

  return { add, usage, details: () => ({ reasoning_tokens: counts.get('thoughtsTokenCount') }) };
}

/** Vertex also counts cached tokens by modality, which add up to `cachedContentTokenCount`. */
function cachedByModality(reported: JsonObject): number {
  return toArray(reported['cacheTokensDetails'])
    .map((one) => count(toObject(one), 'tokenCount') ?? 0)
    .reduce((sum, tokens) => sum + tokens, 0);
}

const names = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
] as const;
