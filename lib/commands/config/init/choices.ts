/** What `occ config init` needs to know, from the options of the command line or from the user. */
import type { KnownProvider } from '../../../catalog/known-providers.ts';
import { localServerFacts, type LocalServerKind } from '../../../catalog/local-server-kinds.ts';
import type { LocalServer } from '../../../catalog/local-servers.ts';
import { presetsOf, type PresetName } from '../../../catalog/presets.ts';
import type { FirstConfig, KeySource } from '../../../config/edit/first.ts';
import type { FileEntry } from '../../../config/file/config-file.ts';
import type { Provider } from '../../../config/settings.ts';

export interface ChosenProvider {
  /** As entries of the configuration name it. */
  name: string;
  title: string;
  /** Absent for a built-in provider. */
  baseUrl?: string;
  wireFormat: Provider['defaultFormat'];
  /** Variables that hold its key by custom. Empty if there is no custom. */
  keyVariables: readonly string[];
  /** It runs on this machine and needs no key. */
  local?: LocalServerKind;
}

export interface ChosenModel {
  id: string;
  /** Context window in tokens, as a local server reports it. */
  context?: number;
  images?: boolean;
}

/** The models of a preset, one model for everything, or a preset with another default. */
export interface ChosenModels {
  preset?: PresetName;
  model?: ChosenModel;
}

/** All that `occ config init` writes into the file. */
export interface Chosen {
  provider: ChosenProvider;
  key: KeySource;
  models: ChosenModels;
}

/** Answers the questions that the options of the command line leave open. */
export interface Guide {
  provider(): Promise<ChosenProvider>;
  key(provider: ChosenProvider): Promise<KeySource>;
  /** `servers` are those that answer on this machine. */
  models(provider: ChosenProvider, key: KeySource, server: LocalServer | undefined): Promise<ChosenModels>;
}

export function fromKnown({ name, title, baseUrl, keyVariables }: KnownProvider): ChosenProvider {
  return { name, title, wireFormat: 'chat', keyVariables, ...(baseUrl !== undefined && { baseUrl }) };
}

export function fromServer({ kind, title, baseUrl }: LocalServer): ChosenProvider {
  return { name: nameOf(kind), title, baseUrl, wireFormat: 'chat', keyVariables: [], local: kind };
}

/** A server that does not answer now. */
export function fromKind(kind: LocalServerKind, baseUrl?: string): ChosenProvider {
  const { title, port } = localServerFacts[kind];
  const url = baseUrl ?? `http://127.0.0.1:${port}/v1`;
  return { name: nameOf(kind), title, baseUrl: url, wireFormat: 'chat', keyVariables: [], local: kind };
}

/** Names of providers appear in paths of the configuration, where a dot separates keys. */
function nameOf(kind: LocalServerKind): string {
  return kind.replaceAll('.', '-');
}

/** A provider that occ knows nothing about. The wire format follows from the end of the URL, else it is chat. */
export function fromUrl(baseUrl: string, name?: string): ChosenProvider {
  const { hostname, pathname } = new URL(baseUrl);
  const wireFormat = pathname.endsWith('/messages')
    ? 'messages'
    : pathname.endsWith('/responses')
      ? 'responses'
      : 'chat';
  return { name: name ?? nameFor(hostname), title: name ?? hostname, baseUrl, wireFormat, keyVariables: [] };
}

/** `api.together.xyz` → `together`, `127.0.0.1` → `local`. */
function nameFor(hostname: string): string {
  const labels = hostname.split('.').filter((label) => /[a-z]/i.test(label));
  const label = labels.length > 1 ? labels.at(-2) : labels[0];
  return label === undefined || label === 'localhost' ? 'local' : label.toLowerCase();
}

/** The file that these choices make. The preset, if any, is one of those of the provider. */
export function toFirstConfig(
  { name, baseUrl, wireFormat }: ChosenProvider,
  key: KeySource,
  { preset, model }: ChosenModels,
): FirstConfig {
  const single = model && toEntry(name, model);
  const given = preset && presetsOf(name)?.[preset];
  return {
    key,
    ...(baseUrl !== undefined && { provider: { name, baseUrl, wireFormat } }),
    models: { ...given?.models, ...(single && { default: single }) },
    fallbacks: { ...given?.fallbacks },
  };
}

function toEntry(provider: string, { id, context, images }: ChosenModel): FileEntry {
  return {
    provider,
    model_id: id,
    ...(context !== undefined && { context_window: context }),
    ...(images === true && { vision: true }),
  };
}
