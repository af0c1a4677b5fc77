/**
 * What an outcome says is used up, for whom and until when. Allowances belong to a key: OpenCode's limits name no model, and
 * several models were refused together even after they became per model (observed in autumn 2026). Three concern one model:
 * a refusal that names it (in a field, by its id or by its name), that of a free tier, beside which paid models continue, and
 * an empty balance, since gateways report that of one vendor, too (opencode#27593).
 */
import type { ApiError } from '../../anthropic/errors.ts';
import { allModels, findModel } from '../../catalog/models.ts';
import { isDailyQuota } from '../rejections/codes.ts';
import { classOf, type Outcome } from './failures.ts';
import { spanIn } from './reset-times.ts';

/** A quota that is used up. */
export interface Spent {
  /** `provider`, or `provider/model` if only that model is concerned. */
  who: string;
  kind: 'allowance' | 'balance' | 'rate';
  /** "5-hour limit", "balance", "rate limit". */
  limit: string;
  /** The time in milliseconds from which it may be tried again. */
  until: number;
  /** Whether the upstream named the reset. */
  resetKnown: boolean;
  /** The time of the last refusal, in milliseconds. */
  since: number;
}

/** How often one request tries what counts as spent, in milliseconds: a plan may recover before the reset it named. */
const probeMs = 15 * 60_000;
/** The wait without a known reset, in milliseconds. A top-up may end an empty balance at any time. */
const unknownResetMs = { allowance: probeMs, rate: probeMs, balance: 60_000 } as const;
/** The longest time until a reset that is accepted, in milliseconds: no quota period is longer than a month. */
const longestMs = 32 * 24 * 3_600_000;
/**
 * When no other model is left, a spent provider is tried this often, in milliseconds: the user may have allowed it to use
 * the balance, as its own message suggests.
 */
const lastResortMs = 60_000;

/** The words of a limit's name, which is logged. */
const periodWord = /^(?:\d{1,3}|(?:hour|day|week|month|minute)(?:s|ly)?|daily|rolling|session|free|usage)$/i;

const limitByClass = { allowance: 'usage limit', balance: 'balance', rate: 'rate limit' } as const;

const limitByType: Readonly<Record<string, string>> = {
  MonthlyLimitError: 'monthly limit',
  UserLimitError: 'member’s limit',
  FreeUsageLimitError: 'free allowance',
  EntitlementError: 'subscription',
  insufficient_quota: 'quota',
};

/** A provider's money counts as spent when this many of its models say so. */
export const modelsForProvider = 2;
/** A rate limit that names a longer wait than this is remembered as an allowance of the model, in milliseconds. */
const longRateMs = 60_000;

/** The free allowance, beside which the provider's other models continue. */
const freeAllowance = /^(?:FreeUsageLimitError|AllocationQuota\.FreeTierOnly)$/i;
const freeModels = /: free-models-per-day/i;

/** What an outcome reports as used up; undefined if nothing. */
export function spentBy(outcome: Outcome, provider: string, modelId: string, now: number): Spent | undefined {
  const failure = classOf(outcome);
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  if (failure !== 'allowance' && failure !== 'balance' && failure !== 'rate') return undefined;
  const resetMs = resetMsOf(outcome);
  if (failure === 'rate' && (resetMs ?? 0) <= longRateMs) return undefined;
  const error: Partial<ApiError> & { message: string } = outcome.error;
  const ofModel =
    failure !== 'allowance' ||
    freeAllowance.test(error.upstreamType ?? error.upstreamCode ?? '') ||
    freeModels.test(error.message) ||
    /PerModel/.test(error.upstreamCode ?? '') ||
    namesModel(error, provider, modelId);
  return {
    who: ofModel ? `${provider}/${modelId}` : provider,
    kind: failure,
    limit: limitOf(error, failure, modelId),
    until: now + Math.min(resetMs ?? unknownResetMs[failure], longestMs),
    resetKnown: resetMs !== undefined,
    since: now,
  };
}

function limitOf(
  { limitName, upstreamType = '', upstreamCode = '' }: Partial<ApiError>,
  failure: 'allowance' | 'balance' | 'rate',
  modelId: string,
): string {
  const ofPeriod = limitName?.toLowerCase().replace(modelId.toLowerCase(), '').trim() ?? '';
  const period = ofPeriod.split(/[\s-]+/).filter(Boolean);
  if (period.length > 0 && period.every((word) => periodWord.test(word))) return `${period.join('-')} limit`;
  const named = [upstreamType, upstreamCode].find((name) => Object.hasOwn(limitByType, name));
  return (named !== undefined && limitByType[named]) || limitByClass[failure];
}

/** Whether the error says that the limit is the model's own. The id in a field may have a prefix: `opencode-go/kimi-k3`. */
function namesModel(
  { message, limitName = '', limitModel = '' }: Partial<ApiError> & { message: string },
  provider: string,
  modelId: string,
): boolean {
  const wanted = modelId.toLowerCase();
  const given = limitModel.toLowerCase();
  if (given !== '' && (given === wanted || given.endsWith(`/${wanted}`))) return true;
  const title = findModel(provider, modelId)?.name ?? '';
  return [message, limitName].some((text) => {
    const rest = withoutLonger(text, title || modelId);
    return names(rest, modelId) || names(rest, title);
  });
}

/** The text without the names of other models that begin with this one: "GLM-5.3 Flash" is no GLM-5.3. */
function withoutLonger(text: string, title: string): string {
  const start = title.toLowerCase();
  const longer = allModels().filter(
    ({ name }) => name.length > title.length && name.toLowerCase().startsWith(start),
  );
  return longer.reduce((rest, { name }) => rest.replace(inAnySpelling(name), '…'), text);
}

/** People write a blank for a hyphen, and the other way round. */
function inAnySpelling(name: string): RegExp {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(literal.replaceAll(/[\s-]/g, String.raw`[\s-]`), 'gi');
}

/** Whether the text names the id as a whole word: `glm-5.3` does not name `glm-5`. */
function names(text: string, id: string): boolean {
  const [whole, part] = [text.toLowerCase(), id.toLowerCase()];
  if (part === '') return false;
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
    const after = whole.slice(at + part.length, at + part.length + 2);
    if (isEdge(whole[at - 1]) && (isEdge(after[0]) || (after[0] === '.' && isEdge(after[1])))) return true;
  }
  return false;
}

function isEdge(character = ' '): boolean {
  return /[\s"'`‘’“”(),:;!?]/.test(character);
}

/**
 * Milliseconds until a limit resets, as the response or its message named it. What Google names beside a quota of a day is
 * the delay of the quota of a minute (python-genai#2044).
 */
export function resetMsOf(outcome: Outcome): number | undefined {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  if (isDailyQuota((outcome.error as Partial<ApiError>).upstreamCode)) return undefined;
  return outcome.retryAfterMs ?? spanIn(outcome.error.message);
}

/** Whether something spent may be tried before its reset. `triedAt` is when that was done last. */
export function isDue(
  { since, triedAt }: { since: number; triedAt: number },
  now: number,
  lastResort: boolean,
): boolean {
  return now - Math.max(since, triedAt) >= (lastResort ? lastResortMs : probeMs);
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
