/** Tries the models of a plan one after the other, until one answers or nothing is left to try. */
import { nameForLog } from '../redact.ts';
import { failureForLog } from './policy/failure-log.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import { answeredBy, conclude, notTried, toAnswered } from './conclude.ts';
import { attempt, merged, type Attempted, type TotalLimit } from './attempt.ts';
import { wait } from './clock.ts';
import type { Course, Trial } from './course.ts';
import type { Permit } from './memory.ts';
import type { CacheRecord } from './policy/cache-causes.ts';
import { classOf, diagnosisOf, type Outcome } from './policy/failures.ts';
import { nameOf, type Candidate } from './policy/plan.ts';
import { decide } from './policy/steps.ts';
import { reasonOf } from './policy/summary.ts';
import { describeChange } from './rejections/changes.ts';
import { keptRepairs, nextRepair, type Repairs } from './rejections/repair.ts';
import { addUsage, fallbackFrom, toAttemptRecord, toPassedOverRecord } from './recent.ts';
import { ownBody } from './same-format.ts';
import { keyed } from './keyed.ts';
import { refreshQuota } from './quota-watch.ts';
import { noteCache } from './note-cache.ts';
import { addTally, type Road } from './road.ts';
import { sinkFor, type Sink } from './sink.ts';
import { settleTally } from './spent.ts';
import { observerFor } from './waiting.ts';

/** One attempt that may be made. */
interface Chosen {
  index: number;
  candidate: Candidate;
  key: number;
  permit: Permit;
}

interface RecordedAttempt {
  candidate: Candidate;
  number: number;
  /** On the monotonic clock. */
  began: number;
  cache: CacheRecord | undefined;
}

/** Ends in the reply: one model's answer, or the error that sums up all failures. */
export async function tryModels(trial: Trial, road: Road): Promise<void> {
  const course: Course = {
    candidates: [...trial.plan.candidates],
    tried: [],
    repairs: new Map(),
    barred: new Map(),
    lastResort: false,
    began: road.monotonic(),
  };
  for (;;) {
    const chosen = await choose(course, trial, road);
    if (trial.gone.aborted) return;
    if (!chosen) return conclude(course, trial, road);
    const outcome = await tryOne(chosen, course, trial, road);
    if (outcome.type === 'abandoned') return;
    if (outcome.type === 'answered') return noteAnswer(chosen, course, trial, road);
  }
}

/** Counts an answer, and records it with what had happened to the models before it. */
function noteAnswer({ index, candidate, key }: Chosen, course: Course, trial: Trial, road: Road): void {
  const { record, plan } = trial;
  record.ending = 'answered';
  record.answered = toAnswered(candidate);
  road.memory.keepKey(trial.turn.session, candidate, key, road.now());
  record.passedOver = [...plan.passedOver, ...notTried(course, road, index)].map(toPassedOverRecord);
  if (index === 0) return;
  road.counts.fallbacks++;
  record.fallbackFrom = fallbackFrom(nameOf(course.candidates[0]), record);
}

