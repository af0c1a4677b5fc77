/** Chooses the editor: `$VISUAL`, `$EDITOR`, or the first usual one that is installed. */
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { OccError } from '../errors.ts';
import { platformOf, searchPath } from '../platform.ts';

export interface Editor {
  /** In shell syntax, so it may have arguments and quotes. */
  command: string;
  /** The variable that named it; undefined if none did. */
  by?: 'VISUAL' | 'EDITOR';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** OccError `no_editor` if none is named and none found. Without a terminal none is searched, since it would hang. */
export function chooseEditor(env: Environment, platform: NodeJS.Platform, terminal: boolean): Editor {
  for (const by of ['VISUAL', 'EDITOR'] as const) {
    const command = env[by]?.trim();
    if (command) return { command, by };
  }
  const { editors, hasEditors } = platformOf(platform);
  const known = hasEditors ? editors : editors.filter((name) => isOnPath(name, env, platform));
  const [command] = terminal ? known : [];
  if (command !== undefined) return { command };
  throw new OccError(
    'no_editor',
    terminal ? 'no editor was found' : 'no editor is set, and there is no terminal',
    {
      remedy: 'set VISUAL or EDITOR, for example: EDITOR=nano occ config edit',
    },
  );
}

/**
 * The shell command that runs the editor, as git does it: the file is an argument, so its name needs no quoting. A simple
 * command is run with `exec`, so that a signal reaches the editor and not only the shell.
 */
export function editorCommand(
  { command }: Editor,
  file: string,
  platform: NodeJS.Platform,
): { command: string; args: string[] } {
  if (!platformOf(platform).hasPosixShell)
    return { command: 'cmd', args: ['/d', '/s', '/c', `${command} "${file}"`] };
  const plain = !/^\w+=|[;&|()<>`\n]/.test(command);
  return { command: 'sh', args: ['-c', `${plain ? 'exec ' : ''}${command} "$@"`, command, file] };
}

/** A hint for editors that open a window and return at once unless `--wait` is given. */
export function waitHint({ command, by }: Editor): string | undefined {
  const [, program] = /^(?:\S*\/)?(code|codium|cursor|subl|zed|mate)\b/.exec(command) ?? [];
  if (program === undefined || by === undefined || /\s(?:-w|--wait)\b/.test(command)) return undefined;
  return `${program} returns before you are done; make it wait: ${by}="${command} --wait"`;
}

function isOnPath(name: string, env: Environment, platform: NodeJS.Platform): boolean {
  return searchPath(env, platform).some((directory) => {
    const file = join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
