/** `occ help [command or topic...]`, also below a command: `occ config help set`. `occ help config port` is about one key. */
import type { Command } from 'commander';
import { topics } from '../commands/help/topics.ts';
import { nearest } from '../nearest.ts';
import { HelpRequest, type OccCommand } from './command.ts';
import { meaningOf } from './known-words.ts';
import { pathOf, unknownCommand } from './usage-error.ts';

/** Adds `help` to the program and to every command that has subcommands. */
export function defineHelp(parent: OccCommand): void {
  for (const command of parent.commands) if (command.commands.length > 0) defineHelp(command as OccCommand);
  parent.helpCommand(false);
  parent
    .command('help [words...]')
    .summary('print this help, or the help of a command')
    .description('Prints the help of a command.')
    .action((words: string[]) => {
      const entry = entryOf(parent, words);
      if (entry !== undefined) throw new HelpRequest(rootOf(parent), false, ...entry);
      throw new HelpRequest(find(parent, words), false, topicOf(parent, words));
    });
}

/**
 * The topic and the entry of it that is asked for, below `occ help` and below the command with the name of the topic.
 * Subcommands take precedence, and what looks like one is none.
 */
function entryOf(parent: Command, words: readonly string[]): [topic: string, entry: string] | undefined {
  const [topic = '', entry, ...more] = [...pathOf(parent).split(' '), ...words].filter((word) => word !== '');
  if (entry === undefined || more.length > 0 || topics[topic]?.loadEntry === undefined) return undefined;
  const command = rootOf(parent).commands.find((sub) => sub.name() === topic);
  const names = command?.commands.map((sub) => sub.name()) ?? [];
  // `$schema` is a key, although it is near to a command.
  const isWord = /^[a-z]+$/i.test(entry);
  const isCommand = nearest(entry, names) !== undefined || meaningOf(command ?? parent, entry) !== undefined;
  return isWord && isCommand ? undefined : [topic, entry];
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
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