/** The next attempt, after the wait it needs; undefined when there is none or the client has disconnected. */
async function choose(course: Course, trial: Trial, road: Road): Promise<Chosen | undefined> {
  const { candidates, tried, barred } = course;
  const { gone, requestId, settings } = trial;
  for (;;) {
    const last = tried.at(-1);
    const provider = last && candidates[last.candidate]?.provider.name;
    const mayRetry = provider === undefined || road.memory.mayRetry(provider, road.now());
    const passed = new Set(barred.keys());
    const keys = (one: Candidate): readonly number[] =>
      road.memory.keys(one, road.now(), course.lastResort, trial.turn.session);
    const decision = decide(candidates, tried, settings.retry, road.random(), { passed, mayRetry, keys });
    if (decision.type === 'give_up') {
      // With every candidate barred, nothing is lost by trying those whose quota or absence may have ended.
      const retriable = [...barred].filter(([, { hindrance }]) => hindrance?.kind !== 'breaker');
      if (tried.length > 0 || retriable.length === 0 || course.lastResort) return undefined;
      course.lastResort = true;
      for (const [index] of retriable) barred.delete(index);
      continue;
    }
    const { candidate: index, key, waitMs } = decision;
    const candidate = await keyed(candidates, index, gone);
    if (!candidate || gone.aborted) return undefined;
    if (!mayRetry && index !== last?.candidate)
      road.log({ level: 'info', event: 'retries_spent', request: requestId, provider });
    if (waitMs > 0) await wait(road, waitMs, gone);
    if (gone.aborted) return undefined;

    const permit = road.memory.admit(candidate, key, settings, road.now(), course.lastResort);
    if (!('kind' in permit)) {
      const again = index === last?.candidate && !last.repaired && key === last.key;
      road.memory.spend(candidate.provider.name, again ? 'retry' : 'attempt', road.now());
      return { index, candidate, key, permit };
    }
    const { kind, reason } = permit;
    const model = nameOf(candidate);
    if (kind === 'quota') refreshQuota(candidate.provider, road);
    barred.set(index, { model, reason, hindrance: permit });
    trial.recording.barred(model, permit);
    road.log({ level: 'info', event: 'passed_over', request: requestId, model, kind, waitMs: permit.waitMs });
  }
}

async function tryOne(
  { index, candidate, key, permit }: Chosen,
  course: Course,
  trial: Trial,
  road: Road,
): Promise<Outcome> {
  const { turn, headers, requestId, reply, gone, settings, limitMs } = trial;
  const { tried } = course;
  const { request } = turn;
  const number = tried.length + 1;
  const isLast = index === course.candidates.length - 1 || number === settings.retry.maxAttemptsTotal;
  const began = road.monotonic();
  const result = await attempt({
    candidate,
    key,
    turn,
    headers: headers(candidate),
    sink: reportingContent(sinkFor(reply, request, answeredBy(candidate, number)), permit, trial, road),
    gone,
    total: totalFor(candidate, request, limitMs, road.monotonic() - course.began, isLast),
    silence: observerFor(road.silences, trial.record, candidate),
    upstream: trial.recording.attempt(candidate, key, road.upstream),
    clock: road,
    log: (entry) => road.log({ request: requestId, ...entry }),
  });
  const { outcome } = result;
  permit.end(outcome, road.now());
  if (outcome.type === 'answered') road.quotas.note(candidate.provider, 'answered', road.now(), key);
  else if (classOf(outcome) === 'allowance') road.quotas.note(candidate.provider, 'spent', road.now(), key);
  const first = course.candidates[0];
  const cache = noteCache(result, { candidate, key, first: index === 0 ? undefined : first }, trial, road);
  record(result, { candidate, number, began, cache }, trial, road);
  if (result.empty) course.empty = { events: result.empty, candidate, attempts: number };
  const repaired = settle(result, index, candidate, course, trial, road);
  tried.push({ candidate: index, key, outcome, ...(repaired && { repaired: true }) });
  return outcome;
}

/**
 * Remembers the repairs that helped, and makes the next one after a refusal. Returns true when the same model is worth
 * another try with a changed request.
 */
function settle(
  result: Attempted,
  index: number,
  candidate: Candidate,
  { candidates, tried, repairs }: Course,
  { turn, headers, requestId, settings, record }: Trial,
  road: Road,
): boolean {
  const { outcome } = result;
  const before = repairs.get(index);
  if (before && helped(result)) rememberRepairs(before, candidate, turn.session, road);
  if (outcome.type === 'failed' && outcome.at === 'after_content') return false;
  if (tried.length + 1 >= settings.retry.maxAttemptsTotal) return false;
  const diagnosis = diagnosisOf(outcome);
  const sent = merged(headers(candidate), candidate.route.headers);
  const next =
    diagnosis && nextRepair(candidate, diagnosis, turn.request, sent, before, turn.session, ownBody(turn));
  if (next) {
    repairs.set(index, next.repairs);
    candidates[index] = next.candidate;
    const change = next.repairs.made.at(-1)?.change;
    const what = change === undefined ? '' : describeChange(change);
    road.log({ level: 'info', event: 'repaired', request: requestId, model: nameOf(candidate), what });
    record.repairs.push({ model: nameOf(candidate), what });
    return true;
  }
  // A model that was refused in every format of its provider is not available there.
  if (outcome.type === 'refused' && classOf(outcome) === 'format')
    road.memory.learn(candidate, { what: 'gone', reason: outcome.error.message }, road.now());
  return false;
}

