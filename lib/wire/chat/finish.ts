/** Maps `finish_reason` to Anthropic's stop reasons (P7). */
import type { StopReason } from '../../anthropic/events.ts';

const reasons: ReadonlyMap<string, StopReason> = new Map<string, StopReason>(
  Object.entries({
    stop: 'end_turn',
    eos: 'end_turn',
    end_turn: 'end_turn',
    tool_calls: 'tool_use',
    tool_use: 'tool_use',
    function_call: 'tool_use',
    length: 'max_tokens',
    max_tokens: 'max_tokens',
    model_length: 'max_tokens',
    content_filter: 'refusal',
    sensitive: 'refusal',
    refusal: 'refusal',
    model_context_window_exceeded: 'model_context_window_exceeded',
  } as const),
);

/** Finish reasons that report a failure. DeepSeek sends the first one when it is out of capacity. */
const failures: ReadonlySet<string> = new Set([
  'insufficient_system_resource',
  'error',
  'abort',
  'network_error',
]);

/** The stop reason, `failure`, or `unknown`, which is logged and counts as a normal end. */
export function toStopReason(finish: string): StopReason | 'failure' | 'unknown' {
  const name = finish.toLowerCase();
  if (failures.has(name)) return 'failure';
  return reasons.get(name) ?? 'unknown';
}
