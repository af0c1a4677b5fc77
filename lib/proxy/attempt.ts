/**
 * One try of one model: sends the request, decodes the answer, holds it back until there is content (P2), then passes it on.
 * An attempt always ends in an outcome and never throws; what follows from the outcome is decided in `policy/`.
 */
import { setImmediate } from 'node:timers/promises';
import type { ApiError } from '../anthropic/errors.ts';
import { faultForLog } from '../errors.ts';
import { isRemark, type Decoded, type StreamEvent } from '../anthropic/events.ts';
import { guard } from '../anthropic/grammar.ts';
import type { Log } from '../log/log.ts';
import { compose, type Transducer } from '../stream/transducer.ts';
import { isLoopback } from '../loopback.ts';
import type { Turn } from '../wire/codec.ts';
import type { WireRoute } from '../wire/formats.ts';
import { codecs } from '../wire/codecs.ts';
import { answerProgress } from './answer-progress.ts';
import type { Clock } from './clock.ts';
import { deadlines, type Deadlines } from './deadlines.ts';
import type { Outcome, Position, TimeLimit, Trouble } from './policy/failures.ts';
import type { Candidate } from './policy/plan.ts';
import { printPrompt, type PromptPrint } from './policy/prompt-print.ts';
import { resetInFields, resetInWords } from './policy/reset-times.ts';
import { stepFor } from './policy/steps.ts';
import { withAddressFault } from './policy/address.ts';
import { diagnosed } from './policy/diagnosed.ts';
import { readRefusal } from './refusal.ts';
import { toSent } from './rejections/repair.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';
import { reportingSilence, type SilenceObserver } from './silence.ts';
import { ownBody, sameFormat } from './same-format.ts';
import type { Sink } from './sink.ts';
import { noteRemark, type Tally } from './tally.ts';
import type { Answer, Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

export interface Try {
  candidate: Candidate;
  /** Index into the provider's keys. */
  key: number;
  turn: Turn;
  /** Headers besides the codec's own: content type, User-Agent, session, betas. */
  headers: Record<string, string>;
  sink: Sink;
  /** Aborts when the client disconnects. */
  gone: AbortSignal;
  /** The limit of the whole attempt, if there is one. */
  total: TotalLimit | undefined;
  /** Receives a report each time nothing has come for a while; absent if no caller needs it. */
  silence?: SilenceObserver | undefined;
  upstream: Upstream;
  clock: Clock;
  log: Log;
}

/** A limit of `ms` milliseconds, and the setting it comes from; `client` is the client's own limit. */
export interface TotalLimit {
  ms: number;
  from: 'timeout_ms' | 'streaming_timeout_ms' | 'client';
}

export interface Attempted {
  outcome: Outcome;
  tally: Tally;
  /** A finished answer with no content, which is the answer if every attempt ends so (P6). */
  empty?: readonly StreamEvent[];
  /** What was sent, if the upstream began to answer it. */
  print?: PromptPrint | undefined;
}

/** Milliseconds that usage may follow the finish, and a price the end (P3). */
const trailingMs = 1500;

export async function attempt(tried: Try): Promise<Attempted> {
  const { candidate } = tried;
  const attempted = await ask(tried);
  const { headers, endpoint } = candidate.route;
  const key = candidate.provider.keys[tried.key]?.reveal();
  const secrets = secretsOf({ key, headers, endpoints: [endpoint] });
  const outcome = withReset(attempted.outcome, tried.clock.now());
  return {
    ...attempted,
    outcome: withAddressFault(
      diagnosed(withoutSecrets(outcome, secrets), candidate.route.modelId),
      candidate,
    ),
  };
}

/** An error inside an answer may name when a limit ends, as an error response does. */
function withReset(outcome: Outcome, now: number): Outcome {
  if (outcome.type !== 'failed' || outcome.trouble !== 'upstream') return outcome;
  const error: ApiError = { status: 0, ...outcome.error };
  const retryAfterMs = resetInFields(error, now) ?? resetInWords(outcome.error.message, now);
  return retryAfterMs === undefined ? outcome : { ...outcome, retryAfterMs };
}

async function ask(tried: Try): Promise<Attempted> {
  const { candidate, key, turn, gone, total, upstream, clock } = tried;
  const { route, provider } = candidate;
  const tally: Tally = {};
  const codec = codecs[route.format];
  const secret = provider.keys[key];
  if (secret === undefined && provider.missingKey !== undefined)
    return { outcome: keyless(provider.missingKey), tally };

  const limits = reportingSilence(deadlines(gone, clock, total?.ms), tried);
  try {
    const { headers, body, print } = prepare(tried, secret?.reveal());
    const started = clock.monotonic();
    const elapsed = (): number => Math.round(clock.monotonic() - started);
    limits.arm('headers', provider.timeouts.headersMs);
    const answer = await upstream.post(codec.url(route), headers, body, limits.signal);
    tally.headersMs = elapsed();
    tally.httpStatus = answer.status;
    if (answer.status < 200 || answer.status > 299) {
      const decode = (status: number, text: string) => codec.decodeError(status, text);
      const outcome = await readRefusal(answer, limits, clock.now(), decode);
      const ofGateway = provider.gateway && outcome.type === 'refused';
      return { outcome: ofGateway ? { ...outcome, gateway: true } : outcome, tally };
    }
    const decoder = sameFormat(turn, route) ?? codec;
    const stage = compose(decoder.decodeStream(route, turn), guard());
    const read = await readAnswer(answer, stage, limits, tried, tally, elapsed, print);
    return { ...read, print: print() };
  } catch (error) {
    const at = tally.headersMs === undefined ? 'before_headers' : 'before_content';
    return { outcome: toOutcome(error, limits, tried, at), tally };
  } finally {
    limits.end();
  }
}

/** The request to the upstream. `print` is called when the client no longer waits for it: it reads the whole prompt. */
function prepare(
  { candidate, turn, headers }: Try,
  key: string | undefined,
): { headers: Record<string, string>; body: string; print: () => PromptPrint | undefined } {
  const { route } = candidate;
  const codec = codecs[route.format];
  const all = merged(headers, codec.headers(route, key), route.headers);
  const sent = toSent(candidate, turn.request, all, turn.session, ownBody(turn));
  let unprinted: unknown = sent.body;
  let printed: PromptPrint | undefined;
  return {
    headers: sent.headers,
    body: JSON.stringify(sent.body),
    print() {
      if (unprinted !== undefined) printed = printPrompt(codec.prompt(unprinted, route));
      // The stream may last for minutes, in which the body is not needed.
      unprinted = undefined;
      return printed;
    },
  };
}

/** Reads an answer to its end. Throws what the network throws, unless the answer had finished by then. */
async function readAnswer(
  { body }: Answer,
  stage: Transducer<Uint8Array, Decoded>,
  limits: Deadlines,
  tried: Try,
  tally: Tally,
  elapsed: () => number,
  print: () => unknown,
): Promise<Attempted> {
  const { candidate, sink, log } = tried;
  const { firstEventMs, idleMs } = candidate.provider.timeouts;
  const progress = answerProgress(sink.whole);

  function take(decoded: Decoded): void {
    progress.take(decoded);
    if (!isRemark(decoded)) return;
    noteRemark(decoded, tally, log);
    if (decoded.type === 'finished') tally.finishedMs = elapsed();
  }

  /** Sends what may leave. Returns a promise while the client must read first. */
  function send(): Promise<void> | undefined {
    const released = progress.release();
    if (released.length === 0) return undefined;
    const first = tally.firstContentMs === undefined;
    tally.firstContentMs ??= elapsed();
    const sending = sink.accept(released);
    return first ? printAfter(sending) : sending;
  }

  /** Prints the prompt when the first content has left: Node writes it at the end of this turn of the event loop. */
  async function printAfter(sending: Promise<void> | undefined): Promise<void> {
    await sending;
    await setImmediate();
    print();
  }

  /** Whether to read on, and until when to wait for that. */
  function endPiece(bytes: number): boolean {
    const limit = progress.endChunk(bytes);
    if (progress.failed()) return false;
    if (limit !== 'unchanged') limits.arm('idle', limit === 'idle' ? idleMs : trailingMs);
    return true;
  }

  limits.arm('first_event', firstEventMs);
  try {
    await body.read((piece) => {
      stage.step(piece, take);
      const sending = send();
      if (sending === undefined) return endPiece(piece.length);
      limits.disarm();
      return sending.then(() => endPiece(piece.length));
    });
  } catch (error) {
    const at = progress.position();
    // A connection that breaks after the finish does not change the answer.
    if (stepFor('other', at) !== 'ignore') return { outcome: toOutcome(error, limits, tried, at), tally };
  }
  if (!progress.failed()) {
    stage.flush(take);
    limits.disarm();
    await send();
  }
  const stopReason = progress.stopReason();
  if (stopReason) tally.stopReason = stopReason;
  return { ...progress.end(), tally };
}

/** Later headers win, also when they are spelled in another case: two spellings would be two headers. */
export function merged(...all: Readonly<Record<string, string>>[]): Record<string, string> {
  const one: Record<string, string> = {};
  for (const headers of all)
    for (const [name, value] of Object.entries(headers)) one[name.toLowerCase()] = value;
  return one;
}

/** The outcome of an attempt that threw, decided by what ended it. */
function toOutcome(thrown: unknown, limits: Deadlines, tried: Try, at: Position): Outcome {
  const { candidate, total, log } = tried;
  const { headersMs, firstEventMs, idleMs } = candidate.provider.timeouts;
  const timedOut = (trouble: Trouble, limit: TimeLimit, ms: number, what: string): Outcome => {
    const message = `${what.replace('%', seconds(ms))}${limit === 'client' ? '' : ` (${limit})`}`;
    return { type: 'failed', trouble, error: { type: 'timeout_error', message }, limit, at };
  };
  switch (limits.ended()) {
    case 'gone':
      return { type: 'abandoned' };
    case 'headers':
      return timedOut('timeout', 'timeout_ms', headersMs, 'no answer within %');
    case 'first_event':
      return timedOut('timeout', 'first_event_timeout_ms', firstEventMs, 'no first event within %');
    case 'idle':
      return timedOut('stall', 'stream_idle_timeout_ms', idleMs, 'the upstream was silent for %');
    case 'total': {
      const { ms, from } = total ?? { ms: 0, from: 'timeout_ms' };
      return from === 'client'
        ? timedOut('client_limit', from, ms, 'no whole answer within the % that the client leaves')
        : timedOut('timeout', from, ms, 'no whole answer within %');
    }
    default:
  }
  if (thrown instanceof UpstreamError) {
    const { fault } = thrown;
    const notRunning = thrown.code === 'ECONNREFUSED' && isLocal(candidate.route);
    const message = notRunning ? `${thrown.message}: the server is not running` : thrown.message;
    const error = { type: 'api_error', message } as const;
    return {
      type: 'failed',
      trouble: thrown.trouble,
      error,
      at,
      ...(notRunning && { notRunning }),
      ...(fault !== undefined && { network: fault }),
    };
  }
  log({
    level: 'error',
    event: 'fault',
    where: 'attempt',
    ...faultForLog(thrown),
  });
  return unable('occ could not write this request in the upstream’s format; the log says why');
}

function isLocal(route: WireRoute): boolean {
  return isLoopback(new URL(codecs[route.format].url(route)).hostname);
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function unable(message: string): Outcome {
  return { type: 'failed', trouble: 'encoding', error: { type: 'api_error', message }, at: 'before_headers' };
}

function keyless(message: string): Outcome {
  const error = { status: 401, type: 'authentication_error', message, upstreamType: 'AuthError' } as const;
  return { type: 'refused', error, notSent: true };
}
