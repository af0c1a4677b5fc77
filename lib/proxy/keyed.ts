/** Runs the command that prints the key of a provider, before a model of the provider is asked. */
import type { Candidate } from './policy/plan.ts';

/** The candidate, for which the command that prints its provider's key is run first if that was not done yet. */
export async function keyed(
  candidates: Candidate[],
  index: number,
  gone: AbortSignal,
): Promise<Candidate | undefined> {
  const candidate = candidates[index];
  if (candidate?.provider.withKey === undefined) return candidate;
  const provider = await untilGone(candidate.provider.withKey(), gone);
  if (provider === undefined) return undefined;
  const { route } = candidate;
  // The key's prefix decides which endpoint a built-in provider has.
  const endpoint = provider.endpoints[route.format] ?? route.endpoint;
  const auth = provider.auth[route.format] ?? route.auth;
  return (candidates[index] = { ...candidate, provider, route: { ...route, endpoint, auth } });
}

/** Undefined if the client disconnects first. */
async function untilGone<T>(pending: Promise<T>, gone: AbortSignal): Promise<T | undefined> {
  if (gone.aborted) return undefined;
  let leave = (): void => {};
  const left = new Promise<undefined>((resolve) => (leave = () => resolve(undefined)));
  gone.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([pending, left]);
  } finally {
    gone.removeEventListener('abort', leave);
  }
}