/** All of the changes in effect were needed. */
function rememberRepairs(repairs: Repairs, candidate: Candidate, session: string, road: Road): void {
  for (const change of keptRepairs(repairs, 'model'))
    road.memory.learn(candidate, { what: 'change', change }, road.now());
  for (const change of keptRepairs(repairs, 'conversation'))
    road.memory.learnFor(session, candidate, change, road.now());
}

/** The sink, which also reports to the permit when the first content leaves for the client. */
function reportingContent(sink: Sink, permit: Permit, { record, arrived }: Trial, road: Road): Sink {
  let first = true;
  return {
    whole: sink.whole,
    accept(events) {
      if (first) {
        permit.content(road.now());
        if (!sink.whole) record.firstContentMs ??= Math.round(road.monotonic() - arrived);
      }
      first = false;
      return sink.accept(events);
    },
  };
}

/** Repairs have helped when the model answers, or has begun to. */
function helped({ outcome, tally }: Attempted): boolean {
  return outcome.type === 'answered' || tally.firstContentMs !== undefined;
}

/**
 * The limit of one attempt. A stream has none unless `streaming_timeout_ms` is set. A whole answer has `timeout_ms` or, if
 * that is shorter, the rest of the time the client waits: all of it for the last model, half of it for an earlier one.
 */
function totalFor(
  { provider }: Candidate,
  request: MessagesRequest,
  limitMs: number | undefined,
  spentMs: number,
  isLast: boolean,
): TotalLimit | undefined {
  const { headersMs, streamingMs } = provider.timeouts;
  if (request.stream === true)
    return streamingMs === undefined ? undefined : { ms: streamingMs, from: 'streaming_timeout_ms' };
  const left = limitMs === undefined ? Infinity : Math.max(1, limitMs - spentMs);
  const ofClient = isLast ? left : left / 2;
  return ofClient < headersMs ? { ms: ofClient, from: 'client' } : { ms: headersMs, from: 'timeout_ms' };
}

/** Counts, records and logs an attempt that began at `began` on the monotonic clock. */
function record(
  { outcome, tally }: Attempted,
  { candidate, number, began, cache }: RecordedAttempt,
  { requestId, record, arrived, settings, turn }: Trial,
  road: Road,
): void {
  const spent = settleTally(tally, candidate);
  addTally(road.counts, tally);
  addUsage(record, tally);
  if (cache) record.cache = cache;
  const ms = Math.round(road.monotonic() - began);
  const times = { startedMs: Math.round(began - arrived), ms };
  record.attempts.push(toAttemptRecord({ outcome, tally }, candidate, times, spent));
  if (tally.firstContentMs !== undefined)
    record.firstContentMs ??= Math.round(began - arrived) + tally.firstContentMs;
  const ok = outcome.type === 'answered' || outcome.type === 'abandoned';
  const { headersMs, firstContentMs, usage, cost, finishedMs, otherModel } = tally;
  const { format } = candidate.route;
  const end = ok ? outcome.type : { failure: reasonOf(outcome) };
  const ended = { model: nameOf(candidate), format, end, headersMs, firstContentMs };
  road.modelStats.note(ended, new Date(road.now()));
  const streamed = turn.request.stream === true;
  road.figures.attempted({ candidate, settings, streamed, outcome, tally, ms });
  road.log({
    level: ok ? 'info' : 'warn',
    event: 'attempt',
    request: requestId,
    attempt: number,
    model: nameOf(candidate),
    format,
    outcome: outcome.type,
    ms,
    ...failureForLog(outcome),
    headersMs,
    firstContentMs,
    finishedMs,
    usage,
    cost,
    costSource: spent?.costSource,
    otherModel: otherModel && nameForLog(otherModel),
    ...(cache && { cache }),
  });
}
