/** Builds the header with the API key. It is sent in one header only: gateways forward headers that they do not use. */
import type { Route } from '../codec.ts';

/** The header with the key of the route; none without a key, or for a provider that needs none. */
export function keyHeader(route: Route, key: string | undefined): Record<string, string> {
  if (key === undefined || route.auth === 'none') return {};
  return route.auth === 'bearer' ? { authorization: `Bearer ${key}` } : { [route.auth]: key };
}
