/** What helps where an address of the configuration has no API, in the words that the proxy uses for the same failure. */
import type { ApiError } from '../../../anthropic/errors.ts';
import { addressCommand, withAddressFault } from '../../../proxy/policy/address.ts';
import { whyFailed } from '../../../proxy/policy/words.ts';
import type { WireRoute } from '../../../wire/formats.ts';
import type { Problem, Subject } from '../../check.ts';

/** The error with what is wrong with the address; undefined if it is about something else. */
export function addressProblem(
  { provider }: Subject,
  route: Pick<WireRoute, 'format' | 'endpoint' | 'modelId'>,
  error: ApiError,
): Problem | undefined {
  if (provider === undefined) return undefined;
  const outcome = withAddressFault({ type: 'refused', error }, { route, provider });
  if (!('address' in outcome) || outcome.address === undefined) return undefined;
  const command = addressCommand(provider, route.format, route.endpoint) ?? 'occ config edit';
  return {
    level: 'fail',
    summary: whyFailed({ words: error.message, address: outcome.address }),
    fault: 'client',
    remedy: { text: 'correct the address', commands: [command] },
  };
}
