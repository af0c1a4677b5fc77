/** Asks the questions of `occ config init` on a terminal. Nothing is written before the last one is answered. */
import { keysIn, knownProviders } from '../../../catalog/known-providers.ts';
import { localServerFacts } from '../../../catalog/local-server-kinds.ts';
import type { LocalServer } from '../../../catalog/local-servers.ts';
import { findModel } from '../../../catalog/models.ts';
import { presetNames, presetsOf, type Preset, type PresetName } from '../../../catalog/presets.ts';
import type { KeySource } from '../../../config/edit/first.ts';
import { isHttpUrl } from '../../../config/file/schema-node.ts';
import { keyFault, runKeyCommand, toKey } from '../../../config/providers/credentials.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { isLoopback } from '../../../loopback.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { openPrompts, type Choice, type Prompts } from '../../../terminal/prompts.ts';
import { count } from '../../../terminal/figures.ts';
import type { ConfigCall } from '../call.ts';
import {
  fromKnown,
  fromServer,
  fromUrl,
  type ChosenModels,
  type ChosenProvider,
  type Guide,
} from './choices.ts';
import { isVariable } from './flags.ts';
import { listModels } from './list.ts';

export function guideByQuestions(call: ConfigCall, servers: readonly LocalServer[]): Guide {
  const prompts = openPrompts(call.system, call.output, 'nothing was written');
  return {
    provider: () => askProvider(prompts, call, servers),
    key: (provider) => askKey(prompts, call, provider),
    models: (provider, key, server) => askModels(prompts, call, { provider, key, server }),
  };
}

async function askProvider(
  prompts: Prompts,
  { options, system }: ConfigCall,
  servers: readonly LocalServer[],
): Promise<ChosenProvider> {
  const found = keysIn(system.env);
  // The variable of a key names the provider that it belongs to.
  const keyed = knownProviders.filter(({ keyVariables }) => keyVariables.includes(options.keyEnv ?? ''));
  const other = 'other';
  const named = options.provider === other;
  const chosen = named
    ? other
    : await prompts.select('Which provider?', [
        ...(keyed.length > 0 ? keyed : knownProviders).map(({ name, title, summary }): Choice<string> => {
          const variable = found.find(({ providers }) =>
            providers.some((its) => its.name === name),
          )?.variable;
          return { value: name, label: title, hint: variable === undefined ? summary : `key in ${variable}` };
        }),
        ...(keyed.length > 0 ? [] : servers).map(({ kind, title, models }) => ({
          value: kind,
          label: `${title} on this computer`,
          hint: count(models.length, 'model'),
        })),
        { value: other, label: 'Another provider or server', hint: 'by its URL' },
      ]);
  const known = knownProviders.find(({ name }) => name === chosen);
  if (known !== undefined) return fromKnown(known);
  const server = servers.find(({ kind }) => kind === chosen);
  if (server !== undefined) return fromServer(server);
  const check = (url: string) =>
    isHttpUrl(url) ? undefined : 'expected a URL that begins with http:// or https://';
  return fromUrl(await prompts.text('What is its base URL?', { example: 'http://127.0.0.1:8000/v1', check }));
}

async function askKey(prompts: Prompts, call: ConfigCall, provider: ChosenProvider): Promise<KeySource> {
  const { title, local, baseUrl, keyVariables } = provider;
  if (local !== undefined) return { kind: 'none' };
  const { env } = call.system;
  const set = keyVariables.filter((name) => env[name]);
  const here = baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname);
  const none: Choice<string> = { value: 'none', label: 'It needs no key' };
  const way = await prompts.select(`Where is the key of ${title}?`, [
    ...(here ? [none] : []),
    ...set.map((name) => ({ value: `variable ${name}`, label: `In ${name}, which is set now` })),
    {
      value: 'value',
      label: 'I type or paste it',
      hint: 'hidden; stored in the file, which only you can read',
    },
    { value: 'command', label: 'A command prints it', hint: 'pass, op, security, secret-tool …' },
    { value: 'variable', label: 'In an environment variable', hint: 'set wherever occ runs' },
    ...(here || set.length > 0 || keyVariables.length > 0 ? [] : [none]),
  ]);
  if (way === 'none') return { kind: 'none' };
  if (way === 'value') {
    const key = await prompts.hidden(`Key of ${title}`, checkKey);
    return { kind: 'value', key };
  }
  if (way === 'command') return askCommand(prompts, call);
  if (way !== 'variable') return { kind: 'variable', name: way.slice('variable '.length) };
  const [usual] = keyVariables;
  const name = await prompts.text('Name of the variable', {
    example: usual ?? 'PROVIDER_API_KEY',
    check: (text) =>
      isVariable(text) || (text === '' && usual !== undefined)
        ? undefined
        : 'expected a name such as OPENCODE_API_KEY, not the key',
  });
  return { kind: 'variable', name: name === '' ? (usual ?? '') : name };
}

