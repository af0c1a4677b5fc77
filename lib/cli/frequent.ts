/** Commands that status lines and shell prompts run again and again. Without options they need no parser. */
import type { System } from '../terminal/command-context.ts';

type Run = (system: System) => Promise<number>;

const frequentCommands: Readonly<Record<string, () => Promise<Run>>> = {
  status: async () => (await import('../commands/status/run.ts')).showStatus,
  statusline: async () => (await import('../commands/statusline/run.ts')).printStatusLine,
};

/** What loads the command that `args` name without options; undefined for all other arguments. */
export function frequentCommand([name = '', ...options]: readonly string[]):
  | (() => Promise<Run>)
  | undefined {
  return options.length === 0 && Object.hasOwn(frequentCommands, name) ? frequentCommands[name] : undefined;
}
