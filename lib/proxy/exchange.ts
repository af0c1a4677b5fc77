/**
 * One Messages request, from arrival to its last byte. Read this first: every noun in it is a file of that name.
 *
 *   readBody → planRoutes → attempt, as often as the policy allows → reply
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { estimateTokens } from '../anthropic/estimate.ts';
import { messageStart, usageOf, type StreamEvent, type Usage } from '../anthropic/events.ts';
import { foldMessage } from '../anthropic/fold.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import { serverTools } from '../anthropic/tools.ts';
import type { Retry, Settings } from '../config/schema.ts';
import { toText } from '../stream/json.ts';
import type { Turn } from '../wire/codec.ts';
import { userAgent } from '../version.ts';
import { attempt, type Attempted, type Sink } from './attempt.ts';
import { readBody, toRequest } from './inbound.ts';
import { decide, type Tried } from './policy/attempts.ts';
import { planRoutes, type Candidate, type Plan } from './policy/route.ts';
import { nameOf, reasonOf, verdict } from './policy/verdict.ts';
import type { Reply } from './reply.ts';
import { addTally, type Road } from './road.ts';
import { sessionId } from './session.ts';

export interface Exchange {
  req: IncomingMessage;
  reply: Reply;
  /** Aborts when the client has left. */
  gone: AbortSignal;
  requestId: string;
  /** The snapshot this request sees to its end. */
  settings: Settings;
}

/** Throws a Refused for a request that is none; everything else ends in the reply. */
export async function exchange(
  { req, reply, gone, requestId, settings }: Exchange,
  road: Road,
): Promise<void> {
  const request = toRequest(await readBody(req));
  const inputTokens = estimateTokens(request);
  const requestClass = toText(req.headers['x-claude-code-request-class']);
  const plan = planRoutes({ request, inputTokens, requestClass }, settings);
  const session = sessionId(req.headers, request);
  const turn: Turn = { request, messageId: `msg_${randomBytes(12).toString('hex')}`, inputTokens };
  const serverSide = serverTools(request).map(({ name }) => name);
  road.log({
    level: 'info',
    event: 'request',
    request: requestId,
    model: request.model,
    stream: request.stream === true,
    inputTokens,
    route: plan.reason,
    models: plan.candidates.map(nameOf),
    // Tools that Anthropic's own servers run: nobody else is sent them, and that is not to go unsaid.
    ...(serverSide.length > 0 && { serverTools: serverSide }),
  });

  // When no content has come for the heartbeat's time, the frame goes out, so that the client waits on (contract 5.3).
  const early = setTimeout(() => {
    if (request.stream === true)
      void reply.start(messageStart(turn.messageId, request.model, usageOf(inputTokens)));
  }, settings.heartbeatMs);
  try {
    await tryModels(
      {
        plan,
        turn,
        session,
        headers: outgoingHeaders(req, session),
        requestId,
        reply,
        gone,
        retry: settings.retry,
        limitMs: clientLimit(req, request),
      },
      road,
    );
  } finally {
    clearTimeout(early);
  }
}

interface Trial {
  plan: Plan;
  turn: Turn;
  session: string;
  headers: (candidate: Candidate) => Record<string, string>;
  requestId: string;
  reply: Reply;
  gone: AbortSignal;
  retry: Retry;
  /** Milliseconds the client waits for a whole answer, where it said so. */
  limitMs: number | undefined;
}

async function tryModels(
  { plan, turn, session, headers, requestId, reply, gone, retry, limitMs }: Trial,
  road: Road,
): Promise<void> {
  const { candidates } = plan;
  const { request } = turn;
  const tried: Tried[] = [];
  const began = Date.now();
  let empty: { events: readonly StreamEvent[]; headers: Record<string, string> } | undefined;

  for (;;) {
    const decision = decide(candidates, tried, retry, road.random());
    if (decision.type === 'give_up') break;
    const candidate = candidates[decision.candidate];
    if (!candidate) break;
    if (decision.waitMs > 0) await sleep(decision.waitMs, undefined, { signal: gone }).catch(() => {});
    if (gone.aborted) return;

    const sink = sinkFor(reply, request, answeredBy(candidate, tried.length + 1));
    const isLast =
      decision.candidate === candidates.length - 1 || tried.length + 1 === retry.maxAttemptsTotal;
    const totalMs = totalFor(candidate, request, limitMs, Date.now() - began, isLast);
    const { key } = decision;
    const result = await attempt({
      candidate,
      key,
      request,
      turn,
      session,
      headers: headers(candidate),
      sink,
      gone,
      totalMs,
      upstream: road.upstream,
      log: (entry) => road.log({ request: requestId, ...entry }),
    });
    tried.push({ candidate: decision.candidate, key, outcome: result.outcome });
    if (result.empty) empty = { events: result.empty, headers: answeredBy(candidate, tried.length) };
    record(result, candidate, tried.length, requestId, road);

    if (result.outcome.type === 'abandoned') return;
    if (result.outcome.type === 'answered') {
      if (decision.candidate > 0) road.counts.fallbacks++;
      return;
    }
  }

  if (gone.aborted) return;
  const onlyEmpty =
    tried.length > 0 &&
    tried.every(({ outcome }) => outcome.type === 'failed' && outcome.trouble === 'empty');
  if (onlyEmpty && empty) return sinkFor(reply, request, empty.headers).accept(empty.events);
  road.counts.failures++;
  const refusal = verdict(plan, tried, turn.inputTokens);
  road.counts.lastError = {
    at: new Date().toISOString(),
    request: requestId,
    status: refusal.status,
    message: refusal.message,
  };
  road.log({
    level: 'warn',
    event: 'refused',
    request: requestId,
    status: refusal.status,
    message: refusal.message,
  });
  const committed = tried.some(({ outcome }) => outcome.type === 'failed' && outcome.committed);
  const last = tried.at(-1)?.outcome;
  // In mid-answer only the break itself matters: that others were not tried is no failure of theirs.
  if (committed && last?.type === 'failed')
    return reply.refuse({ ...refusal, type: last.error.type, message: last.error.message });
  reply.refuse(refusal);
}

