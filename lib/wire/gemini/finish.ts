/** What a `finishReason` means (P7). */
import type { StopReason } from '../../anthropic/events.ts';

const reasons: ReadonlyMap<string, StopReason> = new Map<string, StopReason>(
  Object.entries({
    STOP: 'end_turn',
    MAX_TOKENS: 'max_tokens',
    // The answer could go on with a token that only Google's own client has a use for; Claude Code asks on by itself.
    CONTINUATION: 'max_tokens',
    SAFETY: 'refusal',
    RECITATION: 'refusal',
    BLOCKLIST: 'refusal',
    PROHIBITED_CONTENT: 'refusal',
    SPII: 'refusal',
    MODEL_ARMOR: 'refusal',
    JAILBREAK: 'refusal',
    IMAGE_SAFETY: 'refusal',
    IMAGE_PROHIBITED_CONTENT: 'refusal',
    IMAGE_RECITATION: 'refusal',
  } as const),
);

/** The model said something nobody can use: a call that is no call, mostly. Another attempt often does better. */
const malformed: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
]);

/** It stopped in the middle for a reason of the server's: an end that is none, and no filter's either. */
const failures: ReadonlySet<string> = new Set(['OTHER', 'LANGUAGE', 'MISSING_THOUGHT_SIGNATURE']);

/** `FINISH_REASON_UNSPECIFIED` is the default value of the field: as good as none. */
export function finishName(reason: string): string {
  const name = reason.toUpperCase();
  return name === 'FINISH_REASON_UNSPECIFIED' ? '' : name;
}

/** The stop reason, a failure and its kind, or `unknown`, which counts as an ordinary end and is logged. */
export function toStopReason(name: string): StopReason | 'failure' | 'malformed' | 'unknown' {
  if (failures.has(name)) return 'failure';
  if (malformed.has(name)) return 'malformed';
  return reasons.get(name) ?? 'unknown';
}
