/**
 * What the client is told when no model answered. What it makes of a status decides which one it gets (contract 5.8):
 * Claude Code retries most of them ten times, a 401 too, unless `x-should-retry: false` says that it is of no use.
 */
import { statusOf, typeOf, type ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody, ApiErrorType } from '../../anthropic/events.ts';
import { promptTooLong } from '../../anthropic/overflow.ts';
import { classOf, type FailureClass, type Outcome, type Tried } from './attempts.ts';
import type { Candidate, Plan } from './route.ts';

/** An error as it goes to the client. */
export interface Refusal {
  status: number;
  type: ApiErrorType;
  message: string;
  /** True when trying again cannot help. */
  permanent: boolean;
  /** Seconds, where an upstream named them. */
  retryAfter?: number;
}

/** The most telling class first: of several failures the client hears of the one it can do most about. */
const tellingOrder: readonly FailureClass[] = [
  'client',
  'quota',
  'transient',
  'other',
  'credentials',
  'gone',
];

/** A reset further away than this is not waited for by any client (measured: Claude Code gives up at once above 60 s). */
const longestRetryAfter = 60;

/** `inputTokens` is the estimate of the request, for an overflow whose vendor names no numbers. */
export function verdict(plan: Plan, tried: readonly Tried[], inputTokens: number): Refusal {
  const last = tried.at(-1);
  if (!last) return nothingToTry(plan);
  const failed = tried.filter(({ outcome }) => classOf(outcome) !== undefined);
  const client = failed.find(({ outcome }) => classOf(outcome) === 'client');
  if (client?.outcome.type === 'refused' || client?.outcome.type === 'failed') {
    // The request's own fault: the upstream's words, unadorned, for the client acts on them.
    const { error } = client.outcome;
    const status = 'status' in error && error.status >= 400 ? error.status : statusOf(error.type);
    return {
      status: error.type === 'invalid_request_error' ? 400 : status,
      type: error.type,
      message: wordsFor(error, plan.candidates[client.candidate], inputTokens),
      permanent: false,
    };
  }
  const telling =
    tellingOrder.flatMap((name) => failed.filter(({ outcome }) => classOf(outcome) === name)).at(0) ?? last;
  const { status, type } = statusFor(telling.outcome);
  const permanent = failed.every(({ outcome }) => isPermanent(outcome));
  const retryAfter = retryAfterOf(telling.outcome);
  return {
    status,
    type,
    message: `all models failed: ${reasonOf(telling.outcome)}\n${lines(plan, tried)}`,
    permanent,
    ...(retryAfter !== undefined && !permanent && { retryAfter }),
  };
}

/** The upstream's words; for an overflow always the sentence with both numbers, which steer how much the client cuts. */
function wordsFor(
  error: ApiErrorBody & Partial<ApiError>,
  candidate: Candidate | undefined,
  inputTokens: number,
): string {
  if (!error.overflow || /\d/.test(error.message)) return error.message;
  const limit = error.limit ?? candidate?.route.contextWindow ?? inputTokens;
  return promptTooLong({ asked: Math.max(inputTokens, limit + 1), limit });
}

function nothingToTry({ reason, passedOver }: Plan): Refusal {
  const why = passedOver.map(({ model, reason }) => `\n- ${model}: ${reason}`).join('');
  return {
    status: 400,
    type: 'invalid_request_error',
    message: `no model can take this request (${reason})${why}`,
    permanent: true,
  };
}

/** Never 404, which Claude Code takes to mean that the id is wrong and hides the message of. */
function statusFor(outcome: Outcome): { status: number; type: ApiErrorType } {
  switch (classOf(outcome)) {
    case 'credentials':
      return { status: 401, type: 'authentication_error' };
    case 'quota':
      return { status: 429, type: 'rate_limit_error' };
    case 'gone':
      // Not overloaded_error: Claude Code retries that for minutes, whatever x-should-retry says (measured, 2.1.330).
      return { status: 503, type: 'api_error' };
    default:
  }
  if (outcome.type === 'refused' && outcome.error.status >= 429) {
    return { status: outcome.error.status, type: typeOf(outcome.error.status) };
  }
  const late = outcome.type === 'failed' && (outcome.trouble === 'timeout' || outcome.trouble === 'stall');
  return late ? { status: 504, type: 'timeout_error' } : { status: 502, type: 'api_error' };
}

function isPermanent(outcome: Outcome): boolean {
  const failure = classOf(outcome);
  if (outcome.type === 'failed' && outcome.trouble === 'encoding') return true;
  if (failure === 'credentials' || failure === 'gone') return true;
  return failure === 'quota' && (retryAfterOf(outcome) ?? Infinity) > longestRetryAfter;
}

function retryAfterOf(outcome: Outcome): number | undefined {
  if (outcome.type !== 'refused' || outcome.retryAfterMs === undefined) return undefined;
  return Math.ceil(outcome.retryAfterMs / 1000);
}

/** One line for each attempt: model, status, reason; then what was not even tried. */
function lines({ candidates, passedOver }: Plan, tried: readonly Tried[]): string {
  const attempts = tried.map(
    ({ candidate, outcome }) => `- ${nameOf(candidates[candidate])}: ${reasonOf(outcome)}`,
  );
  return [...attempts, ...passedOver.map(({ model, reason }) => `- ${model}: not tried, ${reason}`)].join(
    '\n',
  );
}

export function nameOf(candidate: Candidate | undefined): string {
  return candidate ? `${candidate.route.provider}/${candidate.route.modelId}` : 'no model';
}

/** A failed attempt in words: the status where there was one, and what was said. */
export function reasonOf(outcome: Outcome): string {
  if (outcome.type === 'refused')
    return `${outcome.error.status} ${withReset(outcome.error.message, retryAfterOf(outcome))}`;
  return outcome.type === 'failed' ? outcome.error.message : outcome.type;
}

function withReset(message: string, seconds: number | undefined): string {
  if (seconds === undefined || seconds <= longestRetryAfter || /reset/i.test(message)) return message;
  const minutes = Math.round(seconds / 60);
  return `${message} (resets in ${minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`})`;
}
