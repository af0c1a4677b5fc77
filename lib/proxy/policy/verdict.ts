/**
 * The error for the client when no model answered. The status is chosen by what the client does with it: Claude Code retries
 * most of them ten times, even a 401, unless `x-should-retry: false` is set.
 */
import { promptTooLong, statusOf, typeOf, type ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody, ApiErrorType } from '../../anthropic/events.ts';
import {
  classOf,
  diagnosisOf,
  type FailureClass,
  type Outcome,
  type Tried,
  type Trouble,
} from './failures.ts';
import { nameOf, type Candidate, type Hindrance, type Plan } from './plan.ts';
import { lines, longestRetryAfter, nextStep, reasonOf, retryAfterOf, summary } from './summary.ts';

/** An error response for the client. */
export interface Refusal {
  status: number;
  type: ApiErrorType;
  message: string;
  /** True if trying again cannot help. */
  permanent: boolean;
  /** Seconds, if an upstream named them. */
  retryAfter?: number;
  /** The command that helps next, if one does. */
  next?: string;
  /** The class of the failure that decided; absent if occ itself refuses the request. */
  class?: FailureClass;
  /** The model that refused the request, if that decided: `provider/model`. */
  model?: string;
}

/** The most informative class first: of several failures the client receives the one it can act on best. */
const tellingOrder: readonly FailureClass[] = [
  'client',
  'allowance',
  'balance',
  'rate',
  'transient',
  'other',
  'filter',
  'credentials',
  'format',
  'gone',
];

/** One model's failure, in a form for the client. */
interface Failing {
  class: FailureClass;
  status: number;
  type: ApiErrorType;
  /** For the first line. */
  reason: string;
  permanent: boolean;
  /** Seconds. */
  retryAfter: number | undefined;
}

