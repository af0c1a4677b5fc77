/**
 * What the finish reasons of all formats mean (P7). Gateways pass on those of other vendors: Google's own reasons arrive in
 * the chat format (HKUDS/Vibe-Trading#308), chat's in the messages format.
 */
import type { StopReason } from '../../anthropic/events.ts';
import type { FinishMeaning } from './finish.ts';

const reasons: ReadonlyMap<string, StopReason> = new Map<string, StopReason>(
  Object.entries({
    end_turn: ['end_turn', 'stop', 'eos', 'stop_sequence'],
    tool_use: ['tool_use', 'tool_calls', 'function_call'],
    max_tokens: ['max_tokens', 'length', 'model_length', 'max_output_tokens'],
    refusal: [
      'refusal',
      'content_filter',
      // Zhipu.
      'sensitive',
      // Google.
      'safety',
      'recitation',
      'blocklist',
      'prohibited_content',
      'spii',
      'model_armor',
      'jailbreak',
      'image_safety',
      'image_prohibited_content',
      'image_recitation',
      // Amazon Bedrock.
      'guardrail_intervened',
      'content_filtered',
    ],
    model_context_window_exceeded: ['model_context_window_exceeded'],
  } satisfies Partial<Record<StopReason, string[]>>).flatMap(([reason, names]) =>
    names.map((name): [string, StopReason] => [name, reason as StopReason]),
  ),
);

/** Characters of a finish reason that are read. */
const maxName = 200;

/** Words that say what went wrong, of a reason that names a call. */
const faults: ReadonlySet<string> = new Set([
  'unexpected',
  'invalid',
  'unknown',
  'failed',
  'failure',
  'error',
  'broken',
  'unparsable',
  'unparseable',
  'incomplete',
  'many',
  // Google's OpenAI-compatible endpoint: `function_call_filter: MALFORMED_FUNCTION_CALL`.
  'filter',
]);
const calls: ReadonlySet<string> = new Set(['call', 'calls', 'tool', 'tools', 'function', 'functions']);

/** DeepSeek sends `insufficient_system_resource` when it is out of capacity, Zhipu `network_error`. */
const failed: ReadonlySet<string> = new Set([
  'error',
  'failed',
  'failure',
  'abort',
  'aborted',
  'cancelled',
  'canceled',
]);

/**
 * The meaning of an upstream's finish reason, in any case; `own` are the format's own names in lower case. `unknown` is
 * logged and counts as a normal end.
 */
export function finishMeaning(
  reason: string,
  own: ReadonlyMap<string, FinishMeaning> = new Map(),
): FinishMeaning {
  const name = reason.slice(0, maxName);
  const known = (part: string): FinishMeaning | undefined => {
    const lower = part.trim().toLowerCase();
    return own.get(lower) ?? reasons.get(lower);
  };
  const whole = known(name);
  if (whole) return whole;
  const words = wordsOf(name);
  if (isMalformedCall(words)) return 'malformed';
  // `content_filter: RECITATION`: the second part is more exact.
  const colon = name.indexOf(':');
  const part = colon < 0 ? undefined : (known(name.slice(colon + 1)) ?? known(name.slice(0, colon)));
  if (part) return part;
  return failed.has(words.at(-1) ?? '') || name === 'insufficient_system_resource' ? 'failure' : 'unknown';
}

/** `MALFORMED_FUNCTION_CALL`, `malformed_tool_use`, `MalformedResponse`, `UNEXPECTED_TOOL_CALL`, `tool_call_error`. */
function isMalformedCall(words: readonly string[]): boolean {
  if (words.includes('malformed')) return true;
  return words.some((word) => calls.has(word)) && words.some((word) => faults.has(word));
}

/** The words of a name in snake case, camel case or with spaces, in lower case. */
function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z])(?=[A-Z])/g, '$1 ');
  return spaced
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}
