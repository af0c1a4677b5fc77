/** The one header a key travels in. Never two: gateways forward what they do not read. */
import type { Route } from '../codec.ts';

export function keyHeader(route: Route, key: string | undefined): Record<string, string> {
  if (key === undefined || route.auth === 'none') return {};
  return route.auth === 'bearer' ? { authorization: `Bearer ${key}` } : { [route.auth]: key };
}
