/** Requests the list of models of a provider that is not configured yet. */
import type { ListedModel } from '../../../catalog/provider-list.ts';
import { firstConfig, type KeySource } from '../../../config/edit/first.ts';
import { loadSettings } from '../../../config/load.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { refreshLists } from '../../models/refresh.ts';
import { toSource, type ConfigCall } from '../call.ts';
import { toFirstConfig, type ChosenProvider } from './choices.ts';

export type Listed = { kind: 'listed'; models: readonly ListedModel[] } | { kind: 'failed'; reason: string };

/** The provider is read from the file as it would be written. The list is not stored. */
export async function listModels(
  call: ConfigCall,
  provider: ChosenProvider,
  key: KeySource,
): Promise<Listed> {
  const text = firstConfig(toFirstConfig(provider, key, { model: { id: 'unknown' } }));
  const { env } = call.system;
  const { settings } = await loadSettings({ ...toSource(call), configFile: 'config.json', text });
  const wanted = settings.providers[provider.name];
  if (wanted === undefined) return { kind: 'failed', reason: 'it has no address' };
  const { refreshed, lists } = await withProgress(
    call.output,
    `requesting the models of ${provider.title}`,
    refreshLists([wanted], { ...env }),
  );
  const models = lists[provider.name]?.models;
  if (models !== undefined) return { kind: 'listed', models };
  return { kind: 'failed', reason: refreshed[0]?.reason ?? 'it did not answer' };
}
