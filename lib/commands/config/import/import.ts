/** `occ config import`: takes over the configuration of another tool, which is only read. */
import { existsSync, realpathSync } from 'node:fs';
import { allModels } from '../../../catalog/models.ts';
import { findTarget } from '../../../config/edit/target.ts';
import { findSources } from '../../../config/imports/find.ts';
import type { Imported } from '../../../config/imports/importing.ts';
import { loadSettings } from '../../../config/load.ts';
import type { Settings } from '../../../config/settings.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { toSource, toTarget, type ConfigCall } from '../call.ts';
import { configOption } from '../../../config/remedies.ts';
import { chooseMode, chooseSource, mayCopyKeys } from './choose.ts';
import { printReport, type Report } from './page.ts';
import { plan, write, type Planned } from './write.ts';

/** Rejects with an OccError; `import_empty` (exit code 1) if occ can use nothing of the file. */
export async function importConfig(call: ConfigCall): Promise<number> {
  const { options, system } = call;
  const { env } = system;
  const { file: target, replaces } = findTarget(toTarget(call));
  const { source, file, value } = await chooseSource(call);
  refuseOwn(call, target, file);
  const imported = await source.convert(value, { env, claudeModels: claudeModels() });
  if (isEmpty(imported)) throw empty(file, imported);
  const mode = await chooseMode(call, target);
  const copy = await mayCopyKeys(call, imported);
  const planned = plan({ imported, mode, copy, target, title: source.title, file, env });
  const written = await write(call, planned, options.dryRun === true);
  const settings = await readSettings(call, planned);
  const report: Report = {
    tool: source.name,
    title: source.title,
    source: file,
    file: target,
    dryRun: options.dryRun === true,
    mode,
    copied: copy,
    imported,
    planned,
    ...written,
    replaces: replaces === file ? replaces : undefined,
    ready: settings !== undefined && keyless(settings).length === 0,
    next: nextSteps(call, settings),
  };
  await printReport(call, report);
  return exitCodes.ok;
}

/** Neither their file nor one that a link leads to is written, whatever the file of occ is called. */
function refuseOwn({ system }: ConfigCall, target: string, file: string): void {
  const foreign = [file, ...findSources(system).map((found) => found.file)].map(behind);
  if (!existsSync(target) || !foreign.includes(behind(target))) return;
  throw new OccError('config_foreign', `${target} belongs to another tool and is never written`, {
    remedy:
      'give another file: occ config import --config <file>\nto start afresh: occ config init --config <file>',
  });
}

function behind(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

function isEmpty({ config, slots }: Imported): boolean {
  const { models, providers, ...rest } = config;
  return (
    models === undefined && providers === undefined && Object.keys(rest).length === 0 && slots.length === 0
  );
}

function empty(file: string, { left }: Imported): OccError {
  const most = 8;
  const lines = left.slice(0, most).map(({ path, reason }) => `\n  ${path || 'the file'}: ${reason}`);
  const more = left.length > most ? `\n  and ${left.length - most} more` : '';
  return new OccError('import_empty', `occ can use nothing of ${file}${lines.join('')}${more}`, {
    remedy: 'occ config init   writes a configuration by asking a few questions',
  });
}

/** Newest first: `claude-opus-5` before `claude-opus-4-8`. */
function claudeModels(): string[] {
  const ids = allModels().flatMap(({ id, status }) =>
    id.startsWith('claude-') && status === 'active' ? [id] : [],
  );
  return [...new Set(ids)].sort((one, other) => other.localeCompare(one, 'en', { numeric: true }));
}

/** Undefined if the environment makes the configuration invalid. */
async function readSettings(call: ConfigCall, { file, text }: Planned): Promise<Settings | undefined> {
  try {
    const source = { ...toSource(call), configFile: file, text };
    return (await loadSettings({ ...source, runCommands: false })).settings;
  } catch (error) {
    if (error instanceof OccError) return undefined;
    throw error;
  }
}

/** The providers that the models name and that have no key. */
function keyless({ models, fallbacks, modelOverrides, providers }: Settings): string[] {
  const entries = [
    ...Object.values(models),
    ...Object.values(modelOverrides),
    ...Object.values(fallbacks).flat(),
  ];
  const named = new Set(entries.map(({ provider }) => provider));
  return Object.values(providers).flatMap(({ name, missingKey }) =>
    named.has(name) && missingKey !== undefined ? [name] : [],
  );
}

/** Commands only. None of them takes a key as an argument, which would stay in the history of the shell. */
function nextSteps(call: ConfigCall, settings: Settings | undefined): string[] {
  const where = configOption(call.options.config);
  if (call.options.dryRun === true) return ['the same command without --dry-run'];
  if (settings === undefined) return [`occ config check${where}`];
  const missing = keyless(settings).slice(0, 3);
  const keys = missing.map((name) => {
    const shared = name === 'opencode-go' || name === 'opencode-zen';
    return `occ config set ${shared ? 'api_key' : `providers.${name}.api_key`} --stdin${where}`;
  });
  return [...new Set(keys), `occ route${where}`, `occ launch${where}`];
}
