/** `usageMetadata` in Anthropic's terms. It stands on every chunk and grows; the last word on each count holds. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject } from '../../json.ts';
import { count } from '../decode/usage.ts';

export interface Counting {
  /** Takes the counts of one chunk; false when there are none in it. */
  add(reported: unknown): boolean;
  usage(): Partial<Usage>;
}

/**
 * `promptTokenCount` includes cached tokens, Anthropic's `input_tokens` does not. Thoughts are paid for as output and
 * are not among the candidates' tokens. Where only a total is told, what is not prompt was output. Nothing is counted
 * twice or negative, and 0 tokens of prompt say nothing (L1).
 */
export function counting(): Counting {
  const counts = new Map<string, number>();

  function add(reported: unknown): boolean {
    if (!isObject(reported)) return false;
    let found = false;
    for (const name of names) {
      const told = count(reported, name);
      if (told === undefined) continue;
      counts.set(name, told);
      found = true;
    }
    return found;
  }

  function usage(): Partial<Usage> {
    const prompt = counts.get('promptTokenCount');
    const used = counts.get('toolUsePromptTokenCount') ?? 0;
    const cached = Math.min(counts.get('cachedContentTokenCount') ?? 0, prompt ?? Infinity);
    const input = prompt === undefined ? 0 : prompt + used - cached;
    const output = outputOf(prompt, used);
    return {
      ...(prompt !== undefined && prompt > 0 && { input_tokens: input }),
      ...(output !== undefined && output > 0 && { output_tokens: output }),
      ...(counts.has('cachedContentTokenCount') && { cache_read_input_tokens: cached }),
    };
  }

  function outputOf(prompt: number | undefined, used: number): number | undefined {
    const said = counts.get('candidatesTokenCount');
    const thought = counts.get('thoughtsTokenCount');
    if (said !== undefined) return said + (thought ?? 0);
    const total = counts.get('totalTokenCount');
    if (total !== undefined && prompt !== undefined) return Math.max(total - prompt - used, thought ?? 0);
    return thought;
  }

  return { add, usage };
}

const names = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount',
] as const;
