/**
 * The error for the client when no model answered. The status is chosen by what the client does with it and shows of it.
 * Measured with Claude Code 2.1.332, all with `x-should-retry: false`; the text is shown where nothing else is said:
 *
 *   status               requests   interactive                        -p
 *   400, 422             6          API Error: 400 ‹text›              the same
 *   401, 403             1          Please run /login · API Error: …   Failed to authenticate. API Error: …
 *   402, 410, 418, 424   1          API Error: 424 ‹text›              the same
 *   404                  2          There's an issue with the selected model (the text is hidden)
 *   429                  1          API Error: Request rejected (429) · ‹text›
 *   500, 502, 503, 529   1          API Error: 502 ‹text›. This is a server-side issue, usually temporary … check your
 *                                   inference gateway (127.0.0.1:‹port›)
 *   the type overloaded_error is retried for minutes at any status
 *
 * Without the header it retries 401, 408, 409, 429 and 500 and above ten times, for up to 185 s. Interactively it shows
 * `503 ‹start of the text› · retrying in 4s · attempt 5/10` meanwhile, with some 40 characters of the text at 80 columns, so
 * the cause comes first. With -p on a terminal it shows `API overloaded · retrying in 2s · attempt 2 of 10`.
 */
import { promptTooLong, statusOf, typeOf, type ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody, ApiErrorType } from '../../anthropic/events.ts';
import {
  classOf,
  diagnosisOf,
  isUnreachable,
  type FailureClass,
  type Outcome,
  type Tried,
  type Trouble,
} from './failures.ts';
import { describeSpent, raiseCommand, type BudgetUse } from './budget.ts';
import { nameOf, type Candidate, type Hindrance, type Plan } from './plan.ts';
import { retryAfterOf } from './failure-log.ts';
import { nextStep, type NoNextStep } from './next-step.ts';
import { lines, summary } from './summary.ts';
import { longestRetryAfter } from './words.ts';

/** An error response for the client. */
export interface Refusal {
  status: number;
  type: ApiErrorType;
  message: string;
  /** True if trying again cannot help. */
  permanent: boolean;
  /** Seconds, if an upstream named them. */
  retryAfter?: number;
  /** The command that helps next, or why none does; absent if `occ why` is it. */
  next?: string | NoNextStep;
  /** The client acts on the words, so they pass as they are, without a next step. */
  forClient?: true;
  /** The class of the failure that decided; absent if occ itself refuses the request. */
  class?: FailureClass;
  /** The model that refused the request, if that decided: `provider/model`. */
  model?: string;
  /** The path of the field of the request that is at fault, if occ itself refuses it. */
  param?: string;
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
      forClient: true,
      model: nameOf(plan.candidates[client.candidate]),
    };
  }
  const hindered = plan.passedOver.flatMap(({ hindrance }) => (hindrance ? [failingBy(hindrance)] : []));
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
    ...(permanent ? permanentStatus(telling) : { status: telling.status, type: telling.type }),
    message: summary(plan, tried),
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

const tooLong = { status: 400, type: 'invalid_request_error', permanent: false, forClient: true } as const;

function failingIn(outcome: Outcome): Failing[] {
  const failure = classOf(outcome);
  if (failure === undefined) return [];
  const retryAfter = retryAfterOf(outcome, failure);
  const permanent = isPermanent(outcome, failure, retryAfter);
  return [{ class: failure, ...statusFor(outcome, failure), permanent, retryAfter }];
}

/** A model that was not tried, as if it had reported what is known about it. */
function failingBy({ kind, spent: limit, waitMs }: Hindrance): Failing {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  switch (kind) {
    case 'breaker':
      // An open breaker answers without an upstream request, so the client may retry at its own pace.
      return {
        class: 'transient',
        ...outage,
        permanent: false,
        retryAfter: Math.min(seconds, longestRetryAfter),
      };
    case 'quota':
      return {
        class: limit ?? 'allowance',
        ...spent,
        permanent: seconds > longestRetryAfter,
        retryAfter: seconds,
      };
    case 'gone':
      return { class: 'gone', ...failedElsewhere, permanent: true, retryAfter: undefined };
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

/** The user has set the limit, so only the user can help. Other models, if there are any, have not failed: none was left. */
function overBudget(budget: BudgetUse): Refusal {
  return {
    status: 402,
    type: 'billing_error',
    message: describeSpent(budget),
    permanent: true,
    next: raiseCommand(budget),
  };
}

/** A shorter request may be possible, otherwise the configuration must change. */
function nothingToTry(plan: Plan, inputTokens: number): Refusal {
  const { reason, passedOver, spent: budget } = plan;
  if (budget !== undefined) return overBudget(budget);
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
/** Failed Dependency (RFC 4918, 11.4): the request was good, but what it needs failed. The client adds nothing to it. */
const failedElsewhere = { status: 424, type: 'api_error' } as const;

/**
 * A permanent failure gets no status to which the client adds a wrong hint: that the user should log in, that it is usually
 * temporary, or that the gateway should be checked.
 */
function permanentStatus({ class: failure, status, type }: Failing): { status: number; type: ApiErrorType } {
  if (failure === 'balance') return { status: 402, type: 'billing_error' };
  if (status === spent.status) return { status, type };
  return { status: failedElsewhere.status, type: type === 'overloaded_error' ? 'api_error' : type };
}

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
      return failedElsewhere;
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
  if (type === 'api_error') return undefined;
  const known = statusOf(type);
  // The client takes these for its own login and model, and retries a 401 for minutes.
  const misleads = known === 401 || known === 403 || known === 404;
  return { status: misleads ? failedElsewhere.status : known, type };
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
  if (isUnreachable(outcome)) return true;
  if (failure === 'rate') return Number.isFinite(retryAfter) && retryAfter > longestRetryAfter;
  return (failure === 'allowance' || failure === 'balance') && retryAfter > longestRetryAfter;
}