function checkKey(key: string): string | undefined {
  const fault = keyFault(key);
  return fault === undefined ? undefined : `the key ${fault}`;
}

/** Runs the command, so that a wrong one is noticed now. Its output is not shown. */
async function askCommand(prompts: Prompts, { system, output }: ConfigCall): Promise<KeySource> {
  for (;;) {
    const command = await prompts.text('Command that prints the key', {
      example: 'pass show opencode',
      check: (text) => (text.trim() === '' ? 'expected a command' : undefined),
    });
    const running = runKeyCommand(command, { env: system.env }).then((key) => toKey(key, 'this command'));
    try {
      await withProgress(output, 'running the command', running);
      return { kind: 'command', command };
    } catch (error) {
      if (!(error instanceof OccError)) throw error;
      output.warn(`occ: ${error.message}; ${error.remedy}`);
    }
  }
}

interface Asked {
  provider: ChosenProvider;
  key: KeySource;
  server: LocalServer | undefined;
}

async function askModels(prompts: Prompts, call: ConfigCall, asked: Asked): Promise<ChosenModels> {
  const { provider, key, server } = asked;
  const presets = presetsOf(provider.name);
  if (presets !== undefined) return { preset: await askPreset(prompts, presets) };
  const { local, title } = provider;
  if (server !== undefined && local !== undefined) {
    const [only, ...others] = server.models;
    if (only === undefined) throw noModel(title, localServerFacts[local].firstModel);
    if (others.length === 0) return { model: only };
    const id = await prompts.search(
      `Which model of ${title}?`,
      server.models.map((model) => ({ value: model.id, label: model.id })),
    );
    return { model: server.models.find((model) => model.id === id) ?? { id } };
  }
  const listed = await listModels(call, provider, key);
  if (listed.kind === 'listed' && listed.models.length > 0) {
    const options = listed.models.map(({ id }) => ({ value: id, label: id }));
    return { model: { id: await prompts.search(`Which model of ${title}?`, options) } };
  }
  if (listed.kind === 'failed') call.output.warn(`occ: ${title} gave no list of models: ${listed.reason}`);
  const check = (id: string) =>
    /^[!-~]+$/.test(id) ? undefined : 'expected the id of a model, without blanks';
  return {
    model: { id: await prompts.text(`Id of the model at ${title}`, { example: 'deepseek-chat', check }) },
  };
}

function noModel(title: string, command: string): OccError {
  return new OccError('no_model', `${title} has no model yet; nothing was written`, {
    exitCode: exitCodes.failed,
    remedy: `${command}\nthen: occ config init`,
  });
}

function askPreset(prompts: Prompts, presets: Readonly<Record<PresetName, Preset>>): Promise<PresetName> {
  const label = { budget: 'Budget', balanced: 'Balanced', quality: 'Quality' } as const;
  const ordered: PresetName[] = ['balanced', ...presetNames.filter((name) => name !== 'balanced')];
  return prompts.select(
    'Which models? None of these trains on your data.',
    ordered.map((name) => {
      const { models } = presets[name];
      const ids = [...new Set([models.default, models.complex].map(({ model_id = '' }) => model_id))];
      return { value: name, label: `${label[name]}: ${ids.join(', ')}`, hint: priceOf(models.default) };
    }),
  );
}

/** Of the model that does most of the work, in US dollars. */
function priceOf({ provider = '', model_id = '' }: Preset['models']['default']): string {
  const price = findModel(provider, model_id)?.price;
  return price === undefined ? '' : `default: $${price.input} in, $${price.output} out per million tokens`;
}