/** Who answered, and how many were asked; a name may hold what a header may not. */
function answeredBy(candidate: Candidate, attempts: number): Record<string, string> {
  return {
    'x-occ-model': nameOf(candidate).replace(/[^\x20-\x7e]/g, '?'),
    'x-occ-attempts': String(attempts),
  };
}

/** Streams events on, or gathers them into the one message that `stream: false` asked for. */
function sinkFor(reply: Reply, request: MessagesRequest, headers: Record<string, string>): Sink {
  if (request.stream !== true) {
    return {
      whole: true,
      accept: async (events) => {
        const message = foldMessage(events);
        if (message) reply.message(message, headers);
      },
    };
  }
  /** What the upstream counted in a start that came after the frame had left: the ending says it instead. */
  let unsaid: Usage | undefined;
  return {
    whole: false,
    async accept(events) {
      const rest: StreamEvent[] = [];
      for (const event of events) {
        if (event.type === 'message_start' && reply.started()) unsaid = event.message.usage;
        else if (event.type === 'message_start') await reply.start(event, headers);
        else if (event.type === 'message_delta' && unsaid)
          rest.push({ ...event, usage: { ...unsaid, ...event.usage } });
        else rest.push(event);
      }
      if (rest.length > 0) await reply.send(rest);
    },
  };
}

/** The headers every upstream gets, and those that only some may (facts: gateways forward what they do not read). */
function outgoingHeaders(req: IncomingMessage, session: string): Trial['headers'] {
  const betas = toText(req.headers['anthropic-beta']);
  return ({ provider, route }) => ({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'user-agent': userAgent,
    ...(provider.sessionHeader !== undefined && { [provider.sessionHeader]: session }),
    ...(route.quirks.betas && betas !== '' && { 'anthropic-beta': betas }),
  });
}

/** Less than the client's own limit, so that it hears of a failure instead of giving up (contract 3, Timeouts). */
const earlierThanClientMs = 5000;

function clientLimit(req: IncomingMessage, request: MessagesRequest): number | undefined {
  const seconds = Number(req.headers['x-stainless-timeout'] ?? NaN);
  if (request.stream === true || !Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.max(1000, seconds * 1000 - earlierThanClientMs);
}

/**
 * How long one attempt may take in all. A stream has no bound but a configured one. A whole answer has `timeout_ms`, and
 * what is left of the client's patience: all of it for the last model, half for any before.
 */
function totalFor(
  { provider }: Candidate,
  request: MessagesRequest,
  limitMs: number | undefined,
  spentMs: number,
  isLast: boolean,
): number | undefined {
  const { headersMs, streamingMs } = provider.timeouts;
  if (request.stream === true) return streamingMs;
  if (limitMs === undefined) return headersMs;
  const left = Math.max(1, limitMs - spentMs);
  return Math.min(headersMs, isLast ? left : left / 2);
}

function record(
  { outcome, tally }: Attempted,
  candidate: Candidate,
  number: number,
  requestId: string,
  road: Road,
): void {
  addTally(road.counts, tally);
  const ok = outcome.type === 'answered' || outcome.type === 'abandoned';
  const { headersMs, firstContentMs } = tally;
  const { format } = candidate.route;
  const end = ok ? outcome.type : { failure: reasonOf(outcome) };
  road.standings.note({ model: nameOf(candidate), format, end, headersMs, firstContentMs }, new Date());
  road.log({
    level: ok ? 'info' : 'warn',
    event: 'attempt',
    request: requestId,
    attempt: number,
    model: nameOf(candidate),
    format,
    outcome: outcome.type,
    ...(typeof end === 'object' && { reason: end.failure }),
    ...tally,
  });
}
