/** What a command says in its help beside its options, as data that is laid out for any width. */
import type { Command } from 'commander';

export interface HelpPage {
  /** Paragraphs after the options. */
  notes?: readonly string[];
  /** Commands to copy, each with what it does. */
  examples?: readonly (readonly [command: string, meaning: string])[];
  /** Exit code, or a form such as `128+n`, and when it is returned. */
  exitCodes?: Readonly<Record<string, string>>;
  /** Commands and topics whose help says more: `config` stands for `occ help config`. */
  seeAlso?: readonly string[];
}

const pages = new WeakMap<Command, HelpPage>();

/** Gives a command its page; returns the command. */
export function withHelp<Named extends Command>(command: Named, page: HelpPage): Named {
  pages.set(command, page);
  return command;
}

/** The page of a command; empty if it has none. */
export function helpPageOf(command: Command): HelpPage {
  return pages.get(command) ?? {};
}