/** `inputTokens` is the estimate for the request, used for an overflow without numbers. */
export function verdict(plan: Plan, tried: readonly Tried[], inputTokens: number): Refusal {
  const client = tried.find(({ outcome, repaired }) => !repaired && classOf(outcome) === 'client');
  if (client?.outcome.type === 'refused' || client?.outcome.type === 'failed') {
    // The request is invalid: the upstream's message passes unchanged, since the client acts on it.
    const { error } = client.outcome;
    const status = 'status' in error && error.status >= 400 ? error.status : statusOf(error.type);
    return {
      status: 'overflow' in error && error.overflow ? 400 : status,
      type: error.type,
      message: wordsFor(error, plan.candidates[client.candidate], inputTokens),
      permanent: false,
      class: 'client',
      model: nameOf(plan.candidates[client.candidate]),
    };
  }
  const hindered = plan.passedOver.flatMap(({ model, hindrance }) =>
    hindrance ? [failingBy(model, hindrance)] : [],
  );
  // A repaired request was tried again, so only the later attempt counts.
  const failed = [...tried.flatMap((one) => (one.repaired ? [] : failingIn(one.outcome))), ...hindered];
  const telling = tellingOrder.flatMap((name) => failed.filter((one) => one.class === name))[0];
  if (!telling) return nothingToTry(plan, inputTokens);
  const permanent = failed.every((one) => one.permanent);
  const shorter = permanent ? wouldFit(plan, inputTokens) : undefined;
  if (shorter !== undefined) return { ...tooLong, message: `${shorter}\n${lines(plan, tried)}` };
  const retryAfter = retryAfterFor(telling, failed);
  const next = nextStep(telling.class, plan, tried);
  return {
    status: telling.status,
    type: telling.type,
    message: summary(plan, tried, telling.reason),
    permanent,
    class: telling.class,
    ...(next !== undefined && { next }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/**
 * If every model with room for the request has failed permanently, and a model with a smaller window was not tried: the
 * client receives that window, in the sentence that makes it compact, and continues there. The token count is never
 * overstated, since the client shows it as the cost of the conversation.
 */
function wouldFit({ passedOver }: Plan, inputTokens: number): string | undefined {
  const limit = Math.max(...passedOver.map(({ window }) => window ?? 0));
  return limit > 0 ? promptTooLong({ requested: Math.max(inputTokens, limit + 1), limit }) : undefined;
}

const tooLong = { status: 400, type: 'invalid_request_error', permanent: false } as const;

function failingIn(outcome: Outcome): Failing[] {
  const failure = classOf(outcome);
  if (failure === undefined) return [];
  const reason = reasonOf(outcome);
  const retryAfter = retryAfterOf(outcome, failure);
  const permanent = isPermanent(outcome, failure, retryAfter);
  return [{ class: failure, ...statusFor(outcome, failure), reason, permanent, retryAfter }];
}

/** A model that was not tried, as if it had reported what is known about it. */
function failingBy(model: string, { kind, reason, waitMs }: Hindrance): Failing {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const words = `${model}: ${reason}`;
  switch (kind) {
    case 'breaker':
      // An open breaker answers without an upstream request, so the client may retry at its own pace.
      return {
        class: 'transient',
        ...outage,
        reason: words,
        permanent: false,
        retryAfter: Math.min(seconds, longestRetryAfter),
      };
    case 'quota':
      return {
        class: 'allowance',
        ...spent,
        reason: words,
        permanent: seconds > longestRetryAfter,
        retryAfter: seconds,
      };
    case 'gone':
      return { class: 'gone', ...unavailable, reason: words, permanent: true, retryAfter: undefined };
  }
}

/** The shortest wait that can help, among the failures of the chosen class or else among all. */
function retryAfterFor(telling: Failing, failed: readonly Failing[]): number | undefined {
  const soonest = (some: readonly Failing[]): number =>
    Math.min(...some.map(({ permanent, retryAfter }) => (permanent ? Infinity : (retryAfter ?? Infinity))));
  const own = soonest(failed.filter((one) => one.class === telling.class));
  const found = Number.isFinite(own) ? own : soonest(failed);
  return Number.isFinite(found) ? found : undefined;
}

/** The upstream's message. For an overflow it always has both numbers, which decide how much the client compacts. */
function wordsFor(
  error: ApiErrorBody & Partial<ApiError>,
  candidate: Candidate | undefined,
  inputTokens: number,
): string {
  if (!error.overflow || (error.requested ?? 0) > (error.limit ?? Infinity)) return error.message;
  const limit = error.limit ?? candidate?.route.contextWindow ?? inputTokens;
  return promptTooLong({ requested: Math.max(inputTokens, limit + 1), limit });
}

/** A shorter request may be possible, otherwise the configuration must change. */
function nothingToTry(plan: Plan, inputTokens: number): Refusal {
  const { reason, passedOver } = plan;
  const shorter = wouldFit(plan, inputTokens);
  if (shorter !== undefined) return { ...tooLong, message: `${shorter}\n${lines(plan, [])}` };
  const why = passedOver.map(({ model, reason }) => `\n- ${model}: ${reason}`).join('');
  return {
    status: 400,
    type: 'invalid_request_error',
    message: `no model can take this request (${reason})${why}`,
    permanent: true,
    next: 'occ config edit',
  };
}

const spent = { status: 429, type: 'rate_limit_error' } as const;
const outage = { status: 503, type: 'overloaded_error' } as const;
// Not 503, to which Claude Code adds that it is usually temporary. Not overloaded_error, which it retries for minutes
// despite x-should-retry (measured, 2.1.330).
const unavailable = { status: 410, type: 'api_error' } as const;

/** Never 404: Claude Code takes it for a wrong model id and hides the message. */
function statusFor(outcome: Outcome, failure: FailureClass): { status: number; type: ApiErrorType } {
  switch (failure) {
    case 'credentials':
      return { status: 401, type: 'authentication_error' };
    case 'allowance':
    case 'balance':
    case 'rate':
      return spent;
    case 'filter':
      return filtered(outcome);
    case 'gone':
    case 'format':
      return unavailable;
    default:
  }
  if (outcome.type === 'refused' && outcome.error.status >= 429) {
    return { status: outcome.error.status, type: typeOf(outcome.error.status) };
  }
  const inside = outcome.type === 'failed' && outcome.trouble === 'upstream' && statusInside(outcome.error);
  if (inside) return inside;
  const late = outcome.type === 'failed' && lateTroubles.has(outcome.trouble);
  return late ? { status: 504, type: 'timeout_error' } : { status: 502, type: 'api_error' };
}

/** What an error inside an answer stands for; undefined if it says only that the upstream failed. */
function statusInside({
  status = 0,
  type,
}: Partial<ApiError> & ApiErrorBody): { status: number; type: ApiErrorType } | undefined {
  if (status >= 500 && typeOf(status) === type) return { status, type };
  return type === 'api_error' ? undefined : { status: statusOf(type), type };
}

/** The filter's refusal stays one; a model that made a mistake may do better when the client tries again. */
function filtered(outcome: Outcome): { status: number; type: ApiErrorType } {
  return isMistake(outcome)
    ? { status: 502, type: 'api_error' }
    : { status: 400, type: 'invalid_request_error' };
}

/** The model made a mistake, and no filter: another try may succeed. */
function isMistake(outcome: Outcome): boolean {
  return diagnosisOf(outcome)?.about === 'model_mistake';
}

const lateTroubles: ReadonlySet<Trouble> = new Set(['timeout', 'stall', 'client_limit']);

function isPermanent(outcome: Outcome, failure: FailureClass, retryAfter = Infinity): boolean {
  if (outcome.type === 'failed' && outcome.trouble === 'encoding') return true;
  if (failure === 'credentials' || failure === 'gone' || failure === 'format') return true;
  if (failure === 'filter') return !isMistake(outcome);
  if (outcome.type === 'failed' && outcome.notRunning) return true;
  if (failure === 'rate') return Number.isFinite(retryAfter) && retryAfter > longestRetryAfter;
  return (failure === 'allowance' || failure === 'balance') && retryAfter > longestRetryAfter;
}
