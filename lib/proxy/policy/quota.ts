/**
 * Which quota is spent until when. No request tries a provider with a spent quota before its reset.
 *
 * A spent quota counts for the whole provider: OpenCode's limits name no model, several models were refused together even
 * after quotas became per model (observed in autumn 2026), and a balance or a member's cap has one owner. Two refusals
 * concern one model: a refusal that names it, and that of the free tier, beside which paid models continue.
 */
import type { ApiError } from '../../anthropic/errors.ts';
import { classOf, type Outcome } from './failures.ts';

/** A quota that is used up. */
export interface Spent {
  /** `provider`, or `provider/model` if only that model is concerned. */
  who: string;
  /** "5-hour limit", "balance". */
  limit: string;
  /** The time in milliseconds from which it may be tried again. */
  until: number;
  /** Whether the upstream named the reset. */
  resetKnown: boolean;
  /** The time of the last refusal, in milliseconds. */
  since: number;
}

/** The wait without a known reset, in milliseconds: a top-up may end it at any time, and a try costs one refusal. */
const unknownResetMs = 60_000;
/** The longest reset that is believed, in milliseconds: no quota period is longer than a month. */
const longestMs = 32 * 24 * 3_600_000;
/**
 * When no other model is left, a spent provider is tried this often, in milliseconds: the user may have allowed it to use
 * the balance, as its own message suggests.
 */
const trySpentMs = 60_000;

const limitByType: Readonly<Record<string, string>> = {
  CreditsError: 'balance',
  MonthlyLimitError: 'monthly limit',
  UserLimitError: 'member’s limit',
  FreeUsageLimitError: 'free allowance',
  EntitlementError: 'subscription',
  insufficient_quota: 'quota',
  billing_error: 'balance',
};

/** The quota that an outcome reports as spent; undefined if it reports none. */
export function spentBy(outcome: Outcome, provider: string, modelId: string, now: number): Spent | undefined {
  if (classOf(outcome) !== 'quota' || (outcome.type !== 'refused' && outcome.type !== 'failed')) {
    return undefined;
  }
  const error: Partial<ApiError> & { message: string } = outcome.error;
  const resetMs = resetMsOf(outcome);
  const ofModel = error.upstreamType === 'FreeUsageLimitError' || names(error.message, modelId);
  return {
    who: ofModel ? `${provider}/${modelId}` : provider,
    limit: limitOf(error),
    until: now + Math.min(resetMs ?? unknownResetMs, longestMs),
    resetKnown: resetMs !== undefined,
    since: now,
  };
}

function limitOf({ limitName, upstreamType = '', upstreamCode = '', status }: Partial<ApiError>): string {
  if (limitName !== undefined) return `${limitName.trim().replace(/\s+/g, '-')} limit`;
  const named = [upstreamType, upstreamCode].find((name) => Object.hasOwn(limitByType, name));
  return (named !== undefined && limitByType[named]) || (status === 402 ? 'balance' : 'usage limit');
}

/** Whether the message names the id as a whole word: `glm-5.3` does not name `glm-5`. */
function names(message: string, modelId: string): boolean {
  const at = message.toLowerCase().indexOf(modelId.toLowerCase());
  if (at < 0 || modelId === '') return false;
  const around = [message[at - 1] ?? ' ', message[at + modelId.length] ?? ' '];
  return (
    around.every((character) => /[\s"'`‘’“”(),:;!?]/.test(character)) || message.length === modelId.length
  );
}

/** Milliseconds until a quota resets, from `retry-after` or from text such as "Resets in 7hr 29min"; undefined if neither is there. */
export function resetMsOf(outcome: Outcome): number | undefined {
  if (outcome.type === 'refused' && outcome.retryAfterMs !== undefined) return outcome.retryAfterMs;
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  const said = /resets? in ((?:\d+ ?[a-z]+[ ,]*)+)/i.exec(outcome.error.message)?.[1];
  if (said === undefined) return undefined;
  const spans = [...said.matchAll(/(\d+) ?([a-z]+)/gi)];
  const ms = spans.reduce((sum, [, count, unit = '']) => sum + Number(count) * unitMs(unit), 0);
  return ms > 0 ? ms : undefined;
}

function unitMs(unit: string): number {
  if (/^d/i.test(unit)) return 24 * 3_600_000;
  if (/^h/i.test(unit)) return 3_600_000;
  if (/^m/i.test(unit)) return 60_000;
  return /^s/i.test(unit) ? 1000 : 0;
}

/** Whether a spent provider may be tried anyway, because no other model is left. */
export function mayTrySpent({ since }: Spent, now: number): boolean {
  return now - since >= trySpentMs;
}

/** "its 5-hour limit is reached, resets in 7 h 29 min". */
export function describeSpent({ limit, until, resetKnown }: Spent, now: number): string {
  const left = formatDuration(until - now);
  return resetKnown
    ? `its ${limit} is reached, resets in ${left}`
    : `its ${limit} is used up; tried again in ${left}`;
}

/** Milliseconds as `42 s`, `3 min`, `7 h 29 min`, `4 d 1 h`, rounded up. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
