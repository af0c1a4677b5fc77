/** Finds the providers and models to check. */
import { configuredModels, toId } from '../clients/tiers.ts';
import type { Settings } from '../config/settings.ts';
import { nearest } from '../nearest.ts';
import { exitCodes, OccError } from '../errors.ts';
import type { Subject } from './check.ts';

export interface Subjects {
  /** Those of the configured models, without the emulator. */
  providers: readonly Subject[];
  models: readonly Subject[];
}

export interface SubjectFilter {
  provider?: string;
  /** A key of `models`, `provider/model`, or a model id. */
  model?: string;
}

export const machine: Subject = { name: '' };

/** Throws OccError `usage` (exit 2) for a provider or model that is not configured. */
export function findSubjects(settings: Settings, only: SubjectFilter = {}): Subjects {
  const models = configuredModels(settings).flatMap((model): Subject[] => {
    const provider = settings.providers[model.provider];
    if (provider === undefined || model.provider === 'emulator') return [];
    return [{ name: toId(model), provider, model }];
  });
  const chosen = models.filter((subject) => matches(subject, only, settings));
  if (chosen.length === 0 && (only.provider ?? only.model) !== undefined)
    throw unknown(models, only, settings);
  const providers = [...new Set(chosen.flatMap(({ provider }) => provider ?? []))];
  return {
    providers: providers.map((provider) => ({
      name: provider.name,
      provider,
      models: chosen.filter((model) => model.provider === provider),
    })),
    models: chosen,
  };
}

function matches({ provider, model, name }: Subject, only: SubjectFilter, settings: Settings): boolean {
  if (only.provider !== undefined && provider?.name !== only.provider.replaceAll('_', '-')) return false;
  if (only.model === undefined) return true;
  return name === only.model || model?.model_id === only.model || idOf(only.model, settings) === name;
}

function idOf(key: string, { models }: Settings): string | undefined {
  const entry = Object.hasOwn(models, key) ? models[key] : undefined;
  return entry && toId(entry);
}

function unknown(
  models: readonly Subject[],
  { provider, model }: SubjectFilter,
  settings: Settings,
): OccError {
  const wanted = model ?? provider ?? '';
  const known = new Set(
    model === undefined
      ? models.map((subject) => subject.provider?.name ?? '')
      : [
          ...models.flatMap(({ name, model }) => [name, model?.model_id ?? '']),
          ...Object.keys(settings.models),
        ],
  );
  const near = nearest(wanted, known);
  const what =
    model === undefined ? 'no configured model belongs to the provider' : 'there is no configured model';
  return new OccError('usage', `${what} "${wanted}"`, {
    exitCode: exitCodes.usage,
    remedy: near === undefined ? `configured: ${[...known].join(', ')}` : `did you mean "${near}"?`,
  });
}
