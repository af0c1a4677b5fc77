/** Renders the help of a command from commander's tree and its help page, for any width. */
import type { Command, Help } from 'commander';
import { topics } from '../commands/help/topics.ts';
import { fitsBeside, joinBlocks, renderColumns, renderParagraph, type Row } from '../terminal/columns.ts';
import { helpPageOf } from '../terminal/help-page.ts';
import type { HelpRequest } from './command.ts';
import { pathOf } from './usage-error.ts';

/** The width of help in a pipe. */
export const pipeWidth = 80;
/** Wider lines are hard to read. */
const maxWidth = 100;

/**
 * The help of a command, a topic, both, or an entry of a topic, ending with a line break. `columns` is undefined for a pipe.
 */
export async function renderHelp(
  { command, topic, entry }: HelpRequest,
  columns: number | undefined,
): Promise<string> {
  const width = Math.min(columns ?? pipeWidth, maxWidth);
  const help = topic !== undefined && command.parent === null ? [] : renderCommand(command, width, topic);
  const page = topic === undefined ? [] : await renderTopic(topic, entry, width);
  return joinBlocks([help, page])
    .map((line) => `${line}\n`)
    .join('');
}

async function renderTopic(topic: string, entry: string | undefined, width: number): Promise<string[]> {
  const { load, loadEntry } = topics[topic] ?? {};
  if (entry === undefined) return (await load?.().then((render) => render(width))) ?? [];
  return (await loadEntry?.())?.(entry, width) ?? [];
}

/** `topic` follows, so it is not referred to. */
function renderCommand(command: Command, width: number, topic: string | undefined): string[] {
  const helper = command.createHelp();
  const lists = listsOf(command, helper);
  const termWidth = widestThatFits(lists, width);
  const { notes = [], examples = [], exitCodes = {}, seeAlso = aboveOf(command) } = helpPageOf(command);
  const usage = renderParagraph(`Usage: ${helper.commandUsage(command)}`, width, 'Usage: '.length);
  const sections = [
    usage,
    renderParagraph(toSentence(helper.commandDescription(command)), width),
    ...lists.map(({ title, rows }) => titled(title, renderColumns(rows, { width, termWidth }))),
    ...notes.map((note) => renderParagraph(note, width)),
    titled('Examples:', renderColumns(examples, { width, continuation: ' \\' })),
    titled('Exit codes:', renderColumns(Object.entries(exitCodes), { width })),
    renderSeeAlso(
      seeAlso.filter((name) => name !== topic),
      width,
    ),
  ];
  return joinBlocks(sections);
}

function renderSeeAlso(names: readonly string[], width: number): string[] {
  if (names.length === 0) return [];
  return renderParagraph(`See also: ${names.map((name) => `occ help ${name}`).join(', ')}`, width);
}

/** What to read beside the help of a subcommand: that of the command above it. */
function aboveOf({ parent }: Command): string[] {
  return parent === null || parent.parent === null ? [] : [pathOf(parent)];
}

/** Descriptions that are also printed in a list begin with a small letter and have no full stop. */
function toSentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

function titled(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

interface List {
  title: string;
  rows: Row[];
}

/** The arguments, the options and the groups of subcommands, as far as there are any. */
function listsOf(command: Command, helper: Help): List[] {
  const groups = new Map<string, Row[]>();
  const add = (title: string, row: Row): void => void groups.set(title, [...(groups.get(title) ?? []), row]);
  for (const argument of helper.visibleArguments(command))
    add('Arguments:', [helper.argumentTerm(argument), helper.argumentDescription(argument)]);
  for (const sub of helper.visibleCommands(command))
    add(sub.helpGroup() || 'Commands:', [sub.name(), helper.subcommandDescription(sub)]);
  if (command.parent === null)
    for (const [name, { summary }] of Object.entries(topics)) add('Topics of occ help:', [name, summary]);
  for (const option of helper.visibleOptions(command))
    add('Options:', [helper.optionTerm(option), helper.optionDescription(option)]);
  return [...groups].map(([title, rows]) => ({ title, rows }));
}

/** One width for all lists, so that their columns are aligned; that of each list alone if it is too wide for the terminal. */
function widestThatFits(lists: readonly List[], width: number): number | undefined {
  const widest = Math.max(0, ...lists.flatMap(({ rows }) => rows.map(([term]) => term.length)));
  return fitsBeside(widest, width) ? widest : undefined;
}
