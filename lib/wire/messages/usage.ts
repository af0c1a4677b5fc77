/** Corrects the usage and stop reasons of a messages stream to follow L1 and P7. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toNumber, toObject, type JsonObject } from '../../json.ts';
import type { FinishMeaning } from '../decode/finish.ts';
import { wholeTokens } from '../decode/usage.ts';
import { finishMeaning } from '../decode/finish-names.ts';

/** Stop reasons that only this format has. */
const own: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>([
  ['stop_sequence', 'stop_sequence'],
  ['pause_turn', 'pause_turn'],
  ['compaction', 'compaction'],
]);

/** The meaning of a stop reason, also of one of another format that a converting gateway passed through (P7). */
export function toStopReason(name: string): FinishMeaning {
  return finishMeaning(name, own);
}

/**
 * The usage of `message_start`, always with numbers (L1). `estimate` replaces the input tokens if the upstream reports
 * none there or is known to report wrong ones (`wrong`).
 */
export function startUsage(reported: unknown, estimate: number, wrong: boolean): Usage {
  const given = toObject(reported);
  const counted = withNumbers(given);
  const total =
    (counted.input_tokens ?? 0) +
    (counted.cache_read_input_tokens ?? 0) +
    (counted.cache_creation_input_tokens ?? 0);
  const trusted = total > 0 && !wrong;
  const fields = Object.entries(given).filter(([name, value]) => !counters.has(name) || isCount(value));
  return {
    ...Object.fromEntries(fields),
    ...counted,
    input_tokens: trusted ? (counted.input_tokens ?? 0) : estimate,
    output_tokens: counted.output_tokens ?? 0,
  };
}

/**
 * The usage with numbers in strings converted and negative ones set to 0, and counters rounded. Objects are kept, except as
 * counters.
 */
export function withNumbers(reported: JsonObject): Partial<Usage> {
  const usage: [name: string, value: unknown][] = [];
  for (const [name, value] of Object.entries(reported)) {
    const number = toNumber(value);
    if (number !== undefined)
      usage.push([name, counters.has(name) ? wholeTokens(number) : Math.max(0, number)]);
    else if (isObject(value) && !counters.has(name)) usage.push([name, value]);
  }
  // An assignment to a name that an upstream chose could replace the prototype.
  return Object.fromEntries(usage);
}

const inputs = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;

/**
 * The usage of `message_delta` without an input of 0: some servers report theirs in `message_start` only
 * (sgl-project/sglang#20830).
 */
export function withoutEmptyInput(counted: Partial<Usage>): Partial<Usage> {
  if (inputs.some((name) => (counted[name] ?? 0) > 0)) return counted;
  const {
    input_tokens: _input,
    cache_read_input_tokens: _read,
    cache_creation_input_tokens: _written,
    ...rest
  } = counted;
  return rest;
}

/** The usage that `message_delta` reports with the input that is known, where it reports 0; the same object if it does not. */
export function withInput(reported: JsonObject, known: Usage): JsonObject {
  const wrong = inputs.filter((name) => reported[name] === 0 && (known[name] ?? 0) > 0);
  if (wrong.length === 0) return reported;
  return { ...reported, ...Object.fromEntries(wrong.map((name) => [name, known[name]])) };
}

const counters: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
]);

/** True for a number, a number in a string, and null, which counts as absent. */
function isCount(value: unknown): boolean {
  return value === null || toNumber(value) !== undefined;
}

/** True if a counter is negative or not a whole number; null counts as absent. */
export function hasOddNumbers(usage: JsonObject): boolean {
  return [...counters].some((name) => {
    const count = usage[name] ?? 0;
    return typeof count !== 'number' || count < 0 || !Number.isInteger(count);
  });
}
