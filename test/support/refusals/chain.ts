/** What follows from a refusal that comes again and again, through the functions that the proxy uses. */
import assert from 'node:assert/strict';
import { errorInside } from '../../../lib/wire/decode/errors.ts';
import type { ApiError } from '../../../lib/anthropic/errors.ts';
import type { Candidate } from '../../../lib/proxy/policy/plan.ts';
import type { Outcome } from '../../../lib/proxy/policy/failures.ts';
import { diagnosed } from '../../../lib/proxy/policy/diagnosed.ts';
import { diagnosisOf } from '../../../lib/proxy/policy/failures.ts';
import { learnedFrom, type Learned } from '../../../lib/proxy/rejections/learned.ts';
import { nextRepair, toSent, type Repairs } from '../../../lib/proxy/rejections/repair.ts';
import type { Change } from '../../../lib/proxy/rejections/changes.ts';
import type { Diagnosis } from '../../../lib/proxy/rejections/diagnosis.ts';
import type { Sent } from '../../../lib/proxy/rejections/repairs.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { parseJson } from '../../../lib/json.ts';
import { candidateIn, headers, modelId, request, session } from './request.ts';

/** An error response, or with the status 0 an error inside an answer. */
export interface Refusal {
  format: WireFormat;
  status: number;
  body: string;
}

export interface Followed {
  /** What the client would see. */
  error: ApiError;
  diagnosis: Diagnosis;
  before: Sent;
  repairs: readonly { change: Change; sent: Sent }[];
  learned: Learned | undefined;
}

/** Repairs in one chain at most. A refusal that names many fields needs as many. */
const bound = 64;

/** Answers the refusal until no repair is left. */
export function follow(...refusals: readonly [Refusal, ...Refusal[]]): Followed {
  const [first] = refusals;
  const copy = JSON.stringify(request);
  let candidate = candidateIn(first.format);
  const before = toSent(candidate, request, headers, session);
  const outcome = outcomeOf(first);
  const diagnosis = diagnosisIn(outcome);
  const repairs: { change: Change; sent: Sent }[] = [];
  let state: Repairs<Candidate> | undefined;
  while (repairs.length <= bound) {
    const refusal = refusals[Math.min(repairs.length, refusals.length - 1)] ?? first;
    const next = nextRepair(candidate, diagnosisIn(outcomeOf(refusal)), request, headers, state, session);
    if (!next) break;
    ({ candidate, repairs: state } = next);
    const change = state.made.at(-1)?.change;
    assert.ok(change !== undefined);
    repairs.push({ change, sent: toSent(candidate, request, headers, session) });
  }
  assert.equal(JSON.stringify(request), copy, 'the client’s request was changed');
  const { error } = outcome as { error: ApiError };
  const learned = learnedFrom(diagnosis, candidateIn(first.format), error.message);
  return { error, diagnosis, before, repairs, learned };
}

function outcomeOf({ format, status, body }: Refusal): Outcome {
  if (status !== 0)
    return diagnosed({ type: 'refused', error: codecs[format].decodeError(status, body) }, modelId);
  const data = parseJson(body);
  const object = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : { error: body };
  const inside = errorInside(object) ?? errorInside({ error: body });
  assert.ok(inside);
  return diagnosed({ type: 'failed', trouble: 'upstream', error: inside, at: 'before_content' }, modelId);
}

function diagnosisIn(outcome: Outcome): Diagnosis {
  const diagnosis = diagnosisOf(outcome);
  assert.ok(diagnosis);
  return diagnosis;
}
