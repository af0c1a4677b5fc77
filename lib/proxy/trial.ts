/** The models of a plan, tried one after the other until one answers or there is nothing left to try (contract 5.2). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '../anthropic/events.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import type { Settings } from '../config/settings.ts';
import type { Turn } from '../wire/codec.ts';
import { attempt, type Attempted, type Try } from './attempt.ts';
import type { Permit } from './memory.ts';
import { classOf, type Outcome, type Tried } from './policy/failures.ts';
import { lessonInWords, mend, type Mend } from './policy/learned.ts';
import type { Candidate, PassedOver, Plan } from './policy/plan.ts';
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

/** How far a trial has come. */
interface Course {
  /** In the plan's order; a mend changes one. */
  candidates: Candidate[];
  tried: Tried[];
  /** What was changed, by candidate. */
  mends: Map<number, Mend[]>;
  /** Candidates that may not be asked now, and why. */
  barred: Map<number, PassedOver>;
  /** Everyone was barred. */
  lastResort: boolean;
  began: number;
  /** A finished answer with nothing in it, should every attempt end so (P6). */
  empty?: { events: readonly StreamEvent[]; headers: Record<string, string> };
}

/** One attempt that may be made. */
interface Chosen {
  index: number;
  candidate: Candidate;
  key: number;
  permit: Permit;
}

/** Ends in the reply: the answer of one model, or what the client is told of all that failed. */
export async function tryModels(trial: Trial, road: Road): Promise<void> {
  const course: Course = {
    candidates: [...trial.plan.candidates],
    tried: [],
    mends: new Map(),
    barred: new Map(),
    lastResort: false,
    began: Date.now(),
  };
  for (;;) {
    const chosen = await choose(course, trial, road);
    if (trial.gone.aborted) return;
    if (!chosen) return conclude(course, trial, road);
    const outcome = await tryOne(chosen, course, trial, road);
    if (outcome.type === 'abandoned') return;
    if (outcome.type === 'answered') {
      if (chosen.index > 0) road.counts.fallbacks++;
      return;
    }
  }
}

/** The next attempt, once its time has come; undefined when there is none, or the client has left. */
async function choose(course: Course, trial: Trial, road: Road): Promise<Chosen | undefined> {
  const { candidates, tried, barred } = course;
  const { gone, requestId, settings } = trial;
  for (;;) {
    const last = tried.at(-1);
    const provider = last && candidates[last.candidate]?.provider.name;
    const mayRetry = provider === undefined || road.memory.mayRetry(provider, Date.now());
    const passed = new Set(barred.keys());
    const decision = decide(candidates, tried, settings.retry, road.random(), { passed, mayRetry });
    if (decision.type === 'give_up') {
      // Everyone is barred: whoever is gone or spent may be so no longer, and nothing is lost by asking.
      const doubtful = [...barred].filter(([, { hindrance }]) => hindrance?.kind !== 'breaker');
      if (tried.length > 0 || doubtful.length === 0 || course.lastResort) return undefined;
      course.lastResort = true;
      for (const [index] of doubtful) barred.delete(index);
      continue;
    }
    const { candidate: index, key, waitMs } = decision;
    const candidate = candidates[index];
    if (!candidate) return undefined;
    if (!mayRetry && index !== last?.candidate)
      road.log({ level: 'info', event: 'retries_spent', request: requestId, provider });
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: gone }).catch(() => {});
    if (gone.aborted) return undefined;

    const permit = road.memory.admit(candidate, settings, Date.now(), course.lastResort);
    if (!('kind' in permit)) {
      const again = index === last?.candidate && !last.mended && key === last.key;
      road.memory.spend(candidate.provider.name, again ? 'retry' : 'attempt', Date.now());
      return { index, candidate, key, permit };
    }
    const { kind, reason } = permit;
    const model = nameOf(candidate);
    barred.set(index, { model, reason, hindrance: permit });
    road.log({ level: 'info', event: 'passed_over', request: requestId, model, kind, reason });
  }
}

async function tryOne(
  { index, candidate, key, permit }: Chosen,
  course: Course,
  { turn, session, headers, requestId, reply, gone, settings, limitMs }: Trial,
  road: Road,
): Promise<Outcome> {
  const { candidates, tried, mends } = course;
  const { request } = turn;
  const number = tried.length + 1;
  const isLast = index === candidates.length - 1 || number === settings.retry.maxAttemptsTotal;
  const result = await attempt({
    candidate,
    key,
    request,
    turn,
    session,
    headers: headers(candidate),
    sink: heard(sinkFor(reply, request, answeredBy(candidate, number)), permit),
    gone,
    total: totalFor(candidate, request, limitMs, Date.now() - course.began, isLast),
    upstream: road.upstream,
    log: (entry) => road.log({ request: requestId, ...entry }),
  });
  const { outcome } = result;
  permit.end(outcome, Date.now());
  if (outcome.type === 'answered') road.quotas.note(candidate.provider, 'answered', Date.now());
  else if (classOf(outcome) === 'quota') road.quotas.note(candidate.provider, 'spent', Date.now());
  record(result, candidate, number, requestId, road);
  if (result.empty) course.empty = { events: result.empty, headers: answeredBy(candidate, number) };

  const made = mends.get(index) ?? [];
  if (helped(result)) learn(candidate, made, road);
  const mayMend = number < settings.retry.maxAttemptsTotal;
  const mended = mayMend ? mend(candidate, outcome, request, refusedFormats(made)) : undefined;
  // Refused in every format its provider has: it is as good as gone.
  if (mayMend && !mended && outcome.type === 'refused' && classOf(outcome) === 'format') {
    const { message } = outcome.error;
    road.memory.learn(candidate, { what: 'gone', reason: message }, message, Date.now());
  }
  if (mended) {
    mends.set(index, [...made, mended]);
    candidates[index] = mended.candidate;
    const what = lessonInWords(mended.lesson);
    road.log({ level: 'info', event: 'mended', request: requestId, model: nameOf(candidate), what });
  }
  tried.push({ candidate: index, key, outcome, ...(mended && { mended: true }) });
  return outcome;
}

/** Nothing is left to try. */
async function conclude(
  { candidates, tried, barred, empty }: Course,
  trial: Trial,
  road: Road,
): Promise<void> {
  const onlyEmpty = tried.every(({ outcome }) => outcome.type === 'failed' && outcome.trouble === 'empty');
  if (onlyEmpty && empty) return sinkFor(trial.reply, trial.turn.request, empty.headers).accept(empty.events);
  const passedOver = [...trial.plan.passedOver, ...barred.values()];
  refuse({ ...trial, plan: { ...trial.plan, candidates, passedOver } }, tried, road);
}

function refuse({ plan, turn, requestId, reply }: Trial, tried: readonly Tried[], road: Road): void {
  road.counts.failures++;
  const last = tried.at(-1)?.outcome;
  // In mid-answer only the break itself matters: that others were not tried is no failure of theirs.
  const broke = last?.type === 'failed' && last.at === 'after_content' ? last.error : undefined;
  const whole = verdict(plan, tried, turn.inputTokens);
  const refusal = broke ? { ...whole, type: broke.type, message: broke.message } : whole;
  const { status, message } = refusal;
  road.counts.lastError = { at: new Date().toISOString(), request: requestId, status, message };
  road.log({ level: 'warn', event: 'refused', request: requestId, status, message });
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
  for (const { lesson, why, general } of mends)
    if (general) road.memory.learn(candidate, lesson, why, Date.now());
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
  road.modelStats.note({ model: nameOf(candidate), format, end, headersMs, firstContentMs }, new Date());
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
