/**
 * One try of one model: ask, decode, hold back until there is content (P2), then pass on. It always ends in an outcome
 * and never throws: what to make of one is the policy's business.
 */
import { isContent, isRemark, type Decoded, type StreamEvent, type Usage } from '../anthropic/events.ts';
import { guard } from '../anthropic/grammar.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Log } from '../log/log.ts';
import { compose, type Transducer } from '../stream/transducer.ts';
import type { Turn } from '../wire/codec.ts';
import { codecs } from '../wire/codecs.ts';
import { deadlines, type Deadlines } from './deadlines.ts';
import type { Outcome, Position, Trouble } from './policy/failures.ts';
import { requestWithout } from './policy/parameters.ts';
import type { Candidate } from './policy/plan.ts';
import { stepFor } from './policy/steps.ts';
import { readRefusal } from './refusal.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';
import type { Sink } from './sink.ts';
import { UpstreamError, type Answer, type Upstream } from './upstream.ts';

export interface Try {
  candidate: Candidate;
  /** Index into the provider's keys. */
  key: number;
  request: MessagesRequest;
  turn: Turn;
  /** The conversation's id, see `session.ts`. */
  session: string;
  /** Beyond the codec's own: content type, User-Agent, session, betas. */
  headers: Record<string, string>;
  sink: Sink;
  gone: AbortSignal;
  /** A bound for the whole attempt in milliseconds, where there is one, and whether it is the client's and not a setting. */
  total: { ms: number; ofClient: boolean } | undefined;
  upstream: Upstream;
  log: Log;
}

export interface Tally {
  usage?: Usage;
  /** US dollars taken from a balance or, where only that is known, at list price. */
  cost?: number;
  headersMs?: number;
  firstContentMs?: number;
}

export interface Attempted {
  outcome: Outcome;
  tally: Tally;
  /** A finished answer with nothing in it, which is the honest one when every attempt ends so (P6). */
  empty?: readonly StreamEvent[];
}

/** How long usage may follow the finish, and a price the end (P3). */
const trailingMs = 1500;
/** Bytes of an answer that may wait here: for content, or for the end where nothing may leave before (L3). */
const mostHeld = 128 * 1024 * 1024;

export async function attempt(asked: Try): Promise<Attempted> {
  const { provider, route } = asked.candidate;
  const attempted = await ask(asked);
  const secrets = secretsOf(provider.keys[asked.key]?.reveal(), route.headers);
  return { ...attempted, outcome: withoutSecrets(attempted.outcome, secrets) };
}

async function ask(asked: Try): Promise<Attempted> {
  const { candidate, key, request, turn, gone, total, upstream } = asked;
  const { route, provider } = candidate;
  const tally: Tally = {};
  const codec = codecs[route.format];
  const secret = provider.keys[key];
  if (secret === undefined && provider.missingKey !== undefined)
    return { outcome: keyless(provider.missingKey), tally };

  const limits = deadlines(gone, total?.ms);
  try {
    const written = requestWithout(request, candidate.without ?? []);
    const body = JSON.stringify(codec.encodeRequest(written, route, asked.session));
    const headers = merged(asked.headers, codec.headers(route, secret?.reveal()), route.headers);
    const started = Date.now();
    limits.arm('headers', provider.timeouts.headersMs);
    const answer = await upstream.post(codec.url(route), headers, body, limits.signal);
    tally.headersMs = Date.now() - started;
    if (answer.status < 200 || answer.status > 299) {
      const outcome = await readRefusal(answer, limits, (status, text) => codec.decodeError(status, text));
      return { outcome, tally };
    }
    const stage = compose(codec.decodeStream(route, turn), guard());
    return await readAnswer(answer, stage, limits, asked, tally, started);
  } catch (error) {
    const at = tally.headersMs === undefined ? 'before_headers' : 'before_content';
    return { outcome: toOutcome(error, limits, asked, at), tally };
  } finally {
    limits.end();
  }
}

