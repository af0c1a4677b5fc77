/** Usage and stop reasons of a raw stream, put into the shape the laws demand. */
import type { StopReason, Usage } from '../../anthropic/events.ts';
import { isObject, toNumber, toObject, type JsonObject } from '../../json.ts';

/** Anthropic's own reasons, and those of other formats that converting gateways let through (P7). */
const reasons: ReadonlyMap<string, StopReason> = new Map<string, StopReason>([
  ['end_turn', 'end_turn'],
  ['stop', 'end_turn'],
  ['tool_use', 'tool_use'],
  ['tool_calls', 'tool_use'],
  ['max_tokens', 'max_tokens'],
  ['length', 'max_tokens'],
  ['stop_sequence', 'stop_sequence'],
  ['pause_turn', 'pause_turn'],
  ['refusal', 'refusal'],
  ['content_filter', 'refusal'],
  ['model_context_window_exceeded', 'model_context_window_exceeded'],
]);

const failures: ReadonlySet<string> = new Set([
  'error',
  'abort',
  'insufficient_system_resource',
  'network_error',
]);

/** The stop reason, `failure`, or `unknown`, which counts as an ordinary end and is logged. */
export function toStopReason(name: string): StopReason | 'failure' | 'unknown' {
  return failures.has(name) ? 'failure' : (reasons.get(name) ?? 'unknown');
}

/**
 * The usage of `message_start`: numbers always (L1). Where the upstream counts nothing, or is known to count wrong
 * there, the estimate stands until `message_delta`.
 */
export function startUsage(reported: unknown, estimate: number, wrong: boolean): Usage {
  const given = toObject(reported);
  const counted = withNumbers(given);
  const total =
    (counted.input_tokens ?? 0) +
    (counted.cache_read_input_tokens ?? 0) +
    (counted.cache_creation_input_tokens ?? 0);
  const known = total > 0 && !wrong;
  const fields = Object.entries(given).filter(([name, value]) => !counters.has(name) || isCount(value));
  return {
    ...Object.fromEntries(fields),
    ...counted,
    input_tokens: known ? (counted.input_tokens ?? 0) : estimate,
    output_tokens: counted.output_tokens ?? 0,
  };
}

/** The fields that are numbers, also where they are spelled as strings; never negative. A counter is nothing else. */
export function withNumbers(reported: JsonObject): Partial<Usage> {
  const usage: Partial<Usage> = {};
  for (const [name, value] of Object.entries(reported)) {
    const number = toNumber(value);
    if (number !== undefined) usage[name] = Math.max(0, number);
    else if (isObject(value) && !counters.has(name)) usage[name] = value;
  }
  return usage;
}

const counters: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
]);

/** A number, also one spelled as a string; null counts as absent and says no harm. */
function isCount(value: unknown): boolean {
  return value === null || toNumber(value) !== undefined;
}

/** True for counts that are no numbers, or negative; null counts as absent. */
export function hasOddNumbers(usage: JsonObject): boolean {
  return [...counters].some((name) => {
    const count = usage[name] ?? 0;
    return typeof count !== 'number' || count < 0;
  });
}
