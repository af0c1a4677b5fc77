/** Runs `occ models`: refreshes the lists if requested, then prints all known models. */
import { resolve } from 'node:path';
import { knownModels, type KnownModel } from '../../catalog/known-models.ts';
import { readListCache, writeListCache } from '../../catalog/list-cache.ts';
import { builtInNames } from '../../config/providers/providers.ts';
import { findPlaces } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes } from '../../errors.ts';
import { reasonOf } from '../../system-error.ts';
import type { Output } from '../../terminal/output.ts';
import { count } from '../../terminal/figures.ts';
import { withProgress } from '../../terminal/progress.ts';
import { widthOf } from '../../terminal/width.ts';
import { nearest } from '../../nearest.ts';
import { matches } from './filter.ts';
import { renderModels } from './page.ts';
import type { Refreshed } from './refresh.ts';
import { usesEmulator } from '../../host/emulator.ts';
import { readLearnedNotes, type LearnedNotes } from './learned.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface ModelsOptions extends GlobalOptions {
  all?: boolean;
  refresh?: boolean;
  config?: string;
}

/** `words` must all occur in what is known about a model. */
export async function runModels(
  words: readonly string[],
  options: ModelsOptions,
  system: System,
  output: Output,
): Promise<number> {
  const { cacheDir } = findPlaces({ env: system.env, home: system.home });
  const settings = await readSettings(options, system);
  const refreshed = options.refresh === true ? await refresh(settings, cacheDir, system, output) : null;
  const all = knownModels(settings, readListCache(cacheDir));
  const models = all.filter((model) => matches(model, words));
  const missing = missingKeys(settings);
  const notes = await readLearnedNotes(system);
  const notesOf = (model: KnownModel) => notesFor(model, notes);
  if (output.json) {
    output.printJson({
      config: settings.file ?? null,
      refreshed,
      models: models.map((model) => toJson(model, missing[model.provider] === undefined, notesOf(model))),
    });
  } else {
    const { style } = output;
    const width = widthOf(system.stdout);
    const whole = words.length > 0 || options.all === true || width === undefined;
    const height = whole ? undefined : system.stdout.rows;
    for (const line of renderModels({ models, missing, style, width, height, notesOf, whole }))
      output.print(line);
    if (models.length === 0) output.info(noneFound(words, all));
  }
  return codeOf(refreshed ?? [], namedProviders(settings));
}

async function readSettings({ config, refresh }: ModelsOptions, system: System): Promise<Settings> {
  const options = {
    configFile: config === undefined ? undefined : resolve(system.cwd, config),
    env: system.env,
    // Only requests to providers need keys.
    runCommands: refresh === true,
  };
  const { settings } = await loadSettings(options);
  if (!usesEmulator(settings)) return settings;
  const { withEmulator } = await import('../../emulator/settings.ts');
  return withEmulator(settings, 'http://127.0.0.1:0');
}

async function refresh(
  settings: Settings,
  cacheDir: string,
  system: System,
  output: Output,
): Promise<Refreshed[]> {
  const { refreshLists } = await import('./refresh.ts');
  const providers = Object.values(settings.providers).filter(({ name }) => name !== 'emulator');
  const refreshing = refreshLists(providers, { ...system.env });
  const { refreshed, lists } = await withProgress(
    output,
    'requesting the model lists of the providers',
    refreshing,
  );
  try {
    writeListCache(cacheDir, lists);
  } catch (error) {
    output.warn(
      `occ: the lists cannot be stored in ${cacheDir}: ${reasonOf((error as NodeJS.ErrnoException).code ?? String(error))}`,
    );
  }
  for (const { provider, outcome, models, reason } of refreshed) {
    if (outcome === 'listed') output.info(`occ: ${provider} lists ${count(models ?? 0, 'model')}`);
    else if (outcome === 'skipped') output.info(`occ: ${provider} is skipped: ${reason}`);
    else {
      output.warn(`occ: ${provider}: ${reason}`);
      output.warn(
        `  occ doctor ${outcome === 'refused' ? 'key' : 'reachable'} --provider ${provider} says what to do`,
      );
    }
  }
  if (refreshed.every(({ outcome }) => outcome === 'skipped'))
    output.warn('occ: no provider has a key, so no list was requested');
  return [...refreshed];
}

/**
 * The built-in providers share a key and exist without being configured. As long as another provider has given its list,
 * their failure counts only if a model entry names them.
 */
function codeOf(refreshed: readonly Refreshed[], named: ReadonlySet<string>): number {
  const someListed = refreshed.some(({ outcome }) => outcome === 'listed');
  const counted = refreshed.filter(
    ({ provider }) => !someListed || named.has(provider) || !builtInNames.has(provider),
  );
  const outcomes = new Set(counted.map(({ outcome }) => outcome));
  if (outcomes.has('refused')) return exitCodes.refused;
  return outcomes.has('unreachable') ? exitCodes.unreachable : exitCodes.ok;
}

/** Those that a model entry names. */
function namedProviders({ models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings): Set<string> {
  const tables = [models, modelOverrides, modelFamilyOverrides].flatMap((table) => Object.values(table));
  return new Set([...tables, ...Object.values(fallbacks).flat()].map(({ provider }) => provider));
}

function noneFound(words: readonly string[], all: readonly KnownModel[]): string {
  const near = nearest(
    words.join(' '),
    all.flatMap(({ id, provider }) => [id, provider]),
  );
  const hint =
    near === undefined ? 'occ models --refresh asks the providers for new ones' : `did you mean ${near}?`;
  return `occ: no known model has ${words.map((word) => `"${word}"`).join(' and ')}\n  ${hint}`;
}

/** For each provider, why it has no key; undefined if it has one. */
function missingKeys({ providers }: Settings): Record<string, string | undefined> {
  return Object.fromEntries(Object.values(providers).map(({ name, missingKey }) => [name, missingKey]));
}

/** The notes on the model and those on its provider. */
function notesFor({ provider, id }: KnownModel, notes: LearnedNotes): readonly string[] {
  return [...(notes.get(`${provider}/${id}`) ?? []), ...(notes.get(provider) ?? [])];
}

function toJson(model: KnownModel, hasKey: boolean, notes: readonly string[]): Record<string, unknown> {
  const { provider, id, price, trains, officialClientOnly, context, output, assumed, ...rest } = model;
  return {
    model: `${provider}/${id}`,
    provider,
    id,
    ...rest,
    context_window: context,
    max_output_tokens: output,
    assumed: assumed.map((limit) => (limit === 'context' ? 'context_window' : 'max_output_tokens')),
    price: price
      ? {
          input: price.input,
          output: price.output,
          cache_read: price.cacheRead,
          cache_write: price.cacheWrite,
        }
      : null,
    trains_on_data: trains ?? null,
    official_client_only: officialClientOnly,
    has_key: hasKey,
    notes,
  };
}
