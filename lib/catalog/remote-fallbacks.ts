/** Whether requests for a model on this machine may leave it. Pure. */
import type { ModelEntry, Settings } from '../config/settings.ts';
import { isLoopback } from '../loopback.ts';

/**
 * The providers elsewhere that get the requests of the scenario if its model fails. Empty if the model is not on this machine,
 * because then its requests leave it anyway.
 */
export function remoteFallbacks(
  { fallbacks, providers }: Pick<Settings, 'fallbacks' | 'providers'>,
  scenario: string,
  { provider, model_id }: Pick<ModelEntry, 'provider' | 'model_id'>,
): string[] {
  const isHere = (name: string): boolean => {
    const urls = Object.values(providers[name]?.endpoints ?? {});
    return urls.every((url) => isLoopback(new URL(url).hostname));
  };
  if (!isHere(provider)) return [];
  const listed = [scenario, model_id, 'default'].find((name) => Object.hasOwn(fallbacks, name));
  const next = listed === undefined ? [] : (fallbacks[listed] ?? []);
  return [...new Set(next.map((entry) => entry.provider))].filter((name) => !isHere(name));
}
