/** What a user should know about a model before using it: that no provider serves it, or on which terms. Pure. */
import type { ModelEntry, Settings } from '../config/settings.ts';
import { nearest } from '../nearest.ts';
import type { CachedLists } from './list-cache.ts';
import { currentList } from './listed.ts';
import { allModels, findModel } from './models.ts';

export interface ModelCaution {
  kind: 'unknown' | 'unlisted' | 'retired' | 'trains' | 'official_client';
  message: string;
  /** A known id that was probably meant. */
  near?: string;
}

type Ref = Pick<ModelEntry, 'provider' | 'model_id'>;

/** The ids that the provider is known to serve: bundled, configured, or in its own list. */
export function knownIds(settings: Settings, lists: CachedLists, name: string): string[] {
  const provider = settings.providers[name];
  const bundled = allModels().filter((model) => model.provider === name);
  const listed = provider === undefined ? undefined : currentList(provider, lists);
  return [
    ...new Set([
      ...bundled.filter(({ status }) => status !== 'retired').map(({ id }) => id),
      ...Object.keys(provider?.models ?? {}),
      ...(listed ?? []).map(({ id }) => id),
    ]),
  ];
}

/** Empty for a provider of whose models nothing is known. */
export function modelCautions(settings: Settings, lists: CachedLists, ref: Ref): ModelCaution[] {
  const { provider, model_id: id } = ref;
  const ids = knownIds(settings, lists, provider);
  const model = findModel(provider, id);
  const name = `${provider}/${id}`;
  const cautions: ModelCaution[] = [];
  if (model?.trains === true)
    cautions.push({
      kind: 'trains',
      message: `${name} trains on your data: your code becomes training material`,
    });
  if (model?.officialClientOnly === true)
    cautions.push({ kind: 'official_client', message: `${name} works only with OpenCode's own client` });
  if (ids.length === 0 || ids.some((known) => known.toLowerCase() === id.toLowerCase())) {
    if (model?.status === 'unlisted')
      cautions.push({ kind: 'unlisted', message: `${name} is no longer in the list of ${provider}` });
    return cautions;
  }
  if (model?.status === 'retired')
    return [...cautions, { kind: 'retired', message: `${provider} no longer serves ${id}` }];
  const near = nearest(id, ids) ?? ids.find((known) => known.startsWith(id) || id.startsWith(known));
  const message = `${id} is in no list of ${provider}`;
  return [...cautions, { kind: 'unknown', message, ...(near !== undefined && { near }) }];
}
