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

export function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
}

/** Unquoted where a shell reads it the same way. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
