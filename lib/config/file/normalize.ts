/** Normalizes a valid file: resolves aliases and model entries, and checks what the schema cannot express. */
import { headerFault } from '../providers/credentials.ts';
import { toEntry, toProviderName } from './entries.ts';
import type { ConfigFile, FileEntry, FileProvider } from './config-file.ts';
import { toCanonical } from './canonical.ts';
import { configSchema } from './schema.ts';
import type { JsonObject } from '../../json.ts';
import { renderPath, type Segment } from './json-path.ts';
import { builtInNames, sectionsOf } from '../providers/providers.ts';
import type { ModelEntry, Problem } from '../settings.ts';
import { urlKeys } from '../../wire/formats.ts';

/** The file with complete model entries and without aliases, except in the `wire_format` of provider sections. */
export type NormalFile = Omit<
  ConfigFile,
  'models' | 'fallbacks' | 'model_overrides' | 'model_family_overrides'
> & {
  models?: Record<string, ModelEntry>;
  fallbacks?: Record<string, ModelEntry[]>;
  model_overrides?: Record<string, ModelEntry>;
  model_family_overrides?: Record<string, ModelEntry>;
};

/** Reports unknown providers, entries without an id, and invalid provider sections. */
export function normalize(config: JsonObject): { file: NormalFile; problems: Problem[] } {
  // The caller has removed everything that the schema does not accept.
  const file = toCanonical(config, configSchema) as ConfigFile;
  const problems: Problem[] = [];
  const { custom } = sectionsOf(file);
  const known = new Set([...builtInNames, ...custom.map(({ name }) => name)]);
  for (const { name, segments, given } of custom) problems.push(...faultsOf(name, segments, given));

  const entries = (at: Segment, given: Record<string, FileEntry>): Record<string, ModelEntry> =>
    mapValues(given, (entry, key) => toEntry(entry, [at, key], known, problems));
  const lists = (given: Record<string, FileEntry[]>): Record<string, ModelEntry[]> =>
    mapValues(given, (list, key) =>
      list.map((entry, index) => toEntry(entry, ['fallbacks', key, index], known, problems)),
    );

  const { models, fallbacks, model_overrides, model_family_overrides, ...rest } = file;
  if (Object.hasOwn(model_family_overrides ?? {}, '')) {
    problems.push({
      path: renderPath(['model_family_overrides', '']),
      message: 'found an empty key, expected part of a model id; it would match every model',
    });
  }
  return {
    problems,
    file: {
      ...rest,
      ...(models && { models: entries('models', models) }),
      ...(fallbacks && { fallbacks: lists(fallbacks) }),
      ...(model_overrides && { model_overrides: entries('model_overrides', model_overrides) }),
      ...(model_family_overrides && {
        model_family_overrides: entries('model_family_overrides', model_family_overrides),
      }),
    },
  };
}

function faultsOf(name: string, segments: readonly Segment[], given: FileProvider): Problem[] {
  const path = renderPath(segments);
  if (builtInNames.has(name)) {
    const remedy =
      name === 'emulator' ? 'choose another name' : `configure it under ${name.replaceAll('-', '_')}`;
    return [{ path, message: `${name} is built in, expected the name of another provider`, remedy }];
  }
  if (name === '' || name.includes('/')) {
    return [{ path, message: 'found a name that is empty or contains "/"' }];
  }
  const urls = [given.base_url, ...urlKeys.map(({ name: key }) => given[key])];
  return urls.some((url) => url !== undefined)
    ? headerFaults(segments, given.headers ?? {})
    : [
        {
          path: renderPath([...segments, 'base_url']),
          message: 'found nothing, expected the URL of the provider',
        },
      ];
}

/** A name that is not a token, or a value with a line break, would make every request fail. */
function headerFaults(segments: readonly Segment[], headers: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(headers).flatMap(([name, value]): Problem[] => {
    const path = renderPath([...segments, 'headers', name]);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return [{ path, message: 'is not a valid name of a header' }];
    const fault = headerFault(value);
    if (fault !== undefined) return [{ path, message: fault }];
    return [];
  });
}

function mapValues<From, To>(
  given: Record<string, From>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, change(value, key)]));
}

/** Providers that a model entry names. */
export function namedProviders(file: NormalFile): Set<string> {
  const groups = [file.models, file.model_overrides, file.model_family_overrides];
  const entries = [
    ...groups.flatMap((group) => Object.values(group ?? {})),
    ...Object.values(file.fallbacks ?? {}).flat(),
  ];
  return new Set(entries.map(({ provider }) => toProviderName(provider)));
}
