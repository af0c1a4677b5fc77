/** The errors and warnings about a model that `-m` names and that does not exist, or probably not. Pure. */
import { addProviderCommands } from '../catalog/add-provider.ts';
import { knownIds, modelCautions } from '../catalog/model-cautions.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { tiers } from '../proxy/policy/tiers.ts';
import { configuredModels } from './tiers.ts';

/** `ref` names nothing; `aliases` are further names that are accepted. */
export function unknownModel(ref: string, settings: Settings, aliases: Iterable<string>): OccError {
  const providers = Object.keys(settings.providers);
  const configured = [...new Set(configuredModels(settings).map(({ model_id }) => model_id))];
  const known = providers.flatMap((provider) => knownIds(settings, {}, provider));
  const near = nearest(ref, [...Object.keys(settings.models), ...tiers, ...aliases, ...configured, ...known]);
  const slash = ref.indexOf('/');
  const provider = ref.slice(0, Math.max(0, slash));
  if (near === undefined && provider !== '')
    return atProvider(provider, ref.slice(slash + 1), ref, providers);
  const hint = near === undefined ? ';' : `, did you mean "${near}"?`;
  return wrong(
    `no model "${ref}"${hint} configured are ${configured.join(', ') || 'none'}`,
    `occ models lists all; any other is provider/model, where provider is one of: ${providers.join(', ')}`,
  );
}

function atProvider(provider: string, id: string, ref: string, providers: readonly string[]): OccError {
  if (providers.includes(provider))
    return wrong(
      `no model "${ref}": expected the id of a model after "${provider}/"`,
      `occ models ${provider} lists them`,
    );
  const near = nearest(provider, providers);
  return wrong(
    `no model "${ref}": the provider "${provider}" is not configured; configured are ${providers.join(', ')}`,
    near === undefined ? addProviderCommands(provider) : `did you mean ${near}/${id}?`,
  );
}

function wrong(message: string, remedy: string): OccError {
  return new OccError('model_unknown', message, { exitCode: exitCodes.usage, remedy });
}

/** What a user should know about a model before using it, as sentences. */
export function notesOn(entry: ModelEntry | undefined, settings: Settings): string[] {
  if (entry === undefined) return [];
  return modelCautions(settings, {}, entry).map(({ message, near }) =>
    near === undefined ? message : `${message}; did you mean ${entry.provider}/${near}?`,
  );
}
