/** What the configuration and the catalogue say about a model before it is asked. */
import { findAtOtherProvider, findModel } from '../../catalog/models.ts';
import { priceOf } from '../../catalog/price.ts';
import type { ModelEntry, Provider } from '../../config/settings.ts';
import type { WireRoute } from '../../wire/formats.ts';
import type { Claims } from './answer.ts';

export function claimsOf(entry: ModelEntry, provider: Provider, route: WireRoute): Claims {
  const known = findModel(provider.name, entry.model_id) ?? findAtOtherProvider(entry.model_id);
  const price = priceOf(entry, provider);
  // Who configures how a model thinks says that it does.
  const configured = entry.thinking ?? entry.quirks?.thinking;
  const reasons = configured === undefined || configured === 'none' ? known?.reasons : true;
  return {
    modelId: entry.model_id,
    format: route.format,
    images: route.images,
    ...(reasons !== undefined && { reasons }),
    caches: price !== undefined && price.cacheRead < price.input,
  };
}
