/**
 * An outcome with its diagnosis. An overflow gets the message that makes the client compact, with the numbers that the upstream
 * reported.
 */
import { promptTooLong, type ApiError } from '../../anthropic/errors.ts';
import { diagnosisOf, type Outcome } from './failures.ts';
import { diagnose } from '../rejections/diagnose.ts';
import type { Diagnosis } from '../rejections/diagnosis.ts';

export function diagnosed(outcome: Outcome, modelId: string): Outcome {
  if (outcome.type === 'refused') {
    if (outcome.notSent) return outcome;
    const diagnosis = diagnose(outcome.error, modelId, outcome.gateway === true);
    return { ...outcome, diagnosis, error: withOverflow(outcome.error, diagnosis) };
  }
  if (outcome.type !== 'failed' || diagnosisOf(outcome) === undefined) return outcome;
  const error: ApiError = { status: 0, ...outcome.error };
  const diagnosis = diagnose(error, modelId);
  return { ...outcome, diagnosis, error: withOverflow(error, diagnosis) };
}

/**
 * The request does not fit and no repair is known. What exceeds the window is the prompt, or if that alone would fit, the
 * prompt together with the answer.
 */
function withOverflow(error: ApiError, { about, counts = {} }: Diagnosis): ApiError {
  if (about !== 'window' && about !== 'answer_room') return error;
  const { limit, input, answer } = counts;
  const fits = input !== undefined && limit !== undefined && input <= limit;
  const requested = fits ? (counts.requested ?? input + (answer ?? 0)) : (input ?? counts.requested);
  return {
    ...error,
    type: 'invalid_request_error',
    message: promptTooLong({ requested, limit }),
    overflow: true,
    ...(requested !== undefined && { requested }),
    ...(limit !== undefined && { limit }),
  };
}
