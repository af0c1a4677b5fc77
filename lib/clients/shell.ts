/** Prints a launch, or the variables for a client, as shell commands. */
import { isPlainWord, quote } from '../shell-word.ts';
import type { Prepared } from './client.ts';

/** Replaces secrets in the output. */
const masked = '•••';

export interface DryRun {
  command: string;
  args: string[];
  /** Variables that are set, with secrets as •••. */
  env: Record<string, string>;
  /** Variables that are removed. */
  removed: string[];
  /** Files that would be written for the client, and removed after it; without the text where it may hold secrets. */
  files: { path: string; text?: string }[];
  notes: string[];
}

export function toDryRun(command: string, prepared: Prepared): DryRun {
  const { args, changed, removed, notes, secrets, privateFile, folder } = prepared;
  const env = Object.fromEntries(
    Object.entries(changed).map(([name, value]) => [name, secrets.includes(name) ? masked : value]),
  );
  const own = Object.entries(folder?.files ?? {}).map(([name, text]) => {
    const path = `${folder?.path}/${name}`;
    return folder?.isSecret === true ? { path } : { path, text };
  });
  const files = [
    ...(privateFile === undefined
      ? []
      : [`${privateFile.path} would hold the settings, because other users can read arguments.`]),
    ...own.map(({ path }) => `${path} would be written for the client, and removed after it.`),
  ];
  // The text of a private file holds secrets.
  return { command, args, env, removed, files: own, notes: [...notes, ...files] };
}

/** `unset` lines, then the variables, then the command. Lines without a masked secret can be run. */
export function renderDryRun({ command, args, env, removed }: DryRun): string[] {
  return [...removed.map((name) => `unset ${name}`), ...exportLines(env), renderCommand(command, args)];
}

/** A line that a POSIX shell can run. */
export function renderCommand(command: string, args: readonly string[]): string {
  return [command, ...args].map((word) => quote(word)).join(' ');
}

/** zsh reads the lines of bash. */
export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell';

function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
}

/** The lines that set these variables in a shell, and unset those that the client would prefer. */
export function shellLines(
  env: Readonly<Record<string, string>>,
  shell: Shell = 'bash',
  unset: readonly string[] = ['ANTHROPIC_API_KEY'],
): string[] {
  const entries = Object.entries(env);
  if (shell === 'fish') {
    return [
      ...entries.map(([name, value]) => `set -gx ${name} ${quoteForFish(value)}`),
      ...unset.map((name) => `set -e ${name}`),
    ];
  }
  if (shell === 'powershell') {
    return [
      ...entries.map(([name, value]) => `$env:${name} = '${value.replaceAll("'", "''")}'`),
      ...unset.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
    ];
  }
  return [...exportLines(env), ...unset.map((name) => `unset ${name}`)];
}

/** In single quotes, fish treats a backslash before a quote or a backslash as an escape. */
function quoteForFish(word: string): string {
  return isPlainWord(word) ? word : `'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
