/** What a launch would do, or a person could do by hand, as lines of a POSIX shell. */
import type { Prepared } from './claude.ts';

/** What stands in the place of a secret. */
const masked = '•••';

export interface DryRun {
  command: string;
  args: string[];
  /** What is set; secrets are •••. */
  env: Record<string, string>;
  /** Variables the child does not get. */
  removed: string[];
  notes: string[];
}

export function toDryRun(command: string, { args, changed, removed, notes, secrets }: Prepared): DryRun {
  const env = Object.fromEntries(
    Object.entries(changed).map(([name, value]) => [name, secrets.includes(name) ? masked : value]),
  );
  return { command, args, env, removed, notes };
}

/** `unset` lines, then the variables, then the command: each can be read, and run where no secret is masked. */
export function renderDryRun({ command, args, env, removed }: DryRun): string[] {
  return [
    ...removed.map((name) => `unset ${name}`),
    ...exportLines(env),
    [command, ...args].map((word) => quote(word)).join(' '),
  ];
}

export type Shell = 'bash' | 'fish' | 'powershell';

function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
}

/** The lines that set these variables in a shell, and take away the one credential a client would prefer to them. */
export function shellLines(env: Readonly<Record<string, string>>, shell: Shell = 'bash'): string[] {
  const entries = Object.entries(env);
  if (shell === 'fish') {
    return [
      ...entries.map(([name, value]) => `set -gx ${name} ${quoteForFish(value)}`),
      'set -e ANTHROPIC_API_KEY',
    ];
  }
  if (shell === 'powershell') {
    return [
      ...entries.map(([name, value]) => `$env:${name} = '${value.replaceAll("'", "''")}'`),
      'Remove-Item Env:ANTHROPIC_API_KEY -ErrorAction SilentlyContinue',
    ];
  }
  return [...exportLines(env), 'unset ANTHROPIC_API_KEY'];
}

/** Unquoted where a shell reads it the same way. */
function quote(word: string): string {
  return isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Within single quotes fish reads a backslash before a quote or another backslash. */
function quoteForFish(word: string): string {
  return isPlain(word) ? word : `'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function isPlain(word: string): boolean {
  return /^[\w@%+=:,./-]+$/.test(word);
}
