/** Declares the `occ config` commands. Each is implemented in the file of its name. */
import type { Command } from 'commander';
import type { ConfigCall, ConfigOptions } from './call.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

type Act = (call: ConfigCall) => Promise<number>;

interface Verb {
  /** In commander's syntax: `set <key> [value]`. */
  usage: string;
  summary: string;
  options?: readonly (readonly [string, string])[];
  page?: HelpPage;
  load: () => Promise<Act>;
}

const initPage: HelpPage = {
  notes: [
    'On a terminal it asks what the options leave open, and writes nothing before the last answer. Elsewhere the defaults are opencode-go, the key in OPENCODE_API_KEY, and the preset balanced.',
    'Providers: opencode-go, opencode-zen, openrouter, deepseek, and the local servers ollama, lm-studio, vllm and llama.cpp. No preset holds a model that trains on your data.',
  ],
  examples: [
    ['occ config init', 'answer a few questions'],
    ['occ config init --key-command "pass show opencode"', 'take the key from a password manager'],
    ['occ config init --provider ollama', 'use the models of Ollama on this computer'],
    ['occ config init --provider deepseek --model deepseek-chat', 'use the key in DEEPSEEK_API_KEY'],
  ],
};

const importPage: HelpPage = {
  notes: [
    'Imports from oc-go-cc, routatic-proxy, claude-code-router (versions 1 and 2, and an export of 3) and CLIProxyAPI. [from] is one of these names or the path of a file; without it, occ looks where these tools keep their files.',
    'It says what was taken, what was not and why, and which keys the file contains. Keys are copied only with --copy-keys or after a question; references to environment variables stay references. The file of the other tool is only read.',
    'If occ has a configuration already, --merge adds what it lacks, and --force replaces it.',
  ],
  examples: [
    ['occ config import --dry-run', 'see what would be taken, and write nothing'],
    ['occ config import claude-code-router', 'from the usual place'],
    ['occ config import ~/proxy/config.yaml --copy-keys', 'from a file, with its keys'],
    ['occ config import ccr --merge', 'add to the configuration of occ'],
  ],
};

const verbs: readonly Verb[] = [
  {
    usage: 'edit',
    summary: 'edit the file in your editor; only a valid file is saved',
    load: async () => (await import('./edit.ts')).edit,
  },
  {
    usage: 'path',
    summary: 'print the path of the file',
    load: async () => (await import('./path.ts')).path,
  },
  {
    usage: 'show',
    summary: 'print every effective value and its origin',
    load: async () => (await import('./show.ts')).show,
  },
  {
    usage: 'check',
    summary: 'check the configuration for errors and warnings',
    load: async () => (await import('./check.ts')).check,
  },
  {
    usage: 'get <key>',
    summary: 'print one effective value',
    options: [['--reveal', 'print secrets unmasked']],
    load: async () => (await import('./get.ts')).get,
  },
  {
    usage: 'set <key> [value]',
    summary: 'change one value in the file',
    options: [['--stdin', 'read the value from stdin: for keys and tokens']],
    load: async () => (await import('./set.ts')).set,
  },
  {
    usage: 'unset <key>',
    summary: 'remove one key from the file',
    load: async () => (await import('./unset.ts')).unset,
  },
  {
    usage: 'init',
    summary: 'write a first file: asks on a terminal',
    options: [
      ['--provider <name>', 'one that the notes name, or another name with --base-url'],
      ['--base-url <url>', 'where another provider or a local server answers'],
      ['--key-env <name>', 'read the key from this environment variable'],
      ['--key-command <command>', 'run this command for the key'],
      ['--key-stdin', 'read the key from stdin and store it in the file'],
      ['--no-key', 'the provider needs no key'],
      ['--preset <name>', 'choose models by cost: budget, balanced or quality'],
      ['--model <id>', 'one model for everything, or the default of the preset'],
      ['--force', 'replace an existing file; a backup is kept'],
    ],
    page: initPage,
    load: async () => (await import('./init/init.ts')).init,
  },
  {
    usage: 'import [from]',
    summary: 'take over the configuration of another tool',
    options: [
      ['--copy-keys', 'copy the keys in the file, too'],
      ['--merge', 'add to an existing file what it lacks'],
      ['--force', 'replace an existing file; a backup is kept'],
      ['--dry-run', 'print what would be written, and write nothing'],
    ],
    page: importPage,
    load: async () => (await import('./import/import.ts')).importConfig,
  },
  {
    usage: 'schema',
    summary: 'print the JSON Schema of the file',
    load: async () => (await import('./schema.ts')).schema,
  },
];

const page: HelpPage = {
  notes: [
    'A key is written as the file spells it: port, models.default.model_id, fallbacks.default[0].model_id, model_overrides["claude-opus-4.5"].provider.',
    'Comments are kept. The file before the last change is kept as config.json.bak; one that init --force or import --force replaces is kept as config.json.1.bak, or the next free number.',
    'A file without models has the built-in models and fallbacks. The first change below models or fallbacks writes them into the file, so that only the named value changes.',
  ],
  examples: [
    ['occ config init', 'write a first file by answering a few questions'],
    ['occ config import', 'take over the configuration of another tool'],
    ['occ config set api_key --stdin', 'type or pipe the key, hidden'],
    ['occ config set models.default.model_id glm-5.3', 'choose the default model'],
    ['occ config get opencode_go.timeout_ms', 'print one value'],
    ['occ help config retry', 'read about one key, and those below it'],
    ['EDITOR="code --wait" occ config edit', 'edit in another editor'],
  ],
  exitCodes: {
    '0': 'done, even if nothing had to change',
    '1': 'not written, or no such value',
    '2': 'wrong usage, or an unknown key',
    '78': 'the configuration is, or would be, invalid',
  },
  seeAlso: ['config', 'environment', 'routing'],
};

export function defineConfig(program: Command, { system, globals, end }: CommandContext): void {
  const config = program
    .command('config')
    .summary('show, check and change the configuration')
    .description('Shows, checks and changes the configuration.');
  withHelp(config, page);
  for (const { usage, summary, options, page: own, load } of verbs) {
    const verb = config.command(usage).description(summary);
    if (own !== undefined) withHelp(verb, own);
    for (const [flags, description] of options ?? []) verb.option(flags, description);
    verb
      .option('-c, --config <file>', 'use another configuration file')
      .option('--json', 'print the result as JSON')
      .action(async (...given: unknown[]) => {
        const own = verb.opts<ConfigOptions>();
        const words = given.slice(0, -2) as (string | undefined)[];
        const act = await load();
        end(await act({ words, options: own, system, output: await outputFor(system, globals(own)) }));
      });
  }
}
