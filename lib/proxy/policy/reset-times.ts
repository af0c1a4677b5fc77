/** When a limit ends, as headers and messages name it besides `retry-after`. Pure: the time is an argument. */
import type { ApiError } from '../../anthropic/errors.ts';

/**
 * Milliseconds until the time in a header that limits set: Anthropic's plans in seconds and OpenRouter's in milliseconds since
 * 1970; others in seconds from now (draft-ietf-httpapi-ratelimit-headers). OpenAI and Groq name one span for requests and one
 * for tokens (`6m0s`, platform.openai.com/docs/guides/rate-limits), of which the one that is used up counts.
 */
export function resetInHeaders(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const named = headers['anthropic-ratelimit-unified-reset'] ?? headers['x-ratelimit-reset'];
  const epoch = untilEpoch(Number(named || NaN), now);
  if (epoch !== undefined) return epoch;
  const spans = ['requests', 'tokens'].flatMap((what) =>
    headers[`x-ratelimit-remaining-${what}`] === '0'
      ? (spanIn(`reset in ${headers[`x-ratelimit-reset-${what}`] ?? ''}`) ?? [])
      : [],
  );
  if (spans.length > 0) return Math.max(...spans);
  const seconds = Number(headers['ratelimit-reset'] || NaN);
  return seconds >= 0 && seconds < leastSeconds ? seconds * 1000 : undefined;
}

/** The smallest numbers that are a time since 1970 in seconds and in milliseconds, and not a span. */
const leastSeconds = 1e9;
const leastMilliseconds = 1e12;

/** Milliseconds from `now` until a time in seconds or milliseconds since 1970; undefined if it is none or has passed. */
export function untilEpoch(time: number, now: number): number | undefined {
  if (!(time >= leastSeconds)) return undefined;
  return ahead(time >= leastMilliseconds ? time : time * 1000, now);
}

/** Milliseconds until the reset that an error names in its fields; undefined if they name none. */
export function resetInFields(
  { retryAfterMs, resetAt }: Pick<ApiError, 'retryAfterMs' | 'resetAt'>,
  now: number,
): number | undefined {
  return retryAfterMs ?? untilEpoch(resetAt ?? NaN, now);
}

/**
 * Milliseconds until the reset that a message names: "Resets in 7hr 29min", "try again in 51 hours", "Please retry in 45.5s",
 * "will reset at 2026-01-05 12:34:56", "usage limit reached|1749924000", "regain access on 2026-04-01 at 00:00 UTC"; undefined
 * if it names none.
 */
export function resetInWords(message: string, now: number): number | undefined {
  return spanIn(message) ?? epochIn(message, now) ?? dateIn(message, now);
}

/** Claude's plans: `Claude AI usage limit reached|1749924000` (anthropics/claude-code#2087). */
function epochIn(message: string, now: number): number | undefined {
  return untilEpoch(Number(/limit reached\|(\d{10,13})\b/i.exec(message)?.[1] ?? NaN), now);
}

const spanAfter = /(?:resets?|try again|retry) in ((?:\d+(?:\.\d+)? ?[a-z]+[ ,]*)+)/i;

/** Milliseconds of a span such as `5m2.4s` after the words for it. */
export function spanIn(message: string): number | undefined {
  const said = spanAfter.exec(message)?.[1];
  if (said === undefined) return undefined;
  const spans = [...said.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/gi)];
  const ms = spans.reduce((sum, [, count, unit = '']) => sum + Number(count) * unitMs(unit), 0);
  return ms > 0 ? Math.ceil(ms) : undefined;
}

function unitMs(unit: string): number {
  if (/^(?:ms|milli)/i.test(unit)) return 1;
  if (/^d/i.test(unit)) return 24 * 3_600_000;
  if (/^h/i.test(unit)) return 3_600_000;
  if (/^m/i.test(unit)) return 60_000;
  return /^s/i.test(unit) ? 1000 : 0;
}

const date =
  /(\d{4}-\d{2}-\d{2})(?:T| at | )?(\d{2}:\d{2}(?::\d{2})?)?(?:\.\d{1,9})? ?(Z|UTC|GMT|[+-]\d{2}:\d{2})?/;
/** Zhipu, Z.ai and MiniMax name no zone and mean Beijing. Read too early, a limit costs one more refusal. */
const zoneless = '+08:00';

/** Only beside words for a reset: other messages contain dates, too. */
function dateIn(message: string, now: number): number | undefined {
  if (!/reset|regain access|available again|重置|恢复/i.test(message)) return undefined;
  const [, day, time = '00:00', zone = zoneless] = date.exec(message) ?? [];
  if (day === undefined) return undefined;
  return ahead(Date.parse(`${day}T${time}${/^[+-]/.test(zone) ? zone : 'Z'}`), now);
}

function ahead(time: number, now: number): number | undefined {
  return time > now ? time - now : undefined;
}
