/** `occ config …`: declares the verbs; what each does is in a file of its name. */
import type { Command } from 'commander';
import type { ConfigCall, ConfigOptions } from './call.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';

type Act = (call: ConfigCall) => Promise<number>;

interface Verb {
  /** As commander reads it: `set <key> [value]`. */
  usage: string;
  summary: string;
  options?: readonly (readonly [string, string])[];
  load: () => Promise<Act>;
}

const verbs: readonly Verb[] = [
  {
    usage: 'edit',
    summary: 'opens it in your editor; only what is right is saved',
    load: async () => (await import('./edit.ts')).edit,
  },
  {
    usage: 'path',
    summary: 'prints which file is read',
    load: async () => (await import('./path.ts')).path,
  },
  {
    usage: 'show',
    summary: 'prints every value that holds, and where it comes from',
    load: async () => (await import('./show.ts')).show,
  },
  {
    usage: 'check',
    summary: 'says what is wrong or odd in it',
    load: async () => (await import('./check.ts')).check,
  },
  {
    usage: 'get <key>',
    summary: 'prints one value that holds',
    options: [['--reveal', 'print a secret as it is']],
    load: async () => (await import('./get.ts')).get,
  },
  {
    usage: 'set <key> [value]',
    summary: 'changes one value in the file',
    options: [['--stdin', 'read the value unseen: for keys and tokens']],
    load: async () => (await import('./set.ts')).set,
  },
  {
    usage: 'unset <key>',
    summary: 'takes one key out of the file',
    load: async () => (await import('./unset.ts')).unset,
  },
  {
    usage: 'init',
    summary: 'writes a first file',
    options: [['--force', 'also over one that exists; it is kept as a backup']],
    load: async () => (await import('./init.ts')).init,
  },
  {
    usage: 'schema',
    summary: 'prints the JSON Schema of the file',
    load: async () => (await import('./schema.ts')).schema,
  },
];

const configHelp = `
A key is written as the file spells it: port, models.default.model_id,
fallbacks.default[0].model_id, model_overrides["claude-opus-4.5"].provider.

Examples:
  occ config init                             a first file, with a fresh token
  occ config set api_key --stdin              type or pipe the key, unseen
  occ config set models.default.model_id glm-5.3
  occ config get opencode_go.timeout_ms
  EDITOR="code --wait" occ config edit

Comments stay, and the file before the last change is kept as config.json.bak.

Exit codes: 0 done, also when nothing had to change; 1 not written, or no such
value; 2 wrong usage, or an unknown key; 78 the configuration is, or would be,
wrong.
`;

export function defineConfig(program: Command, { system, globals, end }: CommandContext): void {
  const config = program
    .command('config')
    .summary('show, check and change the configuration')
    .description('Shows, checks and changes the configuration.')
    .helpCommand('help [verb]', 'this help, or that of a verb')
    .addHelpText('after', configHelp);
  for (const { usage, summary, options, load } of verbs) {
    const verb = config.command(usage).description(summary);
    for (const [flags, description] of options ?? []) verb.option(flags, description);
    verb
      .option('-c, --config <file>', 'another configuration file')
      .option('--json', 'answer in JSON')
      .action(async (...given: unknown[]) => {
        const own = verb.opts<ConfigOptions>();
        const words = given.slice(0, -2) as (string | undefined)[];
        const act = await load();
        end(await act({ words, options: own, system, output: await outputFor(system, globals(own)) }));
      });
  }
}
