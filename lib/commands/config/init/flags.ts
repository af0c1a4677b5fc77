/** Reads the options of `occ config init`, and answers what they leave open where there is no terminal to ask on. */
import { knownProviders } from '../../../catalog/known-providers.ts';
import { localServerFacts, type LocalServerKind } from '../../../catalog/local-server-kinds.ts';
import type { LocalServer } from '../../../catalog/local-servers.ts';
import { presetNames, presetsOf, type PresetName } from '../../../catalog/presets.ts';
import type { KeySource } from '../../../config/edit/first.ts';
import { isHttpUrl } from '../../../config/file/schema-node.ts';
import { keyFault } from '../../../config/providers/credentials.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { isLoopback } from '../../../loopback.ts';
import { nearest } from '../../../nearest.ts';
import type { ConfigCall, ConfigOptions } from '../call.ts';
import { readHidden } from '../typed.ts';
import {
  fromKind,
  fromKnown,
  fromUrl,
  type ChosenModels,
  type ChosenProvider,
  type Guide,
} from './choices.ts';

const defaultPreset: PresetName = 'balanced';

/** What stands for a provider that only its URL names. */
const otherProvider = 'other';

/** Undefined if the options name none. Throws an OccError `usage`. */
export function providerFrom({ provider, baseUrl }: ConfigOptions): ChosenProvider | undefined {
  if (baseUrl !== undefined && !isHttpUrl(baseUrl))
    throw wrong(`--base-url: found "${baseUrl}", expected a URL such as http://127.0.0.1:8000/v1`);
  if (provider === undefined) return baseUrl === undefined ? undefined : fromUrl(baseUrl);
  if (provider === otherProvider) return baseUrl === undefined ? undefined : fromUrl(baseUrl);
  const known = knownProviders.find(({ name }) => name === provider.replaceAll('_', '-'));
  const kind = localKind(provider);
  if (kind !== undefined) return fromKind(kind, baseUrl);
  if (known?.baseUrl === undefined && known !== undefined && baseUrl !== undefined)
    throw wrong(
      `--base-url: ${known.name} has its own URL`,
      `leave out --base-url, or --provider ${known.name}`,
    );
  if (known !== undefined) return { ...fromKnown(known), ...(baseUrl !== undefined && { baseUrl }) };
  if (!/^[\w-]+$/.test(provider))
    throw wrong(`--provider: found "${provider}", expected letters, digits, "-" and "_"`);
  if (baseUrl === undefined) throw unknownProvider(provider);
  return fromUrl(baseUrl, provider);
}

function localKind(name: string): LocalServerKind | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  const kinds = Object.keys(localServerFacts) as LocalServerKind[];
  return kinds.find((kind) => plain(kind) === plain(name));
}

function unknownProvider(name: string): OccError {
  const names = [...knownProviders.map((known) => known.name), ...Object.keys(localServerFacts)];
  const near = nearest(name, names);
  const expected = `expected one of ${names.join(', ')}, or another name with --base-url`;
  return wrong(`--provider: found "${name}", ${expected}`, near && `did you mean --provider ${near}?`);
}

/** Undefined if the options name none. Reads stdin for --key-stdin. Rejects with an OccError `usage`. */
export async function keyFrom(call: ConfigCall): Promise<KeySource | undefined> {
  const { keyStdin, keyCommand, keyEnv, key } = call.options;
  const given = [
    ...(keyStdin === true ? ['--key-stdin'] : []),
    ...(keyCommand === undefined ? [] : ['--key-command']),
    ...(keyEnv === undefined ? [] : ['--key-env']),
    ...(key === false ? ['--no-key'] : []),
  ];
  if (given.length > 1) throw wrong(`found ${given.join(' and ')}, expected one of them`);
  if (key === false) return { kind: 'none' };
  if (keyCommand !== undefined) {
    if (keyCommand.trim() === '')
      throw wrong('--key-command: found nothing, expected a command that prints the key');
    return { kind: 'command', command: keyCommand };
  }
  if (keyEnv !== undefined) {
    // The value is not repeated: it may be the key itself.
    if (!isVariable(keyEnv))
      throw wrong('--key-env: expected the name of a variable, such as OPENCODE_API_KEY');
    return { kind: 'variable', name: keyEnv };
  }
  if (keyStdin !== true) return undefined;
  const value = await readHidden(call, 'Key');
  const fault = keyFault(value);
  if (fault !== undefined) throw wrong(`the key on stdin ${fault}`);
  return { kind: 'value', key: value };
}

export function isVariable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** Undefined if the options name none. Throws an OccError `usage`. */
export function modelsFrom(
  { preset, model }: ConfigOptions,
  provider: ChosenProvider,
): ChosenModels | undefined {
  if (model !== undefined && !/^[!-~]+$/.test(model))
    throw wrong(`--model: found "${model}", expected the id of a model, such as glm-5.3`);
  if (preset === undefined)
    return model === undefined ? undefined : { model: { id: withoutProvider(model, provider) } };
  const name = presetNames.find((known) => known === preset);
  if (name === undefined)
    throw wrong(`--preset: found "${preset}", expected one of ${presetNames.join(', ')}`);
  if (presetsOf(provider.name) === undefined)
    throw wrong(
      `--preset: there are presets for opencode-go and opencode-zen, not for ${provider.name}`,
      'give --model <id> instead',
    );
  return { preset: name, ...(model !== undefined && { model: { id: withoutProvider(model, provider) } }) };
}

function withoutProvider(model: string, { name }: ChosenProvider): string {
  return model.startsWith(`${name}/`) ? model.slice(name.length + 1) : model;
}

/** Answers without a terminal. What has no default is an OccError `usage` that names the missing option. */
export function guideByDefaults(): Guide {
  return {
    provider: () => Promise.resolve(fromKnown(knownProviders[0] as (typeof knownProviders)[number])),
    key: (provider) => Promise.resolve(defaultKey(provider)),
    models: (provider, _key, server) => Promise.resolve(defaultModels(provider, server)),
  };
}

function defaultKey({ name, baseUrl, keyVariables, local }: ChosenProvider): KeySource {
  const [variable] = keyVariables;
  if (variable !== undefined) return { kind: 'variable', name: variable };
  if (local !== undefined || (baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname)))
    return { kind: 'none' };
  throw wrong(
    `the key of ${name} is missing`,
    'give --key-env <NAME>, --key-command <command> or --key-stdin, or --no-key if it needs none',
  );
}

function defaultModels(provider: ChosenProvider, server: LocalServer | undefined): ChosenModels {
  if (presetsOf(provider.name) !== undefined) return { preset: defaultPreset };
  const [only, ...others] = server?.models ?? [];
  if (only !== undefined && others.length === 0) return { model: only };
  if (only !== undefined)
    throw wrong(
      `${provider.title} has several models: ${[only, ...others].map(({ id }) => id).join(', ')}`,
      'choose one with --model <id>',
    );
  if (provider.local === undefined)
    throw wrong(`the model of ${provider.name} is missing`, 'give --model <id>');
  throw wrong(
    server === undefined
      ? `${provider.title} does not answer on ${provider.baseUrl ?? ''}`
      : `${provider.title} has no model yet`,
    `${localServerFacts[provider.local][server === undefined ? 'start' : 'firstModel']}\nor give --model <id>`,
  );
}

function wrong(message: string, remedy?: string): OccError {
  return new OccError('usage', message, {
    exitCode: exitCodes.usage,
    remedy: remedy ?? 'occ help config init lists the options',
  });
}
