/** Reads the arguments of a launch, and settles what a misspelt option means before anything starts. */
import { splitArguments, type LaunchArguments } from '../../clients/arguments.ts';
import type { Misspelt } from '../../clients/misspelt.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import type { System } from '../../terminal/command-context.ts';

/**
 * On a terminal, asks whether a misspelt option of occ is meant, and otherwise gives it to the client. OccError `usage`
 * (exit 2) where nobody can be asked, and for an option without its value; `interrupted` (exit 130) after Ctrl-C.
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
    if (system.stdin.isTTY !== true || system.stderr.isTTY !== true) throw ambiguous(misspelt);
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
  await warn(output, `there is no option ${word}; No gives it to the client as it is`);
  return openPrompts(system, output, 'nothing was started').confirm(`Did you mean ${meant}?`);
}

function ambiguous({ word, meant }: Misspelt): OccError {
  return new OccError('usage', `there is no option ${word}; did you mean ${meant}?`, {
    exitCode: exitCodes.usage,
    remedy: `occ launch ${meant}\nocc launch -- ${word}, if it is for the client`,
  });
}
