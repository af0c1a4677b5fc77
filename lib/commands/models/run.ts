/** One answer of `occ models`: the lists asked for if need be, then what is known, and the code that says how it went. */
import { resolve } from 'node:path';
import { knownModels, type KnownModel } from '../../catalog/known-models.ts';
import { readListCache, writeListCache } from '../../catalog/list-cache.ts';
import { findPlaces } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { count } from '../../terminal/figures.ts';
import { withProgress } from '../../terminal/progress.ts';
import { widthOf } from '../../terminal/width.ts';
import { renderModels } from './page.ts';
import type { Refreshed } from './refresh.ts';
import { usesEmulator } from '../../host/emulator.ts';
import { readLearnedNotes, type LearnedNotes } from './learned.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface ModelsOptions extends GlobalOptions {
  refresh?: boolean;
  config?: string;
}

export async function runModels(options: ModelsOptions, system: System, output: Output): Promise<number> {
  const { cacheDir } = findPlaces({ env: system.env, home: system.home });
  const settings = await readSettings(options, system);
  const refreshed = options.refresh === true ? await refresh(settings, cacheDir, system, output) : null;
  const models = knownModels(settings, readListCache(cacheDir));
  const notes = await readLearnedNotes(system);
  const notesOf = (model: KnownModel) => notesFor(model, notes);
  if (output.json) {
    output.printJson({
      config: settings.file ?? null,
      refreshed,
      models: models.map((model) => toAnswer(model, notesOf(model))),
    });
  } else {
    const { style } = output;
    for (const line of renderModels(models, readiness(settings), style, widthOf(system.stdout), notesOf))
      output.print(line);
  }
  return codeOf(refreshed ?? []);
}

async function readSettings({ config, refresh }: ModelsOptions, system: System): Promise<Settings> {
  const options = {
    configFile: config === undefined ? undefined : resolve(system.cwd, config),
    env: system.env,
    // A look needs no key; asking does.
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
  const asking = refreshLists(providers, { ...system.env });
  const { refreshed, lists } = await withProgress(output, 'asking the providers for their models', asking);
  try {
    writeListCache(cacheDir, lists);
  } catch (error) {
    output.warn(`occ: the lists cannot be kept in ${cacheDir} (${(error as NodeJS.ErrnoException).code})`);
  }
  for (const { provider, outcome, models, reason } of refreshed) {
    if (outcome === 'listed') output.info(`occ: ${provider} lists ${count(models ?? 0, 'model')}`);
    // That a built-in provider is not used is nothing to speak of.
    else if (outcome === 'skipped') output.detail(`occ: ${provider} was not asked: ${reason}`);
    else output.warn(`occ: ${provider}: ${reason}`);
  }
  if (refreshed.every(({ outcome }) => outcome === 'skipped'))
    output.warn('occ: no provider has a key, so none was asked');
  return [...refreshed];
}

function codeOf(refreshed: readonly Refreshed[]): number {
  const outcomes = new Set(refreshed.map(({ outcome }) => outcome));
  if (outcomes.has('refused')) return exitCodes.refused;
  return outcomes.has('unreachable') ? exitCodes.unreachable : exitCodes.ok;
}

/** Providers whose models could be asked now, the rest with the reason. */
function readiness({ providers }: Settings): Record<string, string | undefined> {
  return Object.fromEntries(Object.values(providers).map(({ name, missingKey }) => [name, missingKey]));
}

/** What holds for the model alone, and for all models of its provider. */
function notesFor({ provider, id }: KnownModel, notes: LearnedNotes): readonly string[] {
  return [...(notes.get(`${provider}/${id}`) ?? []), ...(notes.get(provider) ?? [])];
}

function toAnswer(model: KnownModel, notes: readonly string[]): Record<string, unknown> {
  const { provider, id, price, trains, officialClientOnly, context, output, ...rest } = model;
  return {
    model: `${provider}/${id}`,
    provider,
    id,
    ...rest,
    context_window: context,
    max_output_tokens: output,
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
    notes,
  };
}
