/**
 * OpenAI Codex. It gets a provider of its own for this run with `-c`, which overrides its configuration key by key, so the
 * user's home of Codex, with its login, settings and sessions, stays in use and unchanged. Measured with 0.171.0.
 */
import { quoteToml } from './toml.ts';
import type { Client, Launch, Prepared, Ready } from './client.ts';
import { codexInstructions } from './codex-instructions.ts';
import type { OfferedModel } from './offered-models.ts';
import { environmentFor, patienceMs, tokenVariable } from './other-client.ts';
import { containsOption, operandsOf, type OptionTable } from './option-table.ts';
import { automaticId } from '../proxy/policy/tiers.ts';

/** From `codex --help` and that of `exec`, `resume`, `fork` and `review`. */
const options: OptionTable = {
  valued: new Set([
    '--add-dir',
    '--ask-for-approval',
    '-a',
    '--base',
    '--cd',
    '-C',
    '--color',
    '--commit',
    '-c',
    '--cyber-access-program',
    '--disable',
    '--enable',
    '--image',
    '-i',
    '--local-provider',
    '--output-last-message',
    '-o',
    '--output-schema',
    '--profile',
    '-p',
    '--remote',
    '--remote-auth-token-env',
    '--sandbox',
    '-s',
    '--thread-source',
    '--title',
  ]),
  others: new Set([
    '--all',
    '--approve-for-me',
    '--dangerously-bypass-approvals-and-sandbox',
    '--dangerously-bypass-hook-trust',
    '--ephemeral',
    '--ignore-rules',
    '--ignore-user-config',
    '--include-non-interactive',
    '--json',
    '--last',
    '--no-alt-screen',
    '--no-daemon',
    '--oss',
    '--search',
    '--skip-git-repo-check',
    '--strict-config',
    '--trust',
    '--uncommitted',
    '--version',
    '-V',
    '--worktree',
  ]),
};

/** The commands that show the conversation on a screen. Without a command it does, too. */
const withScreen = new Set(['agents', 'resume', 'fork', 'cloud']);

/** The commands that end without one. */
const withoutScreen = new Set(
  'exec e review login logout mcp plugin app-server remote-control completion update doctor sandbox debug apply a queue archive delete migrate-rollouts migrate-nfs-db unarchive exec-server features help'.split(
    ' ',
  ),
);

export const codex: Client = {
  name: 'codex',
  package: {
    title: 'Codex',
    name: '@openai/codex',
    versions: '~0.171.0',
    megabytes: 420,
    program: 'codex',
  },
  format: 'responses',
  options,
  automatic: automaticId,
  credentials: ['CODEX_API_KEY', 'CODEX_ACCESS_TOKEN'],
  isInteractive: (args) =>
    !withoutScreen.has(operandsOf(options, args)[0] ?? '') || withScreen.has(args[0] ?? ''),
  resume: (session) => ['resume', session],
  begin: async (launch) => ({ prepare: (ready) => prepareCodex(launch, ready) }),
};

const noDaemon = '--no-daemon';

/** The name of the provider among the user's. */
const provider = 'occ';

function prepareCodex(launch: Launch, ready: Ready): Prepared {
  const { url, token, choice, folder, header } = ready;
  const environment = environmentFor(launch, ready, {
    set: { [tokenVariable]: token },
    secrets: [tokenVariable],
    credentials: codex.credentials,
  });
  const settings: [key: string, value: string][] = [
    [`model_providers.${provider}.name`, quoteToml('occ')],
    [`model_providers.${provider}.base_url`, quoteToml(`${url}/v1`)],
    [`model_providers.${provider}.wire_api`, quoteToml('responses')],
    [`model_providers.${provider}.env_key`, quoteToml(tokenVariable)],
    // Its own limit is five minutes without an event. Then it asks again, up to five times.
    [`model_providers.${provider}.stream_idle_timeout_ms`, String(patienceMs)],
    ...(header === undefined
      ? []
      : [
          [
            `model_providers.${provider}.http_headers`,
            `{ ${quoteToml(header.name)} = ${quoteToml(header.value)} }`,
          ] as [string, string],
        ]),
    ['model_provider', quoteToml(provider)],
    ['model', quoteToml(choice.id)],
  ];
  const catalogue = folder === undefined ? undefined : `${folder}/models.json`;
  if (catalogue !== undefined) settings.push(['model_catalog_json', quoteToml(catalogue)]);
  return {
    ...environment,
    args: [
      // A shared server of the client, which may run already, has neither the token nor an end with this launch.
      ...(containsOption(options, launch.args, [noDaemon]) ? [] : [noDaemon]),
      ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ...launch.args,
    ],
    ...(folder !== undefined && {
      folder: { path: folder, files: { 'models.json': toCatalogue(ready.models()) } },
    }),
  };
}

/** What `/model` of Codex offers. Without it, Codex would show a warning, and guess the window of each model. */
function toCatalogue(models: readonly OfferedModel[]): string {
  const entries = models.map((model, at) => ({
    slug: model.id,
    display_name: model.label,
    description: model.description,
    supported_reasoning_levels: model.efforts.map((effort) => ({ effort, description: `${effort} effort` })),
    shell_type: 'unified_exec',
    // Without it, Codex does not offer its tool for changing files.
    apply_patch_tool_type: 'freeform',
    visibility: 'list',
    supported_in_api: true,
    priority: at + 1,
    support_verbosity: false,
    supports_parallel_tool_calls: true,
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    experimental_supported_tools: [],
    context_window: model.contextWindow,
    input_modalities: model.images ? ['text', 'image'] : ['text'],
    base_instructions: codexInstructions,
  }));
  return `${JSON.stringify({ models: entries }, null, 2)}\n`;
}
