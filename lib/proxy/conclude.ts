/** Ends a request that no model answered: with an empty answer if that is all there is, else with the error for the client. */
import { failureForLog, failureOf } from './policy/failure-log.ts';
import type { Course, Trial } from './course.ts';
import { classOf, type Tried } from './policy/failures.ts';
import { nameOf, type Candidate, type PassedOver, type Plan } from './policy/plan.ts';
import { whyUsedUp } from './policy/steps.ts';
import { stepWithConfig } from './policy/next-step.ts';
import { shownMessage } from './policy/shown.ts';
import { asking } from './policy/paid.ts';
import { verdict, type Refusal } from './policy/verdict.ts';
import { describeBreak } from './policy/words.ts';
import { toErrorRecord, toPassedOverRecord, type EndedRequest } from './recent.ts';
import type { Road } from './road.ts';
import { sinkFor } from './sink.ts';

/** Answers when nothing is left to try. */
export async function conclude(course: Course, trial: Trial, road: Road): Promise<void> {
  const { candidates, tried, empty } = course;
  const { record, plan, reply, turn } = trial;
  const passedOver = [...plan.passedOver, ...notTried(course, road)];
  record.passedOver = passedOver.map(toPassedOverRecord);
  const onlyEmpty = tried.every(({ outcome }) => outcome.type === 'failed' && outcome.trouble === 'empty');
  if (!onlyEmpty || !empty)
    return refuse({ ...trial, plan: { ...plan, candidates, passedOver } }, tried, road);
  record.ending = 'answered';
  record.answered = toAnswered(empty.candidate);
  return sinkFor(reply, turn.request, answeredBy(empty.candidate, empty.attempts)).accept(empty.events);
}

function refuse(
  { plan, turn, requestId, reply, record, settings }: Trial,
  tried: readonly Tried[],
  road: Road,
): void {
  road.counts.failures++;
  const last = tried.at(-1);
  const cut = last && brokenOff(last, plan, turn.inputTokens);
  record.ending = cut ? 'cut' : 'refused';
  const refusal = stepWithConfig(
    cut ?? asking(verdict(plan, tried, turn.inputTokens), plan, tried, road.now()),
    settings.configOption,
  );
  const broken = cut && plan.candidates[last?.candidate ?? -1];
  if (broken) record.answered = toAnswered(broken);
  const error = (record.error = toErrorRecord(refusal, requestId));
  const { status, type, message, next, class: failure } = error;
  road.counts.lastError = {
    at: new Date(road.now()).toISOString(),
    request: requestId,
    status,
    message,
    ending: record.ending,
    ...(failure !== undefined && { class: failure }),
    ...(next !== undefined && { next }),
  };
  // The message is the upstream's, which may quote the request.
  road.log({
    level: 'warn',
    event: 'refused',
    request: requestId,
    status,
    type,
    ending: record.ending,
    permanent: refusal.permanent,
    ...(record.passedOver.length > 0 && {
      passedOver: record.passedOver.map(({ model, kind }) => ({ model, kind })),
    }),
    ...(last && failureForLog(last.outcome)),
    ...(failure !== undefined && { class: failure }),
    ...(next !== undefined && { next }),
    ...(settings.configOption !== undefined && { config: settings.configOption }),
  });
  reply.refuse(
    { ...refusal, message: shownMessage(refusal, requestId) },
    {
      ...(refusal.model !== undefined && { 'x-occ-model': headerSafe(refusal.model) }),
      'x-occ-attempts': String(tried.length),
    },
  );
}

/**
 * The error for an attempt that broke after content was sent; undefined for any other. Only the break matters then: the other
 * models were not tried, so they did not fail.
 */
function brokenOff({ candidate, outcome }: Tried, plan: Plan, inputTokens: number): Refusal | undefined {
  if (outcome.type !== 'failed' || outcome.at !== 'after_content') return undefined;
  const { status, permanent } = verdict(plan, [{ candidate, key: 0, outcome }], inputTokens);
  const failure = classOf(outcome);
  return {
    status,
    permanent,
    type: outcome.error.type,
    message: describeBreak({ model: nameOf(plan.candidates[candidate]), ...failureOf(outcome) }),
    ...(failure !== undefined && { class: failure }),
  };
}

/**
 * The candidates that were barred, and those whose provider's keys were used up by the attempts before them; with `before`
 * only the candidates before that index.
 */
export function notTried(
  { candidates, tried, barred }: Pick<Course, 'candidates' | 'tried' | 'barred'>,
  road: Road,
  before = Infinity,
): PassedOver[] {
  const now = road.now();
  return candidates.flatMap((candidate, index): PassedOver[] => {
    if (index >= before || tried.some((one) => one.candidate === index)) return [];
    const known = barred.get(index);
    if (known) return [known];
    const reason = whyUsedUp(road.memory.keys(candidate, now, false), candidate, candidates, tried, now);
    return reason === undefined ? [] : [{ model: nameOf(candidate), reason, cause: 'key' }];
  });
}

/** The model of an answer, for the record. */
export function toAnswered(candidate: Candidate): NonNullable<EndedRequest['answered']> {
  const { provider, format } = candidate.route;
  return { model: nameOf(candidate), provider, format };
}

/** Response headers that name the model and the number of attempts. */
export function answeredBy(candidate: Candidate, attempts: number): Record<string, string> {
  return {
    'x-occ-model': headerSafe(nameOf(candidate)),
    'x-occ-attempts': String(attempts),
  };
}

/** Characters that a header may not hold become `?`. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
