/**
 * Runs what is run most without the parser of the command line, which takes a tenth of the time until a proxy listens. The
 * parser gets whatever is not in the plainest form.
 */
import type { System } from '../terminal/command-context.ts';

/** Resolves to the exit code; undefined if nothing ran, because the words need the parser. */
type Run = (words: readonly string[], system: System) => Promise<number | undefined>;

const commands: Readonly<Record<string, Run>> = {
  launch: async (words, system) => {
    const { launchPlain } = await import('../commands/launch/launch-with.ts');
    return launchPlain(words, system);
  },
  start: async (words, system) => {
    const { startPlain } = await import('../commands/start/start-with.ts');
    return startPlain(words, system);
  },
  status: async (words, system) => {
    if (words.length > 0) return undefined;
    const { showStatus } = await import('../commands/status/run.ts');
    return showStatus(system);
  },
  statusline: async (words, system) => {
    if (words.length > 0) return undefined;
    const { printStatusLine } = await import('../commands/statusline/run.ts');
    return printStatusLine(system);
  },
};

/** Resolves to the exit code; undefined for a command line that needs the parser. */
export async function runDirectly(
  [name = '', ...words]: readonly string[],
  system: System,
): Promise<number | undefined> {
  return Object.hasOwn(commands, name) ? commands[name]?.(words, system) : undefined;
}
