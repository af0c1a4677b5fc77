/**
 * opencode. Its configuration can come from a variable, which is merged over the user's files key by key, so their agents,
 * permissions, keys and sessions stay in use. Measured with 1.18.33.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { isObject, parseJson, type JsonObject } from '../json.ts';
import { automaticId, tierId } from '../proxy/policy/tiers.ts';
import type { Client, Launch, Prepared, Ready } from './client.ts';
import type { OfferedModel } from './offered-models.ts';
import { containsOption, operandsOf, type OptionTable } from './option-table.ts';
import { environmentFor, tokenVariable } from './other-client.ts';
import { overlay } from './overlay.ts';
import { describeModel, tierRoutes } from './tiers.ts';

/** From `opencode --help` and that of `run`. */
const options: OptionTable = {
  valued: new Set([
    '--agent',
    '--attach',
    '--command',
    '--cors',
    '--dir',
    '--file',
    '-f',
    '--format',
    '--hostname',
    '--log-level',
    '--mdns-domain',
    '--password',
    '--port',
    '--prompt',
    '--replay-limit',
    '--session',
    '-s',
    '--title',
    '--username',
    '-u',
    '--variant',
  ]),
  others: new Set([
    '--auto',
    '--continue',
    '--fork',
    '--interactive',
    '-i',
    '--mdns',
    '--mini',
    '--no-replay',
    '--print-logs',
    '--pure',
    '--share',
    '--thinking',
    '--version',
    '-v',
  ]),
};

/** The commands that end without a conversation on the screen. Any other word is the folder of one. */
const withoutScreen = new Set(
  'completion acp mcp debug providers auth agent upgrade uninstall serve web models stats export import github session plugin plug db'.split(
    ' ',
  ),
);

export const opencode: Client = {
  name: 'opencode',
  package: {
    title: 'opencode',
    name: 'opencode-ai',
    versions: '~1.18.33',
    megabytes: 360,
    program: 'opencode',
    folders: (home) => [join(home, '.opencode', 'bin')],
    installed: nativeProgram,
  },
  format: 'messages',
  options,
  automatic: automaticId,
  credentials: ['OPENCODE_AUTH_CONTENT'],
  isInteractive(args) {
    const [command = ''] = operandsOf(options, args);
    if (command === 'run') return containsOption(options, args, ['-i', '--interactive']);
    return !withoutScreen.has(command);
  },
  resume: (session) => ['--session', session],
  begin: async (launch) => ({ prepare: (ready) => prepareOpencode(launch, ready) }),
};

/**
 * The program itself: what npm links is a script that says that an install script was not run. There is one for processors
 * with AVX2, and one for all.
 */
function nativeProgram(modules: string): string | undefined {
  const packages = readdirSync(modules).filter((name) => /^opencode-(?!ai$)/.test(name));
  const [all, fast] = [true, false].map((baseline) =>
    packages.find((name) => name.includes('-baseline') === baseline),
  );
  const chosen = hasNoAvx2() ? (all ?? fast) : (fast ?? all);
  if (chosen === undefined) return undefined;
  const folder = join(modules, chosen, 'bin');
  const program = readdirSync(folder).find((name) => /^opencode(?:\.exe)?$/.test(name));
  return program === undefined ? undefined : join(folder, program);
}

/** False where nothing says so. */
function hasNoAvx2(): boolean {
  try {
    const processors = readBounded('/proc/cpuinfo', 4 * 1024 * 1024).toString('utf8');
    return /^flags\s*:/m.test(processors) && !/\bavx2\b/.test(processors);
  } catch {
    return false;
  }
}

/** The name of the provider among the user's. */
const provider = 'occ';
const variable = 'OPENCODE_CONFIG_CONTENT';

function prepareOpencode(launch: Launch, ready: Ready): Prepared {
  const given = launch.env[variable] ?? '';
  const own = given === '' ? {} : parseJson(given);
  const content = overlay(isObject(own) ? own : {}, toConfig(ready));
  const environment = environmentFor(launch, ready, {
    set: { [tokenVariable]: ready.token, [variable]: JSON.stringify(content) },
    // The user's own content may hold keys.
    secrets: [tokenVariable, ...(given === '' ? [] : [variable])],
    credentials: opencode.credentials,
  });
  const note = `${variable} of your environment is not a JSON object; this launch replaces it.`;
  return {
    ...environment,
    args: [...launch.args],
    notes: [...environment.notes, ...(isObject(own) ? [] : [note])],
  };
}

function toConfig({ settings, url, choice, models, header }: Ready): JsonObject {
  const chores = tierId('haiku');
  const small = { name: `${describeModel(tierRoutes(settings).haiku)}, for titles` };
  const offered = Object.fromEntries(models().map((model) => [model.id, toEntry(model)]));
  return {
    // The others have keys of their own, and would bypass occ.
    enabled_providers: [provider],
    model: `${provider}/${choice.id}`,
    small_model: `${provider}/${chores}`,
    provider: {
      [provider]: {
        npm: '@ai-sdk/anthropic',
        name: 'occ',
        options: {
          baseURL: `${url}/v1`,
          apiKey: `{env:${tokenVariable}}`,
          ...(header !== undefined && { headers: { [header.name]: header.value } }),
        },
        models: { [choice.id]: { name: choice.id }, ...offered, [chores]: small },
      },
    },
  };
}

function toEntry({ label, contextWindow, maxOutputTokens, images, efforts }: OfferedModel): JsonObject {
  return {
    name: label,
    tool_call: true,
    reasoning: efforts.length > 0,
    attachment: images,
    modalities: { input: images ? ['text', 'image'] : ['text'], output: ['text'] },
    limit: { context: contextWindow, output: maxOutputTokens },
  };
}
