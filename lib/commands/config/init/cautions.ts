/** What may surprise the user of a new configuration, although the file is valid. */
import { readListCache } from '../../../catalog/list-cache.ts';
import type { LocalServerKind } from '../../../catalog/local-server-kinds.ts';
import { modelCautions } from '../../../catalog/model-cautions.ts';
import { globalKeyVariables } from '../../../config/file/schema.ts';
import { findPlaces } from '../../../config/paths.ts';
import type { Settings } from '../../../config/settings.ts';
import type { System } from '../../../terminal/command-context.ts';
import type { Chosen } from './choices.ts';

export interface Caution {
  message: string;
  /** A command, or what was probably meant; null if there is none. */
  remedy: string | null;
}

/** `settings` are undefined if the environment makes the configuration invalid. */
export function cautionsAbout(system: System, settings: Settings | undefined, chosen: Chosen): Caution[] {
  const { local } = chosen.provider;
  const window = local && windowCautions[local];
  return [
    ...(settings === undefined ? [] : aboutModel(system, settings, chosen)),
    ...aboutKey(system, chosen),
    ...(window === undefined ? [] : [window]),
  ];
}

function aboutModel(system: System, settings: Settings, { models, provider }: Chosen): Caution[] {
  if (models.model === undefined) return [];
  const lists = readListCache(findPlaces(system).cacheDir);
  const ref = { provider: provider.name, model_id: models.model.id };
  return modelCautions(settings, lists, ref).map(({ message, near }) => ({
    message,
    remedy: near === undefined ? null : `did you mean ${near}? occ use ${provider.name}/${near}`,
  }));
}

/** A variable that occ reads takes precedence over the key in the file. */
function aboutKey({ env }: System, { provider, key }: Chosen): Caution[] {
  const set = provider.baseUrl === undefined ? globalKeyVariables.find((name) => env[name]) : undefined;
  if (set === undefined || (key.kind === 'variable' && key.name === set)) return [];
  return [{ message: `${set} is set and takes precedence over this key`, remedy: `unset ${set}` }];
}

/**
 * Local servers may run a model with fewer tokens than Claude Code's first request has. Ollama's documentation of November
 * 2026: 4k tokens with less than 24 GiB of video memory; agents should have at least 64 000.
 */
const windowCautions: Readonly<Partial<Record<LocalServerKind, Caution>>> = {
  ollama: {
    message: 'Ollama may cut prompts to 4096 tokens unless you set more; Claude Code needs 64 000',
    remedy: 'OLLAMA_CONTEXT_LENGTH=64000 ollama serve',
  },
  'lm-studio': {
    message: 'LM Studio may load a model with a short context; Claude Code needs 64 000 tokens',
    remedy: 'lms load <model> --context-length 64000',
  },
};
