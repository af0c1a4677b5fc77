/** Fills the template of a shell with the tables of the commands. Pure. */
import type { Shell } from './shells.ts';
import type { CompletedCommand, CompletedOption, Values } from './tree.ts';

/** The template has a line `@COMMANDS@` and a line `@VALUES@`; fish has other tables. */
export function renderCompletion(
  shell: Shell,
  template: string,
  commands: readonly CompletedCommand[],
): string {
  const tables: Record<string, string[]> =
    shell === 'fish'
      ? {
          '@PATHS@': fishPaths(commands),
          '@VALUES@': fishValueCases(commands),
          '@COMPLETE@': fishLines(commands),
        }
      : { '@COMMANDS@': commandCases(shell, commands), '@VALUES@': valueCases(commands) };
  return template
    .split('\n')
    .flatMap((line) => tables[line.trim()] ?? [line])
    .join('\n');
}

/** A word in single quotes, for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What `_occ_complete` in the templates understands: `files`, `list models`, `words a b`, `none`. */
function valuesText(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `words ${values.words.join(' ')}`;
    case 'list':
      return `list ${values.list}`;
    default:
      return values.kind;
  }
}

/** A case for each command, which sets the commands, the options and the values below it. */
function commandCases(shell: 'bash' | 'zsh', commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, commands: below, options, values }) => {
    const names = below.map(({ name, summary }) => [name, summary] as const);
    const flags = options.flatMap((option) =>
      option.names.map((name) => [name, option.description] as const),
    );
    const list = shell === 'bash' ? bashList : zshList;
    return [
      `    ${quoted(path)})`,
      `      commands=${list(names)}`,
      `      options=${list(flags)}`,
      `      values=${quoted(valuesText(values))}`,
      '      ;;',
    ];
  });
}

type Described = readonly (readonly [name: string, description: string])[];

function bashList(words: Described): string {
  return quoted(words.map(([name]) => name).join(' '));
}

/** The form of `_describe`: a colon ends the name. */
function zshList(words: Described): string {
  return `(${words.map(([name, description]) => quoted(`${name.replaceAll(':', String.raw`\:`)}:${description}`)).join(' ')})`;
}

/** A case for each option with a value. */
function valueCases(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : [
            `    ${names.map((name) => quoted(`${path} ${name}`)).join('|')}) values=${quoted(valuesText(values))} ;;`,
          ],
    ),
  );
}

/** A word for fish, where a backslash also escapes within single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

function fishPaths(commands: readonly CompletedCommand[]): string[] {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [fishQuoted(path)]));
  return [`        case ${paths.join(' ')}`];
}

/** The options with a value of commands that have subcommands, which the value could be taken for. */
function fishValueCases(commands: readonly CompletedCommand[]): string[] {
  const words = commands
    .filter((command) => command.commands.length > 0)
    .flatMap(({ path, options }) =>
      options.flatMap(({ names, values }) =>
        values === undefined ? [] : names.map((name) => fishQuoted(`${path} ${name}`)),
      ),
    );
  return [`        case ${words.join(' ')}`];
}

function fishLines(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, commands: below, options, values }) => {
    const at = `complete -c occ -n ${fishQuoted(`__occ_at ${fishQuoted(path)}`)}`;
    const subcommands = below.map(
      ({ name, summary }) => `${at} -a ${fishQuoted(name)} -d ${fishQuoted(summary)}`,
    );
    const argument = values.kind === 'none' ? [] : [`${at}${fishValues(values)}`];
    return [...subcommands, ...options.map((option) => `${at}${fishOption(option)}`), ...argument];
  });
}

function fishOption({ names, description, values }: CompletedOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`,
  );
  const value = values === undefined ? '' : ` -r${values.kind === 'none' ? ' -f' : fishValues(values)}`;
  return `${flags.join('')} -d ${fishQuoted(description)}${value}`;
}

function fishValues(values: Values): string {
  if (values.kind === 'files') return ' -F';
  if (values.kind === 'words') return ` -f -a ${fishQuoted(values.words.join(' '))}`;
  if (values.kind === 'list') return ` -f -a ${fishQuoted(`(__occ_list ${values.list})`)}`;
  return ' -f';
}
