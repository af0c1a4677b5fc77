/** Maps `finishReason` to Anthropic's stop reasons (P7). */
import type { StopReason } from '../../anthropic/events.ts';

const reasons: ReadonlyMap<string, StopReason> = new Map<string, StopReason>(
  Object.entries({
    STOP: 'end_turn',
    MAX_TOKENS: 'max_tokens',
    // Only Google's own client can use the continuation token; Claude Code continues on its own.
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

/** The model's output is unusable, mostly a malformed call. Another attempt often succeeds. */
const malformed: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
]);

/** The server stopped before the answer was complete, and not because of a filter. */
const failures: ReadonlySet<string> = new Set(['OTHER', 'LANGUAGE', 'MISSING_THOUGHT_SIGNATURE']);

/** The reason in upper case; empty for `FINISH_REASON_UNSPECIFIED`, which is the field's default value. */
export function finishName(reason: string): string {
  const name = reason.toUpperCase();
  return name === 'FINISH_REASON_UNSPECIFIED' ? '' : name;
}

/** The stop reason, the kind of failure, or `unknown`, which counts as `end_turn` and is logged. */
export function toStopReason(name: string): StopReason | 'failure' | 'malformed' | 'unknown' {
  if (failures.has(name)) return 'failure';
  if (malformed.has(name)) return 'malformed';
  return reasons.get(name) ?? 'unknown';
}
