/** Builds candidates and outcomes for the tests of the policy. */
import { readApiError } from '../../lib/wire/decode/errors.ts';
import type { Provider, Secret } from '../../lib/config/settings.ts';
import type { Outcome, Position, Trouble } from '../../lib/proxy/policy/failures.ts';
import type { Candidate } from '../../lib/proxy/policy/plan.ts';
import type { WireRoute } from '../../lib/wire/formats.ts';
import { routeOf } from './requests.ts';

const secret: Secret = { reveal: () => 'k', toString: () => '•••', toJSON: () => '•••' };

/** The candidate for `provider/model`; the provider has `keys` keys. */
export function candidateOf(
  name: string,
  {
    keys = 1,
    route,
    provider,
  }: { keys?: number; route?: Partial<WireRoute>; provider?: Partial<Provider> } = {},
): Candidate {
  const [from = '', modelId = ''] = name.split('/');
  return {
    route: routeOf({ provider: from, modelId, ...route }),
    provider: {
      name: from,
      endpoints: {},
      auth: {},
      keys: Array.from({ length: keys }, () => secret),
      headers: {},
      defaultFormat: 'chat',
      timeouts: { headersMs: 1, firstEventMs: 1, idleMs: 1 },
      ...provider,
    },
    entry: { provider: from, model_id: modelId },
    why: 'test',
  };
}

/** A refusal with this status and the fields `error` in its error object. */
export function refusedWith(status: number, error: object = {}, retryAfterMs?: number, more = {}): Outcome {
  return {
    type: 'refused',
    error: readApiError(status, JSON.stringify({ error: { message: 'm', ...error }, ...more })),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

export function failedWith(trouble: Trouble, at: Position = 'before_content'): Outcome {
  return { type: 'failed', trouble, error: { type: 'api_error', message: trouble }, at };
}
