/** What the client reads when no model answered. */
import { failureOf, type FailedAttempt } from './failure-log.ts';
import type { Outcome, Tried } from './failures.ts';
import { nameOf, type Plan } from './plan.ts';
import { describeFailures, failureLines, statusAndReason, whyFailed } from './words.ts';

/** One sentence about a single failure; a line for each attempt and each model that was passed over if there are several. */
export function summary(plan: Plan, tried: readonly Tried[]): string {
  return describeFailures(failedIn(plan, tried), plan.passedOver);
}

/** One line for each attempt (model, status, reason), then one for each model that was passed over. */
export function lines(plan: Plan, tried: readonly Tried[]): string {
  return failureLines(failedIn(plan, tried), plan.passedOver);
}

function failedIn({ candidates }: Plan, tried: readonly Tried[]): FailedAttempt[] {
  return tried.map(({ candidate, outcome }) => ({
    model: nameOf(candidates[candidate]),
    ...failureOf(outcome),
  }));
}

/** Describes a failed attempt: the status, if there was one, and the message. */
export function reasonOf(outcome: Outcome): string {
  return statusAndReason(failureOf(outcome));
}

/** The message of a failed attempt, with the reset of a limit. */
export function messageOf(outcome: Outcome): string {
  return whyFailed(failureOf(outcome));
}
