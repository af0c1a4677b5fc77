/** The models of a plan, tried one after the other until one answers or there is nothing left to try (contract 5.2). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '../anthropic/events.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Settings } from '../config/schema.ts';
import type { Turn } from '../wire/codec.ts';
import { attempt, type Attempted, type Try } from './attempt.ts';
import type { Permit } from './memory.ts';
import type { Tried } from './policy/attempts.ts';
import { mend, type Mend } from './policy/learned.ts';
import type { Candidate, PassedOver, Plan } from './policy/route.ts';
import { decide } from './policy/steps.ts';
import { nameOf, reasonOf, verdict } from './policy/verdict.ts';
import type { Reply } from './reply.ts';
import { addTally, type Road } from './road.ts';
import { sinkFor, type Sink } from './sink.ts';

export interface Trial {
  plan: Plan;
  turn: Turn;
  /** The conversation's id, see `session.ts`. */
  session: string;
  headers: (candidate: Candidate) => Record<string, string>;
  requestId: string;
  reply: Reply;
  /** Aborts when the client has left. */
  gone: AbortSignal;
  settings: Settings;
  /** Milliseconds the client waits for a whole answer, where it said so. */
  limitMs: number | undefined;
}

/** Ends in the reply: the answer of one model, or what the client is told of all that failed. */
export async function tryModels(trial: Trial, road: Road): Promise<void> {
  const { turn, session, headers, requestId, reply, gone, settings, limitMs } = trial;
  const { request } = turn;
  const { retry } = settings;
  /** Changed by mends. */
  const candidates = [...trial.plan.candidates];
  const tried: Tried[] = [];
  const mends = new Map<number, Mend[]>();
  const barred = new Map<number, PassedOver>();
  const began = Date.now();
  let lastResort = false;
  let empty: { events: readonly StreamEvent[]; headers: Record<string, string> } | undefined;

  for (;;) {
    const last = tried.at(-1);
    const provider = last && candidates[last.candidate]?.provider.name;
    const decision = decide(candidates, tried, retry, road.random(), {
      passed: new Set(barred.keys()),
      mayRetry: provider === undefined || road.memory.mayRetry(provider, Date.now()),
    });
    if (decision.type === 'give_up') {
      // Everyone is barred: whoever is gone or spent may be so no longer, and nothing is lost by asking.
      if (tried.length > 0 || barred.size === 0 || lastResort) break;
      lastResort = true;
      barred.clear();
      continue;
    }
    const candidate = candidates[decision.candidate];
    if (!candidate) break;
    if (decision.waitMs > 0) await sleep(decision.waitMs, undefined, { signal: gone }).catch(() => {});
    if (gone.aborted) return;

    const permit = road.memory.admit(candidate, settings, Date.now(), lastResort);
    if ('kind' in permit) {
      barred.set(decision.candidate, {
        model: nameOf(candidate),
        reason: permit.reason,
        hindrance: permit,
      });
      const { kind, reason } = permit;
      road.log({
        level: 'info',
        event: 'passed_over',
        request: requestId,
        model: nameOf(candidate),
        kind,
        reason,
      });
      continue;
    }
    const { key } = decision;
    const again = decision.candidate === last?.candidate && !last.mended && key === last.key;
    road.memory.spend(candidate.provider.name, again ? 'retry' : 'attempt', Date.now());
    const isLast =
      decision.candidate === candidates.length - 1 || tried.length + 1 === retry.maxAttemptsTotal;
    const result = await attempt({
      candidate,
      key,
      request,
      turn,
      session,
      headers: headers(candidate),
      sink: heard(sinkFor(reply, request, answeredBy(candidate, tried.length + 1)), permit),
      gone,
      total: totalFor(candidate, request, limitMs, Date.now() - began, isLast),
      upstream: road.upstream,
      log: (entry) => road.log({ request: requestId, ...entry }),
    });
    const { outcome } = result;
    permit.end(outcome, Date.now());
    const made = mends.get(decision.candidate) ?? [];
    if (helped(result)) learn(candidate, made, road);
    const mayMend = tried.length + 1 < retry.maxAttemptsTotal;
    const next = mayMend ? mend(candidate, outcome, request, refusedFormats(made)) : undefined;
    tried.push({ candidate: decision.candidate, key, outcome, ...(next && { mended: true }) });
    if (result.empty) empty = { events: result.empty, headers: answeredBy(candidate, tried.length) };
    record(result, candidate, tried.length, requestId, road);
    if (next) {
      mends.set(decision.candidate, [...made, next]);
      candidates[decision.candidate] = next.candidate;
    }

    if (outcome.type === 'abandoned') return;
    if (outcome.type === 'answered') {
      if (decision.candidate > 0) road.counts.fallbacks++;
      return;
    }
  }

  if (gone.aborted) return;
  const onlyEmpty =
    tried.length > 0 &&
    tried.every(({ outcome }) => outcome.type === 'failed' && outcome.trouble === 'empty');
  if (onlyEmpty && empty) return sinkFor(reply, request, empty.headers).accept(empty.events);
  const passedOver = [...trial.plan.passedOver, ...barred.values()];
  refuse({ ...trial, plan: { ...trial.plan, candidates, passedOver } }, tried, road);
}

function refuse({ plan, turn, requestId, reply }: Trial, tried: readonly Tried[], road: Road): void {
  road.counts.failures++;
  const refusal = verdict(plan, tried, turn.inputTokens);
  const { status, message } = refusal;
  road.counts.lastError = { at: new Date().toISOString(), request: requestId, status, message };
  road.log({ level: 'warn', event: 'refused', request: requestId, status, message });
  const last = tried.at(-1)?.outcome;
  // In mid-answer only the break itself matters: that others were not tried is no failure of theirs.
  if (last?.type === 'failed' && last.at === 'after_content')
    return reply.refuse({ ...refusal, type: last.error.type, message: last.error.message });
  reply.refuse(refusal);
}

/** The sink, which tells when the first content is on its way to the client. */
function heard(sink: Sink, permit: Permit): Sink {
  let first = true;
  return {
    whole: sink.whole,
    accept(events) {
      if (first) permit.content(Date.now());
      first = false;
      return sink.accept(events);
    },
  };
}

/** A mend has helped when the model answers, or has begun to. */
function helped({ outcome, tally }: Attempted): boolean {
  return outcome.type === 'answered' || tally.firstContentMs !== undefined;
}

/** All that was mended, of which the latest format is the one that works. */
function learn(candidate: Candidate, mends: readonly Mend[], road: Road): void {
  for (const { lesson, general } of mends) if (general) road.memory.learn(candidate, lesson, Date.now());
}

function refusedFormats(mends: readonly Mend[]): Candidate['route']['format'][] {
  return mends.flatMap(({ lesson }) => (lesson.what === 'format' ? lesson.refused : []));
}

/** Who answered, and how many were asked; a name may hold what a header may not. */
function answeredBy(candidate: Candidate, attempts: number): Record<string, string> {
  return {
    'x-occ-model': nameOf(candidate).replace(/[^\x20-\x7e]/g, '?'),
    'x-occ-attempts': String(attempts),
  };
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
): Try['total'] {
  const { headersMs, streamingMs } = provider.timeouts;
  if (request.stream === true)
    return streamingMs === undefined ? undefined : { ms: streamingMs, ofClient: false };
  const left = limitMs === undefined ? Infinity : Math.max(1, limitMs - spentMs);
  const ofClient = isLast ? left : left / 2;
  return ofClient < headersMs ? { ms: ofClient, ofClient: true } : { ms: headersMs, ofClient: false };
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
