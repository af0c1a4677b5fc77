/**
 * `occ config init`: writes a first configuration with a random token, and the schema beside it. On a terminal it asks what
 * its options leave open; elsewhere defaults apply, or an error names the missing option.
 */
import { existsSync } from 'node:fs';
import { findLocalServers, localPorts, type LocalServer } from '../../../catalog/local-servers.ts';
import { firstConfig } from '../../../config/edit/first.ts';
import { findTarget } from '../../../config/edit/target.ts';
import { checkWhole, writeWhole } from '../../../config/edit/whole.ts';
import { readConfigBytes } from '../../../config/file/read.ts';
import { loadSettings } from '../../../config/load.ts';
import { findPlaces } from '../../../config/paths.ts';
import type { Settings } from '../../../config/settings.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { nearest } from '../../../nearest.ts';
import { canAsk } from '../../../terminal/prompts.ts';
import { widthOf } from '../../../terminal/width.ts';
import { toSource, toTarget, type ConfigCall } from '../call.ts';
import { configOption } from '../../../config/remedies.ts';
import { cautionsAbout } from './cautions.ts';
import { toFirstConfig, type Chosen, type ChosenModels, type ChosenProvider } from './choices.ts';
import { guideByDefaults, keyFrom, modelsFrom, providerFrom } from './flags.ts';
import { renderReport } from './page.ts';

/** Where local servers are looked for; tests pass their own. */
export interface InitOptions {
  ports?: readonly number[];
}

/** Rejects with an OccError `config_exists` (exit code 1) if the file exists, unless `--force` is given. */
export async function init(call: ConfigCall, { ports }: InitOptions = {}): Promise<number> {
  const { options, output, system } = call;
  const { file, replaces } = findTarget(toTarget(call));
  if (existsSync(file) && options.force !== true) throw existing(file, options.config);
  const before = existsSync(file) ? readConfigBytes(file) : undefined;
  const chosen = await choose(call, ports ?? localPorts(system.env));
  const text = firstConfig(toFirstConfig(chosen.provider, chosen.key, chosen.models));
  const { env, home } = system;
  const remedy = 'occ help config init lists the options';
  const warnings = await checkWhole({ file, text, env, home, remedy });
  const replaced = await writeWhole({ file, configDir: findPlaces(system).configDir }, before, text);
  if (replaced.kind === 'overtaken') throw existing(file, options.config);
  const settings = await readSettings(call, file);
  const cautions = cautionsAbout(call.system, settings, chosen);
  const next = nextSteps(call, settings, chosen);
  const backup = (replaced.kind === 'written' && replaced.backup) || null;
  if (output.json) {
    output.printJson({ path: file, backup, next, ...describe(chosen), warnings, cautions });
    return exitCodes.ok;
  }
  output.print(file);
  const lines = renderReport({ backup, replaces, warnings, cautions, next, width: widthOf(system.stderr) });
  for (const { text, warning } of lines) {
    if (warning) output.warn(text);
    else output.info(text);
  }
  return exitCodes.ok;
}

async function choose(call: ConfigCall, ports: readonly number[]): Promise<Chosen> {
  const { options } = call;
  const named = providerFrom(options);
  // A wrong combination is reported before the first question.
  if (named !== undefined) modelsFrom(options, named);
  const asks = isInteractive(call);
  const servers = asks || named?.local !== undefined ? await findLocalServers(portsFor(named, ports)) : [];
  const guide = asks ? (await import('./converse.ts')).guideByQuestions(call, servers) : guideByDefaults();
  const provider = named ?? (await guide.provider());
  const key = (await keyFrom(call)) ?? (await guide.key(provider));
  const server = servers.find(({ kind, baseUrl }) => kind === provider.local && baseUrl === provider.baseUrl);
  const models = modelsFrom(options, provider) ?? (await guide.models(provider, key, server));
  return { provider, key, models: withFacts(models, server) };
}

/** A server that --base-url names need not listen on one of the usual ports. */
function portsFor(named: ChosenProvider | undefined, ports: readonly number[]): number[] {
  const own = named?.local === undefined ? NaN : Number(new URL(named.baseUrl ?? '').port);
  return [...new Set([...(own > 0 ? [own] : []), ...ports])];
}

/** Adds what the server says about the model. OccError `usage` if it has other models, but not this one. */
function withFacts(models: ChosenModels, server: LocalServer | undefined): ChosenModels {
  const { model } = models;
  if (model === undefined || server === undefined) return models;
  const ids = server.models.map(({ id }) => id);
  const found = server.models.find(({ id }) => id === model.id || id === `${model.id}:latest`);
  if (found !== undefined) return { ...models, model: found };
  if (ids.length === 0) return models;
  const near = nearest(model.id, ids);
  throw new OccError('usage', `${server.title} has no model ${model.id}; it has ${ids.join(', ')}`, {
    exitCode: exitCodes.usage,
    remedy: near === undefined ? 'choose one of them with --model <id>' : `did you mean --model ${near}?`,
  });
}

export function isInteractive({ system, output }: Pick<ConfigCall, 'system' | 'output'>): boolean {
  return canAsk(system) && !output.json && !output.quiet;
}

/** Undefined if the environment makes the configuration invalid, which `occ config check` explains. */
async function readSettings(call: ConfigCall, file: string): Promise<Settings | undefined> {
  try {
    return (await loadSettings({ ...toSource(call), configFile: file, runCommands: false })).settings;
  } catch (error) {
    if (error instanceof OccError) return undefined;
    throw error;
  }
}

/** Commands only. None of them takes a key as an argument, which would stay in the history of the shell. */
function nextSteps(
  { options: { config } }: ConfigCall,
  settings: Settings | undefined,
  { provider, key }: Chosen,
): string[] {
  const where = configOption(config);
  const { missingKey, keyCommandNotRun } = settings?.providers[provider.name] ?? {};
  if (settings === undefined) return [`occ config check${where}`];
  const path = provider.baseUrl === undefined ? 'api_key' : `providers.${provider.name}.api_key`;
  const lacks = missingKey !== undefined && keyCommandNotRun !== true && key.kind !== 'command';
  const own = provider.baseUrl === undefined ? '' : ` --provider ${provider.name}`;
  return [
    ...(lacks ? [`occ config set ${path} --stdin${where}`] : []),
    ...(lacks || key.kind === 'none' ? [] : [`occ doctor key${own}${where}`]),
    `occ launch${where}`,
  ];
}

function describe({ provider, key, models }: Chosen): Record<string, unknown> {
  return {
    provider: provider.name,
    key: key.kind,
    preset: models.preset ?? null,
    model: models.model?.id ?? null,
  };
}

function existing(file: string, config: string | undefined): OccError {
  const where = config === undefined ? '' : ` --config ${config}`;
  return new OccError('config_exists', `${file} already exists; it was not changed`, {
    remedy: `occ config edit${where}           changes it\nocc config init --force${where}   replaces it and keeps a backup`,
  });
}
