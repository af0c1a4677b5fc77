/** Requests a provider's quota page: one bounded request that never throws and never reveals the key. */
import { quotaAddress, readQuota, type Quota } from '../catalog/quota.ts';
import type { Provider } from '../config/settings.ts';
import { userAgent } from '../version.ts';
import { withoutKnown } from '../redact.ts';
import { readBounded } from './body.ts';
import { secretsOf } from './secrets.ts';
import type { Upstream } from './upstream.ts';

/** The quota, or the reason why it is unknown. */
export type QuotaReport =
  | (Quota & { reason?: undefined })
  | { windows?: undefined; models?: undefined; reason: string };

/** Milliseconds for the whole response. */
const limitMs = 10_000;

/** The plan of one of the provider's keys. Undefined when it has no such page. Ends early when `gone` aborts. */
export async function askQuota(
  provider: Provider,
  upstream: Pick<Upstream, 'get'>,
  gone?: AbortSignal,
  keyIndex = 0,
): Promise<QuotaReport | undefined> {
  const url = quotaAddress(provider);
  if (url === undefined) return undefined;
  if (provider.missingKey !== undefined) return { reason: `it has no key: ${provider.missingKey}` };
  const key = provider.keys[keyIndex]?.reveal();
  const limit = AbortSignal.timeout(limitMs);
  try {
    const { status, body } = await upstream.get(
      url,
      {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...provider.headers,
      },
      gone ? AbortSignal.any([gone, limit]) : limit,
    );
    const quota = status === 200 ? readQuota(await readBounded(body)) : undefined;
    return quota ?? { reason: reasonFor(status) };
  } catch (error) {
    if (limit.aborted) return { reason: `no answer within ${limitMs / 1000} s` };
    const { message } = error as Error;
    const secrets = secretsOf({ key, headers: provider.headers, endpoints: [url] });
    return { reason: withoutKnown(secrets)(message) };
  }
}

function reasonFor(status: number): string {
  if (status === 401 || status === 403) return `this key may not read it (status ${status})`;
  return status === 200 ? 'the answer tells of no plan' : `the provider answers with status ${status}`;
}
