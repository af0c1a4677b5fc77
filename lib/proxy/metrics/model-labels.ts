/**
 * The labels that name a model. Ids of models also come from clients, and each one with a label of its own would stay in the
 * memory of this process and of the one that scrapes it. So only a model that the configuration names, or that has answered,
 * has its own labels, and only so many of them; the others share the name `other`.
 */
import { printableLine } from '../../printable.ts';
import type { ModelEntry, Settings } from '../../config/settings.ts';
import type { Labels } from './families.ts';

/** How many pairs of provider and model have labels, those with the model `other` included. */
const mostModels = 40;

/** The longest name in characters. */
const longestName = 200;

const other = 'other';

export interface ModelLabels {
  /** The labels to count under. `known`: the configuration names the model, or it has answered. */
  of(provider: string, model: string, known: boolean): Labels;
  /** The labels that the model has been counted under, without giving it any. */
  find(provider: string, model: string): Labels;
}

export function modelLabels(): ModelLabels {
  const named = new Map<string, Labels>();
  const all = toLabels(other, other);
  const keyOf = (provider: string, model: string): string => JSON.stringify([provider, model]);

  function name(provider: string, model: string): Labels | undefined {
    if (named.size >= mostModels || provider.length > longestName || model.length > longestName)
      return undefined;
    const labels = toLabels(provider, model);
    named.set(keyOf(provider, model), labels);
    return labels;
  }

  function of(provider: string, model: string, known: boolean): Labels {
    const own = named.get(keyOf(provider, model)) ?? (known ? name(provider, model) : undefined);
    return own ?? named.get(keyOf(provider, other)) ?? name(provider, other) ?? all;
  }

  function find(provider: string, model: string): Labels {
    return named.get(keyOf(provider, model)) ?? named.get(keyOf(provider, other)) ?? all;
  }

  return {
    of: (provider, model, known) => of(written(provider), written(model), known),
    find: (provider, model) => find(written(provider), written(model)),
  };
}

function toLabels(provider: string, model: string): Labels {
  return { gen_ai_provider_name: provider, gen_ai_request_model: model };
}

/** As it can be written: two names that are written alike share their labels, since a series must not appear twice. */
function written(name: string): string {
  return printableLine(name).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Whether the configuration names the model of the provider. */
export function isConfigured(settings: Settings, provider: string, model: string): boolean {
  const { models, fallbacks, modelOverrides, modelFamilyOverrides, providers } = settings;
  const named = (one: ModelEntry): boolean => one.provider === provider && one.model_id === model;
  return (
    [models, modelOverrides, modelFamilyOverrides].some((entries) => Object.values(entries).some(named)) ||
    Object.values(fallbacks).some((list) => list.some(named)) ||
    Object.hasOwn(providers[provider]?.models ?? {}, model)
  );
}
