/**
 * The words for failed attempts, the same wherever a person reads them: in the client, in `occ status`, `occ why`, `occ logs`
 * and on the terminal of a launch. Pure. Where an upstream's words are not at hand, as in the log, its own status and the
 * class of the failure say what happened.
 */
import { describeAddressFault } from './address.ts';
import type { FailedAttempt, FailureLog } from './failure-log.ts';
import type { FailureClass, Trouble } from './failures.ts';
import { describeNetworkFault } from './network-faults.ts';
import { formatDuration } from './quota.ts';

/** A model that was not tried. */
export interface NotTried {
  model: string;
  reason: string;
}

/** The longest wait in seconds that clients accept (measured: Claude Code gives up at once above 60 s). */
export const longestRetryAfter = 60;

/**
 * One sentence about a single failure: who, what, in the upstream's words. Several have a line for each attempt and after
 * them one for each model that was passed over. Attempts that ended alike share a line.
 */
export function describeFailures(
  attempts: readonly FailedAttempt[],
  passedOver: readonly NotTried[],
): string {
  const groups = groupAlike(attempts);
  const [only, ...more] = groups;
  if (only !== undefined && more.length === 0 && passedOver.length === 0)
    return `${describeAttempt(only.attempt)}${times(only.count)}`;
  const [alone, ...others] = passedOver;
  if (only === undefined && alone !== undefined && others.length === 0)
    return `${alone.model} was not tried: ${alone.reason}`;
  return `${only === undefined ? 'no model could be tried' : 'all models failed'}\n${failureLines(attempts, passedOver)}`;
}

/** One line for each failed attempt (model, status, reason), then one for each model that was passed over. */
export function failureLines(attempts: readonly FailedAttempt[], passedOver: readonly NotTried[]): string {
  return [
    ...groupAlike(attempts).map(({ line, count }) => `- ${line}${times(count)}`),
    ...passedOver.map(({ model, reason }) => `- ${model}: not tried, ${reason}`),
  ].join('\n');
}

/** `p/m answered 401: Invalid API key`, or `p/m failed: no answer within 300 s (timeout_ms)`. */
export function describeAttempt(attempt: FailedAttempt): string {
  const { model, upstreamStatus, trouble, notSent } = attempt;
  const answered = upstreamStatus !== undefined && trouble === undefined && notSent !== true;
  return `${model} ${answered ? `answered ${upstreamStatus}` : 'failed'}: ${whyFailed(attempt)}`;
}

/** `p/m broke off its answer: the connection broke`. */
export function describeBreak(attempt: FailedAttempt): string {
  return `${attempt.model} broke off its answer: ${whyFailed(attempt)}`;
}

/** `401 Invalid API key`: the status, if the upstream answered with one, and the reason. */
export function statusAndReason(attempt: Omit<FailedAttempt, 'model'>): string {
  const { upstreamStatus, trouble, notSent } = attempt;
  const answered = upstreamStatus !== undefined && trouble === undefined && notSent !== true;
  return `${answered ? `${upstreamStatus} ` : ''}${whyFailed(attempt)}`;
}

/** The reason in the upstream's words, otherwise in occ's own, with the time until the limit ends. */
export function whyFailed(attempt: Omit<FailedAttempt, 'model'>): string {
  const { retryAfter = 0, address } = attempt;
  const words = attempt.words ?? ownWords(attempt);
  if (address !== undefined) return `${words.replace(/\.$/, '')}; ${describeAddressFault(address)}`;
  if (retryAfter <= longestRetryAfter || /reset/i.test(words)) return words;
  return `${words} (resets in ${formatDuration(retryAfter * 1000)})`;
}

/** Merges attempts of one model that ended alike. */
function groupAlike(
  attempts: readonly FailedAttempt[],
): { attempt: FailedAttempt; line: string; count: number }[] {
  const groups = new Map<string, { attempt: FailedAttempt; line: string; count: number }>();
  for (const attempt of attempts) {
    const line = `${attempt.model}: ${statusAndReason(attempt)}`;
    const group = groups.get(line) ?? { attempt, line, count: 0 };
    group.count++;
    groups.set(line, group);
  }
  return [...groups.values()];
}

/** Why a model was not tried, where the reason itself was not kept. */
export function describePassing(kind: string): string {
  return Object.hasOwn(byPassing, kind) ? (byPassing[kind] ?? '') : 'an earlier failure';
}

const byPassing: Readonly<Record<string, string>> = {
  breaker: 'it has failed several times in a row',
  quota: 'a limit of its plan or key is used up',
  gone: 'it is not available',
  capacity: 'it has no room for the request, or lacks what it needs',
  budget: 'the budget is used up',
  paid: 'it costs money, and paid_fallback does not allow it',
  configuration: 'its configuration is wrong',
  key: 'the key of its provider was refused or is used up',
};

function times(count: number): string {
  return count === 1 ? '' : ` (${count} attempts)`;
}

const byClass: Readonly<Record<FailureClass, string>> = {
  client: 'it refused the request as invalid',
  credentials: 'it refused the key',
  allowance: 'a limit of the plan or of the key is used up',
  balance: 'no money is left',
  rate: 'too many requests in a short time',
  gone: 'the model is not available',
  format: 'the model is not served in this wire format',
  filter: 'the provider’s filter refused it',
  transient: 'an outage of the provider',
  other: 'it failed for another reason',
};

const byTrouble: Readonly<Record<Exclude<Trouble, 'upstream'>, string>> = {
  connect: 'no connection',
  reset: 'the connection broke',
  timeout: 'no answer in time',
  stall: 'the upstream fell silent',
  empty: 'the answer was empty',
  truncated: 'the answer was cut off',
  malformed: 'the answer was no valid answer of this wire format',
  overflow: 'the answer was too long to be held back',
  encoding: 'occ could not write the request in this wire format',
  client_limit: 'no whole answer within the time that the client waits',
};

/** Says what happened without anything that an upstream said. */
export function ownWords({
  class: failure,
  trouble,
  limit,
  notSent,
  notRunning,
  network,
  upstreamCode,
  address,
}: FailureLog): string {
  if (address !== undefined) return 'there is no such endpoint at this address';
  if (notSent) return 'the provider has no key';
  if (notRunning) return 'the server is not running';
  if (network !== undefined) return describeNetworkFault(network);
  const code = upstreamCode === undefined ? '' : ` (${upstreamCode})`;
  if (trouble !== undefined && trouble !== 'upstream')
    return `${byTrouble[trouble]}${limit === undefined || limit === 'client' ? code : ` (${limit})`}`;
  return `${failure === undefined ? 'it failed' : byClass[failure]}${code}`;
}
