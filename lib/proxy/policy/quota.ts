/**
 * Who is out of allowance until when. A provider that says so is not asked again before its reset, by no request.
 *
 * The whole provider, not the model alone: OpenCode's limits carry no model's name, several models were refused together
 * even after allowances became per model (upstream facts, section 6), and a balance or a member's cap has one owner. Two
 * refusals are about the model: one that names it, and that of the free allowance, beside which paid models go on.
 */
import type { ApiError } from '../../anthropic/errors.ts';
import { classOf, type Outcome } from './failures.ts';

/** An allowance that is used up. */
export interface Spent {
  /** `provider`, or `provider/model` where only that is concerned. */
  who: string;
  /** "5-hour limit", "balance". */
  limit: string;
  /** Time in milliseconds from which on it may be asked again. */
  until: number;
  /** False when nobody said when it resets. */
  told: boolean;
  /** When it was last refused, in milliseconds. */
  since: number;
}

/** Without a reset it is asked again after this: a top-up ends it at any moment, and asking costs one refusal. */
const untoldMs = 60_000;
/** No allowance is longer than a month; what claims to be, is not believed. */
const longestMs = 32 * 24 * 3_600_000;
/**
 * When nobody else is left to ask, the word of a spent provider is doubted this often, in milliseconds: the person may
 * have allowed it to use the balance, as its own message suggests.
 */
const doubtMs = 60_000;

const limitByType: Readonly<Record<string, string>> = {
  CreditsError: 'balance',
  MonthlyLimitError: 'monthly limit',
  UserLimitError: 'member’s limit',
  FreeUsageLimitError: 'free allowance',
  EntitlementError: 'subscription',
  insufficient_quota: 'quota',
  billing_error: 'balance',
};

/** What the outcome says about an allowance; undefined when it says nothing. */
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
    until: now + Math.min(resetMs ?? untoldMs, longestMs),
    told: resetMs !== undefined,
    since: now,
  };
}

function limitOf({ limitName, upstreamType = '', upstreamCode = '', status }: Partial<ApiError>): string {
  if (limitName !== undefined) return `${limitName.trim().replace(/\s+/g, '-')} limit`;
  const named = [upstreamType, upstreamCode].find((name) => Object.hasOwn(limitByType, name));
  return (named !== undefined && limitByType[named]) || (status === 402 ? 'balance' : 'usage limit');
}

/** The id as a word of its own: `glm-5` is not meant where `glm-5.3` stands. */
function names(message: string, modelId: string): boolean {
  const at = message.toLowerCase().indexOf(modelId.toLowerCase());
  if (at < 0 || modelId === '') return false;
  const around = [message[at - 1] ?? ' ', message[at + modelId.length] ?? ' '];
  return (
    around.every((character) => /[\s"'`‘’“”(),:;!?]/.test(character)) || message.length === modelId.length
  );
}

/** Milliseconds until an allowance resets: from `retry-after`, else from the words "Resets in 7hr 29min"; undefined when nobody said. */
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

/** True when a spent provider may be asked all the same, because nobody else is left. */
export function mayDoubt({ since }: Spent, now: number): boolean {
  return now - since >= doubtMs;
}

/** "its 5-hour limit is reached, resets in 7 h 29 min". */
export function spentInWords({ limit, until, told }: Spent, now: number): string {
  const left = inWords(until - now);
  return told
    ? `its ${limit} is reached, resets in ${left}`
    : `its ${limit} is used up; asked again in ${left}`;
}

/** Milliseconds as `42 s`, `3 min`, `7 h 29 min`, `4 d 1 h`, rounded up. */
export function inWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