/** Reads an answer to its end. Throws what the network throws, unless the answer had been given by then. */
async function readAnswer(
  answer: Answer,
  stage: Transducer<Uint8Array, Decoded>,
  limits: Deadlines,
  asked: Try,
  tally: Tally,
  started: number,
): Promise<Attempted> {
  const { candidate, sink, log } = asked;
  const { firstEventMs, idleMs } = candidate.provider.timeouts;
  const state: Reading = { phase: 'silent', held: [], content: false, committed: false, failed: undefined };

  /** True when any of it was a part of the answer. */
  async function take(decoded: Iterable<Decoded>): Promise<boolean> {
    let events = false;
    for (const one of decoded) {
      if (state.phase === 'silent') state.phase = 'answering';
      if (isRemark(one)) hear(one);
      else if (one.type !== 'error') {
        events = true;
        state.held.push(one);
        if (isContent(one)) state.content = true;
        if (one.type === 'message_stop') state.phase = 'ended';
      }
    }
    if (state.held.length === 0 || !state.content) return events;
    // What came whole before a failure is still the client's, but only if it has seen a part of the answer already.
    if (sink.whole ? state.phase !== 'ended' : state.failed && !state.committed) return events;
    if (!state.committed) tally.firstContentMs = Date.now() - started;
    state.committed = !sink.whole;
    const batch = state.held;
    state.held = [];
    limits.disarm();
    await sink.accept(batch);
    return events;
  }

  function hear(remark: Exclude<Decoded, StreamEvent>): void {
    switch (remark.type) {
      case 'finished':
        if (state.phase !== 'ended') state.phase = 'finished';
        return;
      case 'failed': {
        const { reason, error, status } = remark;
        state.failed = {
          type: 'failed',
          trouble: reason,
          error,
          at: seenOf(state),
          ...(status !== undefined && { status }),
        };
        return;
      }
      case 'usage':
        tally.usage = remark.usage;
        return;
      case 'cost':
        // What was billed counts, and the list price only where nothing else is known.
        if (remark.basis === 'billed' || tally.cost === undefined) tally.cost = remark.dollars;
        return;
      case 'dropped':
        log({ level: 'info', event: 'dropped', what: remark.what });
        return;
      case 'note':
        log({ level: 'info', event: 'note', text: remark.text });
    }
  }

  function rearm(before: Reading['phase'], events: boolean): void {
    if (state.phase === 'answering') limits.arm('idle', idleMs);
    // After the finish the time runs once: only more of the answer earns it anew, for comments may come for ever.
    else if (state.phase !== before || events) limits.arm('idle', trailingMs);
  }

  let waiting = 0;
  limits.arm('first_event', firstEventMs);
  try {
    for await (const chunk of answer.body) {
      const before = state.phase;
      const events = await take(stage.step(chunk));
      waiting = state.held.length > 0 ? waiting + chunk.length : 0;
      if (waiting > mostHeld) state.failed ??= tooMuch(seenOf(state));
      if (state.failed) break;
      if (state.phase !== 'silent') rearm(before, events);
    }
  } catch (error) {
    const at = positionOf(state);
    // A break after the finish breaks nothing: the answer had been given (contract 5.5).
    if (stepFor('other', at) !== 'ignore') return { outcome: toOutcome(error, limits, asked, at), tally };
  }
  if (!state.failed) await take(stage.flush());
  if (state.failed) return { outcome: state.failed, tally };
  if (state.content) return { outcome: { type: 'answered' }, tally };
  const error = {
    type: 'api_error',
    message: 'the upstream finished its answer with nothing in it',
  } as const;
  return {
    outcome: { type: 'failed', trouble: 'empty', error, at: 'before_content' },
    tally,
    empty: state.held,
  };
}

interface Reading {
  /** `finished`: only usage may follow. `ended`: the last event has been decoded. */
  phase: 'silent' | 'answering' | 'finished' | 'ended';
  /** Events that have not left, for there was no content yet, or the answer must be whole first. */
  held: StreamEvent[];
  content: boolean;
  /** The client has seen some of it: no other model may answer now. */
  committed: boolean;
  failed: Failed | undefined;
}

/** Where the client stands. */
function seenOf({ committed }: Reading): Position {
  return committed ? 'after_content' : 'before_content';
}

/** Where a connection broke. */
function positionOf(state: Reading): Position {
  return state.phase === 'finished' || state.phase === 'ended' ? 'after_finish' : seenOf(state);
}

type Failed = Extract<Outcome, { type: 'failed' }>;

/** Later ones win, however they are spelled: two spellings of one name would be two headers. */
function merged(...all: Readonly<Record<string, string>>[]): Record<string, string> {
  const entries = all.flatMap((headers) => Object.entries(headers));
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

/** What a throw means, told by what ended the attempt. */
function toOutcome(thrown: unknown, limits: Deadlines, asked: Try, at: Position): Outcome {
  const { candidate, sink, total, log } = asked;
  const { headersMs, firstEventMs, idleMs } = candidate.provider.timeouts;
  const timedOut = (trouble: Trouble, message: string): Outcome => {
    return { type: 'failed', trouble, error: { type: 'timeout_error', message }, at };
  };
  switch (limits.ended()) {
    case 'gone':
      return { type: 'abandoned' };
    case 'headers':
      return timedOut('timeout', `no answer within ${seconds(headersMs)} (timeout_ms)`);
    case 'first_event':
      return timedOut('timeout', `no first event within ${seconds(firstEventMs)} (first_event_timeout_ms)`);
    case 'idle':
      return timedOut('stall', `the upstream was silent for ${seconds(idleMs)} (stream_idle_timeout_ms)`);
    case 'total':
      return total?.ofClient
        ? timedOut('client_limit', `no whole answer within the ${seconds(total.ms)} that the client leaves`)
        : timedOut(
            'timeout',
            `no whole answer within ${seconds(total?.ms ?? 0)} (${sink.whole ? 'timeout_ms' : 'streaming_timeout_ms'})`,
          );
    default:
  }
  if (thrown instanceof UpstreamError) {
    const error = { type: 'api_error', message: thrown.message } as const;
    return { type: 'failed', trouble: thrown.trouble, error, at };
  }
  log({
    level: 'error',
    event: 'fault',
    where: 'attempt',
    error: String(thrown),
    stack: (thrown as Error).stack,
  });
  return unable('occ could not write this request in the upstream’s format; the log says why');
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function tooMuch(at: Position): Failed {
  const message = 'the answer grew past every bound before any of it could be passed on';
  return { type: 'failed', trouble: 'overflow', error: { type: 'api_error', message }, at };
}

function unable(message: string): Outcome {
  return { type: 'failed', trouble: 'encoding', error: { type: 'api_error', message }, at: 'before_headers' };
}

function keyless(message: string): Outcome {
  const error = { status: 401, type: 'authentication_error', message, upstreamType: 'AuthError' } as const;
  return { type: 'refused', error };
}
