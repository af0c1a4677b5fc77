/** `occ help [command or topic...]`, also below a command: `occ config help set`. */
import type { Command } from 'commander';
import { topics } from '../commands/help/topics.ts';
import { HelpRequest, type OccCommand } from './command.ts';
import { unknownCommand } from './usage-error.ts';

/** Adds `help` to the program and to every command that has subcommands. */
export function defineHelp(parent: OccCommand): void {
  for (const command of parent.commands) if (command.commands.length > 0) defineHelp(command as OccCommand);
  parent.helpCommand(false);
  parent
    .command('help [words...]')
    .summary('print this help, or the help of a command')
    .description('Prints the help of a command.')
    .action((words: string[]) => {
      throw new HelpRequest(find(parent, words), false, topicOf(parent, words));
    });
}

/** The topics are below `occ help` alone. */
function topicOf(parent: Command, [word, ...more]: readonly string[]): string | undefined {
  const named =
    parent.parent === null && more.length === 0 && word !== undefined && Object.hasOwn(topics, word);
  return named ? word : undefined;
}

/** The program itself for a topic that is not also a command. */
function find(parent: Command, words: readonly string[]): Command {
  const [word, ...rest] = words;
  if (word === undefined) return parent;
  const found = parent.commands.find(
    (command) => command.name() === word || command.aliases().includes(word),
  );
  if (found !== undefined) return find(found, rest);
  // What follows are arguments: `occ help launch exec`.
  if (parent.commands.length === 0 && parent.registeredArguments.length > 0) return parent;
  if (topicOf(parent, words) !== undefined) return parent;
  throw unknownCommand(parent, word, parent.parent === null ? Object.keys(topics) : []);
}
