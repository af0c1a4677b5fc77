/**
 * pi. An extension that goes with the launch adds a provider, so the user's folder of pi, with its settings, logins, other
 * extensions and sessions, stays in use and unchanged. Measured with 1.6.0.
 */
import { join } from 'node:path';
import { automaticId } from '../proxy/policy/tiers.ts';
import type { Client, Launch, Prepared, Ready } from './client.ts';
import type { OfferedModel } from './offered-models.ts';
import { containsOption, operandsOf, type OptionTable } from './option-table.ts';
import { environmentFor, tokenVariable } from './other-client.ts';

/** From `pi --help`. Extensions of the user may add others. */
const options: OptionTable = {
  valued: new Set([
    '--api-key',
    '--append-system-prompt',
    '--exclude-tools',
    '-xt',
    '--export',
    '--extension',
    '-e',
    '--fork',
    '--mode',
    '--models',
    '--name',
    '-n',
    '--prompt-template',
    '--provider',
    '--session',
    '--session-dir',
    '--session-id',
    '--skill',
    '--system-prompt',
    '--theme',
    '--thinking',
    '--tools',
    '-t',
    '--tui-mode',
    '--use-theme',
  ]),
  others: new Set([
    '--approve',
    '-a',
    '--continue',
    '--list-models',
    '--no-approve',
    '-na',
    '--no-builtin-tools',
    '-nbt',
    '--no-context-files',
    '-nc',
    '--no-extensions',
    '-ne',
    '--no-mcp',
    '--no-prompt-templates',
    '-np',
    '--no-session',
    '--no-skills',
    '-ns',
    '--no-themes',
    '--no-tools',
    '-nt',
    '--offline',
    '--print',
    '--resume',
    '-r',
    '--verbose',
    '--version',
    '-v',
  ]),
};

/** The commands that have no conversation. They accept no options of one. */
const commands = new Set('install remove uninstall update list config auth mcp'.split(' '));

export const pi: Client = {
  name: 'pi',
  package: {
    title: 'pi',
    name: '@earendil-works/pi-coding-agent',
    versions: '~1.6.0',
    megabytes: 170,
    program: 'pi',
  },
  format: 'messages',
  options,
  automatic: automaticId,
  credentials: [],
  isInteractive: (args) =>
    !commands.has(args[0] ?? '') &&
    !containsOption(options, args, ['-p', '--print', '--mode', '--export', '--list-models']),
  resume: (session) => ['--session', session],
  begin: async (launch) => ({ prepare: (ready) => preparePi(launch, ready) }),
};

/** The name of the provider among the user's. */
const provider = 'occ';

/** The variable that the extension reads. */
const urlVariable = 'OCC_URL';

function preparePi(launch: Launch, ready: Ready): Prepared {
  const { choice, folder } = ready;
  const environment = environmentFor(launch, ready, {
    set: { [urlVariable]: ready.url, [tokenVariable]: ready.token },
    secrets: [tokenVariable],
    credentials: pi.credentials,
  });
  const args = [...launch.args];
  if (commands.has(operandsOf(options, args)[0] ?? '')) return { ...environment, args };
  if (folder === undefined) {
    const note = `No variable points pi to the proxy. "occ launch ${pi.name} --attach" does, or a provider in its models.json: "baseUrl": "${ready.url}", "api": "anthropic-messages", "apiKey": "$${tokenVariable}".`;
    return { ...environment, args, notes: [...environment.notes, note] };
  }
  const extension = 'occ.js';
  return {
    ...environment,
    // A --model of the user comes later, and so counts.
    args: ['--extension', join(folder, extension), '--model', `${provider}/${choice.id}`, ...args],
    folder: { path: folder, files: { [extension]: toExtension(ready) } },
  };
}

function toExtension({ choice, models, header }: Ready): string {
  const offered = models();
  const known = offered.some(({ id }) => id === choice.id);
  const config = {
    name: 'occ',
    api: 'anthropic-messages',
    apiKey: `$${tokenVariable}`,
    // pi would replace what looks like a variable.
    ...(header !== undefined && { headers: { [header.name]: header.value.replaceAll('$', '%24') } }),
    models: [...(known ? [] : [{ ...common, id: choice.id, name: choice.id }]), ...offered.map(toEntry)],
  };
  return [
    `const config = ${JSON.stringify(config, null, 2)};`,
    `export default (pi) => pi.registerProvider('${provider}', { baseUrl: process.env.${urlVariable}, ...config });\n`,
  ].join('\n');
}

const common = {
  type: 'chat',
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  // So that the proxy learns which requests belong together.
  compat: { sendSessionAffinityHeaders: true },
};

function toEntry({ id, label, contextWindow, maxOutputTokens, images, efforts }: OfferedModel): object {
  return {
    ...common,
    id,
    name: label,
    reasoning: efforts.length > 0,
    input: images ? ['text', 'image'] : ['text'],
    contextWindow,
    maxTokens: maxOutputTokens,
  };
}
