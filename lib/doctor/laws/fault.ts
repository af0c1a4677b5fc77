/** Decides who is at fault for an exchange that failed, from what each side sent and how the attempt ended. */
import type { ApiError } from '../../anthropic/errors.ts';
import { classify, type FailureClass, type TimeLimit } from '../../proxy/policy/failures.ts';
import { OccError } from '../../errors.ts';
import { codecs } from '../../wire/codecs.ts';
import type { WireFormat } from '../../wire/formats.ts';
import { type RecordedExchange, type RecordedUpstream } from '../bench/recorded-exchange.ts';
import { textOf } from '../bench/recorded-response.ts';
import type { Problem, Remedy, Side, Skip } from '../check.ts';
import type { ClientOutcome } from './client-laws.ts';
import { judgeUpstream } from './upstream-laws.ts';

/** Thrown by a check that found a problem. The message is the summary of its finding. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly level: 'fail' | 'warn';
  readonly fault: Side;
  readonly remedy: Remedy;

  constructor(
    fault: Side,
    message: string,
    { remedy = defaultRemedies[fault], level = 'fail' }: { remedy?: Remedy; level?: 'fail' | 'warn' } = {},
  ) {
    super(message);
    this.level = level;
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** For problems without a remedy of their own. */
export const defaultRemedies = {
  client: { text: 'see which model answers, and why', commands: ['occ route'] },
  occ: {
    text: 'this is a bug in occ: report it with the evidence, and with this report',
    commands: ['occ doctor --offline --quick --json'],
  },
  provider: {
    text: 'use another model, or report this to the provider with the evidence',
    commands: ['occ models'],
  },
} as const satisfies Record<Side, Remedy>;

/** The problem that an exception of a check is. Any error that is not about a problem is a bug in occ. */
export function toProblem(error: unknown): Problem {
  if (error instanceof CheckFailure) {
    const { message, level, fault, remedy } = error;
    return { level, summary: message, fault, remedy };
  }
  if (error instanceof OccError) {
    const remedy: Remedy = { text: error.remedy, commands: ['occ config check'] };
    return { level: 'fail', summary: error.message, fault: 'client', remedy };
  }
  const summary = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
  return { level: 'fail', summary, fault: 'occ', remedy: defaultRemedies.occ };
}

/**
 * Thrown if what the check judges did not happen, which is no fault of occ or the provider: the model did something else, or
 * the machine was too busy. The message says what happened instead.
 */
export class NotObserved extends Error {
  override readonly name = 'NotObserved';
  readonly because: Extract<Skip['because'], 'busy' | 'not_observed'>;

  constructor(message: string, because: NotObserved['because'] = 'not_observed') {
    super(message);
    this.because = because;
  }
}

/** The error of something that took too long, or came too late. On a busy machine it does not show who is at fault. */
export function tooLate({ isBusy }: { isBusy: () => boolean }, failure: CheckFailure): Error {
  return isBusy()
    ? new NotObserved(`${failure.message}, but other programs keep this machine busy`, 'busy')
    : failure;
}

/** The error and its class, as the proxy classifies it; undefined for a 2xx response. */
export function refusalOf(
  side: RecordedUpstream,
  format: WireFormat,
  gateway = false,
): { error: ApiError; class: FailureClass } | undefined {
  const { status } = side;
  if (status === undefined || (status >= 200 && status < 300)) return undefined;
  const error = codecs[format].decodeError(status, textOf(side));
  return error && { error, class: classify(error, gateway) };
}

/** The failure of an exchange without a complete answer. */
export function toFailure(
  { upstream, failed }: RecordedExchange,
  outcome: Exclude<ClientOutcome, { kind: 'complete' }>,
  provider: string,
  format: WireFormat,
  remedyFor: (limit: Exclude<TimeLimit, 'client'>) => Remedy,
): CheckFailure {
  if (outcome.kind === 'violation')
    return new CheckFailure('occ', `occ violated a law of the stream: ${outcome.rule}`);
  const reason = outcome.error.message.split('\n', 1)[0] ?? '';
  const limit = failed?.limit;
  if (limit !== undefined && limit !== 'client') {
    // A cap on the whole stream is the user's choice; the other limits are reached only by a silent upstream.
    const fault = limit === 'streaming_timeout_ms' ? 'client' : 'provider';
    return new CheckFailure(fault, reason, { remedy: remedyFor(limit) });
  }
  if (failed?.trouble === 'encoding') return new CheckFailure('occ', reason);
  const side = upstream.at(-1);
  if (side === undefined) return new CheckFailure('client', reason);
  const refusal = refusalOf(side, format);
  if (refusal) {
    const { status, upstreamType } = refusal.error;
    const name = [status, upstreamType].filter((part) => part !== undefined).join(' ');
    return new CheckFailure(
      refusal.class === 'credentials' || refusal.class === 'client' ? 'client' : 'provider',
      `${provider} refused with ${name}: ${refusal.error.message}`,
    );
  }
  const { broken } = side.status === undefined ? {} : judgeUpstream(side, format);
  if (broken !== undefined) return new CheckFailure('provider', `${provider} ${broken}`);
  if (side.ended === 'broken') return new CheckFailure('provider', side.reason ?? reason);
  // occ aborts an answer that it cannot use, so the recording may end before the faulty part is complete.
  if (side.ended === 'aborted')
    return new CheckFailure('provider', `occ aborted the answer of ${provider}: ${reason}`);
  return new CheckFailure('occ', `${provider} sent a valid answer, but occ reported an error: ${reason}`);
}
