/** Requests the model lists of all providers at once. A provider that fails does not affect the others. */
import { Buffer } from 'node:buffer';
import { listAddress, readList, type ListAddress, type ListedModel } from '../../catalog/provider-list.ts';
import type { CachedLists } from '../../catalog/list-cache.ts';
import type { Provider } from '../../config/settings.ts';
import { secretsOf } from '../../proxy/secrets.ts';
import { withoutKnown } from '../../redact.ts';
import type { Body } from '../../proxy/body.ts';
import { openUpstream, type Upstream } from '../../proxy/upstream.ts';
import { userAgent } from '../../version.ts';

/** The result for one provider. */
export interface Refreshed {
  provider: string;
  outcome: 'listed' | 'unreachable' | 'refused' | 'skipped';
  /** Number of models in its list; null without a list. */
  models: number | null;
  /** Why there is no list; null if there is one. */
  reason: string | null;
}

export interface Refresh {
  refreshed: readonly Refreshed[];
  lists: CachedLists;
}

/** Milliseconds until the response of a provider must have arrived. */
const limitMs = 15_000;
/** Limit for the size of a list. */
const maxBytes = 16 * 1024 * 1024;

export async function refreshLists(providers: readonly Provider[], env: NodeJS.ProcessEnv): Promise<Refresh> {
  const upstream = await openUpstream(env);
  try {
    const results = await Promise.all(providers.map((provider) => refreshOne(provider, upstream)));
    const lists = results.flatMap(({ refreshed, url, models }) =>
      models ? [[refreshed.provider, { at: new Date().toISOString(), url, models }] as const] : [],
    );
    return { refreshed: results.map(({ refreshed }) => refreshed), lists: Object.fromEntries(lists) };
  } finally {
    await upstream.close();
  }
}

interface OneRefresh {
  refreshed: Refreshed;
  url: string;
  models?: readonly ListedModel[];
}

async function refreshOne(given: Provider, upstream: Upstream): Promise<OneRefresh> {
  const provider = (await given.withKey?.()) ?? given;
  const { name, missingKey } = provider;
  const address = listAddress(provider);
  const url = address?.url ?? '';
  const without = (outcome: Refreshed['outcome'], reason: string): OneRefresh => ({
    refreshed: { provider: name, outcome, models: null, reason: withoutSecrets(reason, provider) },
    url,
  });
  if (!address) return without('skipped', 'it has no known address for a list');
  if (missingKey !== undefined) return without('skipped', 'it has no key');
  try {
    const signal = AbortSignal.timeout(limitMs);
    const { status, body } = await upstream.get(url, headersFor(provider, address), signal);
    const text = await readWhole(body);
    if (status === 401 || status === 403) return without('refused', `${url} rejects the key (${status})`);
    if (status !== 200) return without('unreachable', `${url} answers ${status}`);
    const models = readList(text);
    if (!models) return without('unreachable', `the response of ${url} is not a list of models`);
    return {
      refreshed: { provider: name, outcome: 'listed', models: models.length, reason: null },
      url,
      models,
    };
  } catch (error) {
    const { name: kind, message } = error as Error;
    const late = kind === 'TimeoutError' || kind === 'AbortError';
    return without('unreachable', late ? `${url} did not answer within ${limitMs / 1000} s` : message);
  }
}

function headersFor({ auth, keys, headers }: Provider, address: ListAddress): Record<string, string> {
  const [key] = keys;
  const secret = key?.reveal() ?? '';
  const kind = key === undefined ? 'none' : (auth[address.format] ?? 'bearer');
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...address.headers,
    ...(kind === 'bearer' && { authorization: `Bearer ${secret}` }),
    ...(kind !== 'bearer' && kind !== 'none' && { [kind]: secret }),
    ...headers,
  };
}

async function readWhole(body: Body): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  await body.read((piece) => {
    bytes += piece.length;
    if (bytes > maxBytes) throw new Error(`the list is larger than ${maxBytes} bytes`);
    return pieces.push(piece) > 0;
  });
  return Buffer.concat(pieces).toString('utf8');
}

/** A URL may contain a key, and so may an error message about it. */
function withoutSecrets(reason: string, { keys, headers, endpoints }: Provider): string {
  const key = keys[0]?.reveal();
  return withoutKnown(secretsOf({ key, headers, endpoints: Object.values(endpoints) }))(reason);
}
