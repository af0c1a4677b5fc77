/** Reads the arguments of a launch, and settles what a misspelt option means before anything starts. */
import { splitArguments, type LaunchArguments } from '../../clients/arguments.ts';
import { defaultClient } from '../../clients/clients.ts';
import type { Misspelt } from '../../clients/misspelt.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { printableLine } from '../../printable.ts';
import { redactSecrets } from '../../redact.ts';
import { quote } from '../../shell-word.ts';
import type { Output } from '../../terminal/output.ts';
import type { System } from '../../terminal/command-context.ts';

/**
 * On a terminal, asks whether a misspelt option of occ or name of a client is meant, and otherwise gives it to the client.
 * OccError `usage` (exit 2) where there is no terminal to ask on, and for an option without its value; `interrupted` (exit 130)
 * after Ctrl-C.
 */
export async function readArguments(
  words: readonly string[],
  system: System,
  openOutput: () => Promise<Output>,
): Promise<LaunchArguments> {
  let now = [...words];
  const forClient = new Set<number>();
  for (;;) {
    const args = splitArguments(now);
    const misspelt = args.misspelt.find(({ at }) => !forClient.has(at));
    if (misspelt === undefined) return args;
    if (system.stdin.isTTY !== true || system.stderr.isTTY !== true) throw ambiguous(now, misspelt);
    if (await isMeant(misspelt, system, await openOutput())) {
      now = now.with(misspelt.at, corrected(now, misspelt));
    } else {
      forClient.add(misspelt.at);
    }
  }
}

/** The argument with the right name; a value after `=` stays. */
function corrected(words: readonly string[], { at, word, meant }: Misspelt): string {
  return `${meant}${(words[at] ?? '').slice(word.length)}`;
}

async function isMeant({ word, meant }: Misspelt, system: System, output: Output): Promise<boolean> {
  const { openPrompts } = await import('../../terminal/prompts.ts');
  const { warn } = await import('../../terminal/talk.ts');
  await warn(output, `there is no ${kindOf(word)} ${word}; No gives it to the client as it is`);
  return openPrompts(system, output, 'nothing was started').confirm(`Did you mean ${meant}?`);
}

function ambiguous(words: readonly string[], misspelt: Misspelt): OccError {
  const { at, word, meant } = misspelt;
  const kind = kindOf(word);
  const asGiven = `occ launch ${words.length > 1 ? '… ' : ''}-- ${quote(word)}`;
  const asClient =
    kind === 'option'
      ? `${asGiven}, if it is for the client`
      : `${asGiven}, if it is a prompt for ${defaultClient.package.title}\nocc launch --list lists the clients`;
  return new OccError('usage', `there is no ${kind} ${printableLine(word)}; did you mean ${meant}?`, {
    exitCode: exitCodes.usage,
    remedy: `${commandOf(words.with(at, corrected(words, misspelt)))}\n${asClient}`,
  });
}

/** A launch that can be pasted; `…` stands for a word that is long, such as a prompt or settings, or that holds a key. */
function commandOf(words: readonly string[]): string {
  const isShown = (word: string): boolean =>
    word.length <= longestWord && !word.includes('\n') && redactSecrets(word) === word;
  return ['occ launch', ...words.map((word) => (isShown(word) ? quote(word) : '…'))].join(' ');
}

/** In characters. */
const longestWord = 80;

/** Names of clients begin with no dash. */
function kindOf(word: string): 'option' | 'client' {
  return /^[-\u2013\u2014]/.test(word) ? 'option' : 'client';
}
