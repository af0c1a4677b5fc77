/**
 * The file of a session: its answer as JSON, then the status line in every length, each with what a shell needs to choose one:
 * `c` (with colours) or `p` (plain), its columns, its text. So the client's status line needs no program but a shell.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseJson } from '../json.ts';
import { loadStyle } from '../terminal/style.ts';
import type { SessionAnswer } from './answer.ts';
import { renderLines } from './line.ts';

/** The folder of the files, one for each session, in the directory for runtime files. */
export function sessionFolder(runtimeDir: string): string {
  return join(runtimeDir, 'sessions');
}

/** Undefined if the name of the session, which the client chooses, is not in the form of an id. */
export function sessionFile(folder: string, session: string): string | undefined {
  return /^[\w-]{1,64}$/.test(session) ? join(folder, session) : undefined;
}

export async function toFileText(answer: SessionAnswer): Promise<string> {
  const [colored, plain] = await Promise.all([loadStyle(1), loadStyle(0)]);
  const lines = (kind: string, style: typeof plain): string[] => {
    const rendered = renderLines(answer, style);
    // The shortest is for every terminal where no other fits.
    return rendered.map(
      ({ columns, text }, at) => `${kind} ${at === rendered.length - 1 ? 0 : columns} ${text}`,
    );
  };
  return `${[JSON.stringify(answer), ...lines('c', colored), ...lines('p', plain)].join('\n')}\n`;
}

/** Undefined for a text that is not that of a session's file. */
export function readFileText(text: string): SessionAnswer | undefined {
  const value = parseJson(text.split('\n', 1)[0] ?? '');
  return isObject(value) && typeof value['at'] === 'string' ? (value as unknown as SessionAnswer) : undefined;
}

/** The session that was answered last; undefined if none was. */
export function latestSession(folder: string): string | undefined {
  return namesByAge(folder).at(-1);
}

/** The names of the files, oldest first. */
export function namesByAge(folder: string): string[] {
  try {
    const files = readdirSync(folder).filter((name) => !name.startsWith('.'));
    const aged = files.map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
    return aged.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
  } catch {
    return []; // no folder, or a file was removed meanwhile
  }
}
