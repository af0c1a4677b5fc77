/** What users of other tools type, and the command that does it here. */
import type { Command } from 'commander';
import { nearest } from '../nearest.ts';

/** The lines to print for a word in the place of a subcommand; undefined for one without a meaning of its own. */
export function meaningOf(parent: Command, word: string): readonly string[] | undefined {
  return wordsBelow(parent)?.get(word.toLowerCase());
}

/** The same for the nearest word that has a meaning: `lgin`. */
export function nearMeaningOf(parent: Command, word: string): readonly string[] | undefined {
  const words = wordsBelow(parent);
  const near = words && nearest(word, words.keys());
  return near === undefined ? undefined : words?.get(near);
}

function wordsBelow(parent: Command): ReadonlyMap<string, readonly string[]> | undefined {
  if (parent.parent === null) return programWords;
  return parent.name() === 'config' ? configWords : undefined;
}

function table(rows: readonly (readonly [string, ...string[]])[]): ReadonlyMap<string, readonly string[]> {
  return new Map(rows.flatMap(([words, ...lines]) => words.split(' ').map((word) => [word, lines] as const)));
}

const update = [
  'occ does not update itself',
  'npm install -g occ-cli@latest   if npm installed it',
  'git pull && npm ci              in a clone of the repository',
] as const;

/** Words in the place of a command, each group with the lines of its answer. Tested against the commands that exist. */
export const programWords = table([
  ['auth login signin key keys token apikey', 'occ config set api_key --stdin   stores your key'],
  ['logout signout', 'occ config unset api_key   removes your key from the configuration'],
  ['update upgrade self-update', ...update],
  [
    'uninstall',
    'npm uninstall -g occ-cli   removes occ',
    'occ config path   prints where its configuration is',
  ],
  ['install', 'occ launch   fetches Claude Code if it is missing, and runs it'],
  [
    'run claude chat code exec go',
    'occ launch   runs Claude Code',
    'occ launch exec -- <program>   runs another program',
  ],
  ['codex', 'occ launch codex   runs Codex'],
  ['gemini', 'occ launch gemini   runs Gemini CLI'],
  ['opencode', 'occ launch opencode   runs opencode'],
  ['pi', 'occ launch pi   runs pi'],
  ['copilot', 'occ launch copilot   runs Copilot CLI'],
  ['qwen', 'occ launch qwen   runs Qwen Code'],
  ['clients agents', 'occ launch --list   lists the clients'],
  ['try demo trial emulator', 'occ launch --emulator   is a trial run without a key or network'],
  ['serve server up proxy daemon listen', 'occ start   runs the proxy in the background'],
  [
    'autostart boot systemd systemctl launchd launchctl',
    'occ service install   runs the proxy from every login on',
  ],
  ['down quit kill exit end shutdown', 'occ stop   stops the proxy'],
  ['reload', 'occ restart   restarts the proxy; a changed configuration applies without it'],
  ['ps info health ping top', 'occ status   shows the state of the proxy'],
  ['explain reason error errors failure failures', 'occ why   explains the last failure'],
  ['tail journal', 'occ logs -f   follows the log of the proxy'],
  ['ls list providers', 'occ models   lists the models of the providers'],
  ['init setup configure onboard', 'occ config init   writes a first configuration'],
  ['get set unset edit show settings', 'occ config   shows and changes the configuration'],
  ['import migrate', 'occ config import   takes over the configuration of another tool'],
  ['version', 'occ --version   prints the version'],
  [
    'test check verify validate diagnose',
    'occ doctor   finds problems',
    'occ config check   checks only the configuration',
  ],
  [
    'budget budgets',
    'occ config set budget.day 5   limits what a day may cost, in dollars',
    'occ usage   shows how much of a budget is used',
  ],
  [
    'capture captures capturing',
    'occ record on   writes requests and answers to disk',
    'occ replay   runs a recorded request again',
  ],
  ['bug bugreport bug-report issue', 'occ report   writes the last request into a file for a bug report'],
  ['debug', 'occ why   explains the last failure', 'occ logs -f   follows the log of the proxy'],
  ['quota cost costs limits billing', 'occ usage   shows quotas, requests and tokens'],
  ['select choose switch default', 'occ use <model>   changes a model of the configuration'],
  ['shell export environment', 'eval "$(occ env)"   makes this shell use the running proxy'],
  ['man docs manual', 'occ help   lists the commands and topics'],
]);

/** The same after `occ config`. */
export const configWords = table([
  ['ls list view print dump cat', 'occ config show   prints every effective value'],
  ['add put', 'occ config set <key> <value>   changes one value'],
  ['rm remove delete del', 'occ config unset <key>   removes one key'],
  ['validate verify test lint', 'occ config check   checks the configuration'],
  ['new create setup', 'occ config init   writes a first configuration'],
  ['migrate', 'occ config import   takes over the configuration of another tool'],
  ['open', 'occ config edit   opens the file in your editor'],
  ['where file', 'occ config path   prints the path of the file'],
  ['keys', 'occ help config   lists every key'],
]);
