/**
 * GitHub Copilot CLI. Its variables for a provider of the user decide where requests go, without a login at GitHub, and leave
 * the rest of its settings as they are. Measured with 1.0.102.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { automaticId } from '../proxy/policy/tiers.ts';
import type { Client, Launch, Prepared, Ready } from './client.ts';
import { containsOption, operandsOf, type OptionTable } from './option-table.ts';
import { environmentFor } from './other-client.ts';

/** From `copilot --help`. */
const options: OptionTable = {
  valued: new Set([
    '--add-dir',
    '--add-github-mcp-tool',
    '--add-github-mcp-toolset',
    '--additional-mcp-config',
    '--agent',
    '--attachment',
    '--auto-tier',
    '-C',
    '--context',
    '--deny-url',
    '--disable-mcp-server',
    '--dynamic-retrieval',
    '--enable-mcp-server',
    '--environment-compute-id',
    '--environment-host',
    '--extension-sdk-path',
    '--interactive',
    '-i',
    '--log-dir',
    '--log-level',
    '--max-ai-credits',
    '--max-autopilot-continues',
    '--mcp-github-auth',
    '--mode',
    '--name',
    '-n',
    '--output-format',
    '--plugin-dir',
    '--prompt',
    '-p',
    '--reasoning-effort',
    '--session-id',
    '--stream',
    '--usage-output-file',
  ]),
  others: new Set([
    '--acp',
    '--allow-all',
    '--allow-all-mcp-server-instructions',
    '--allow-all-paths',
    '--allow-all-tools',
    '--allow-all-urls',
    '--allow-tool',
    '--allow-url',
    '--assisted-approval',
    '--autopilot',
    '--available-tools',
    '--banner',
    '--bash-env',
    '--connect',
    '--continue',
    '--deny-tool',
    '--disable-builtin-mcps',
    '--disable-client-telemetry',
    '--disallow-temp-dir',
    '--enable-all-github-mcp-tools',
    '--enable-memory',
    '--excluded-tools',
    '--experimental',
    '--fleet',
    '--mouse',
    '--no-ask-user',
    '--no-auto-update',
    '--no-bash-env',
    '--no-custom-instructions',
    '--no-eager-powershell-resolution',
    '--no-experimental',
    '--no-mouse',
    '--no-remote',
    '--no-remote-export',
    '--plain-diff',
    '--plan',
    '--remote',
    '--remote-export',
    '--resume',
    '-r',
    '--screen-reader',
    '--secret-env-vars',
    '--share',
    '--share-gist',
    '--silent',
    '-s',
    '--trust-folder',
    '--version',
    '-v',
    '--yolo',
  ]),
};

/** The commands that have no conversation. */
const commands = new Set(
  'app login help init config update version workflow sessions memories plugin mcp skill instruction lsp sandbox completion'.split(
    ' ',
  ),
);

export const copilot: Client = {
  name: 'copilot',
  package: {
    title: 'Copilot CLI',
    name: '@github/copilot',
    versions: '~1.0.102',
    megabytes: 190,
    program: 'copilot',
    installed: nativeProgram,
  },
  format: 'messages',
  options,
  automatic: automaticId,
  // The first two would replace the token of the launch.
  credentials: [
    'COPILOT_PROVIDER_API_KEY_COMMAND',
    'COPILOT_PROVIDER_BEARER_TOKEN',
    'COPILOT_PROVIDER_API_KEY',
  ],
  isInteractive: (args) =>
    !containsOption(options, args, ['-p', '--prompt', '--acp']) &&
    !commands.has(operandsOf(options, args)[0] ?? ''),
  begin: async (launch) => ({ prepare: (ready) => prepareCopilot(launch, ready) }),
};

/** The program itself: the script that npm links starts it, and does not end it at SIGTERM and SIGHUP. */
function nativeProgram(modules: string): string | undefined {
  const scope = join(modules, '@github');
  if (!existsSync(scope)) return undefined;
  const packages = readdirSync(scope).filter((name) => name.startsWith('copilot-'));
  const files = packages.flatMap((name) => ['copilot', 'copilot.exe'].map((file) => join(scope, name, file)));
  return files.find((file) => existsSync(file));
}

/** Headers for the provider of the user, one a line. */
const headersVariable = 'COPILOT_PROVIDER_HEADERS';

function prepareCopilot(launch: Launch, ready: Ready): Prepared {
  const { url, token, choice, header } = ready;
  const model = ready.models().find(({ id }) => id === choice.id);
  // The client sends the second name whatever its own option says.
  const given = containsOption(options, launch.args, ['--model']);
  const environment = environmentFor(launch, ready, {
    set: {
      COPILOT_PROVIDER_TYPE: 'anthropic',
      COPILOT_PROVIDER_BASE_URL: url,
      COPILOT_PROVIDER_API_KEY: token,
      // What the client shows, and what it asks the proxy for.
      ...(!given && {
        COPILOT_MODEL: model?.label ?? choice.id,
        COPILOT_PROVIDER_WIRE_MODEL: choice.id,
      }),
      // Without both, it warns that it does not know the model, and assumes small limits.
      ...(model !== undefined && {
        COPILOT_PROVIDER_MAX_PROMPT_TOKENS: String(promptTokens(model)),
        COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: String(model.maxOutputTokens),
      }),
      ...(header !== undefined && {
        [headersVariable]: [launch.env[headersVariable] ?? '', `${header.name}: ${header.value}`]
          .filter((one) => one !== '')
          .join('\n'),
      }),
    },
    secrets: [
      'COPILOT_PROVIDER_API_KEY',
      // Headers of the user may hold a credential.
      ...(launch.env[headersVariable] ? [headersVariable] : []),
    ],
    credentials: copilot.credentials,
    reported: ['COPILOT_PROVIDER_BASE_URL', 'COPILOT_MODEL'],
  });
  return { ...environment, args: [...launch.args] };
}

/** What remains of the window for the prompt: at least half of it. */
function promptTokens({
  contextWindow,
  maxOutputTokens,
}: Record<'contextWindow' | 'maxOutputTokens', number>) {
  return Math.max(contextWindow - maxOutputTokens, Math.floor(contextWindow / 2));
}
