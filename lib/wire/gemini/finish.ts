/** Maps `finishReason` to Anthropic's stop reasons (P7). */
import type { FinishMeaning } from '../decode/finish.ts';
import { finishMeaning } from '../decode/finish-names.ts';

const own: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>([
  // Only Google's own client can use the continuation token; Claude Code continues on its own.
  ['continuation', 'max_tokens'],
  // The server stopped before the answer was complete, and not because of a filter.
  ['other', 'failure'],
  ['language', 'failure'],
  ['missing_thought_signature', 'failure'],
]);

/** The reason in upper case; empty for `FINISH_REASON_UNSPECIFIED`, which is the field's default value. */
export function finishName(reason: string): string {
  const name = reason.toUpperCase();
  return name === 'FINISH_REASON_UNSPECIFIED' ? '' : name;
}

/** The stop reason, the kind of failure, or `unknown`, which counts as `end_turn` and is logged. */
export function toStopReason(name: string): FinishMeaning {
  return finishMeaning(name, own);
}
