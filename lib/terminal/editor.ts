/** Which editor a person wants: `$VISUAL`, `$EDITOR`, else one that this machine has. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { OccError } from '../errors.ts';

export interface Editor {
  /** As the shell reads it: it may have arguments and quotes. */
  command: string;
  /** What named it; undefined when nothing did. */
  by?: 'VISUAL' | 'EDITOR';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `editor` is the system's own choice on Debian and its kin. */
const usual = ['editor', 'nano', 'vim', 'vi'];

/** OccError `no_editor` when none is named, and none can be guessed: without a terminal a guessed one would hang. */
export function chooseEditor(env: Environment, platform: NodeJS.Platform, terminal: boolean): Editor {
  for (const by of ['VISUAL', 'EDITOR'] as const) {
    const command = env[by]?.trim();
    if (command) return { command, by };
  }
  const known = platform === 'win32' ? ['notepad'] : usual.filter((name) => isOnPath(name, env));
  const [command] = terminal ? known : [];
  if (command !== undefined) return { command };
  throw new OccError(
    'no_editor',
    terminal ? 'no editor was found' : 'no editor is named, and there is no terminal',
    {
      remedy: 'set VISUAL or EDITOR, such as: EDITOR=nano occ config edit',
    },
  );
}

/**
 * How the shell is asked to run it, as git does: the file is an argument, whatever characters it has. A shell that has
 * nothing else to do becomes the editor, so that a signal for it does not end the shell alone.
 */
export function editorCommand(
  { command }: Editor,
  file: string,
  platform: NodeJS.Platform,
): { command: string; args: string[] } {
  if (platform === 'win32') return { command: 'cmd', args: ['/d', '/s', '/c', `${command} "${file}"`] };
  const plain = !/^\w+=|[;&|()<>`\n]/.test(command);
  return { command: 'sh', args: ['-c', `${plain ? 'exec ' : ''}${command} "$@"`, command, file] };
}

/** Editors with a window of their own return at once unless they are told to wait; what to say about it. */
export function waitHint({ command, by }: Editor): string | undefined {
  const [, program] = /^(?:\S*\/)?(code|codium|cursor|subl|zed|mate)\b/.exec(command) ?? [];
  if (program === undefined || by === undefined || /\s(?:-w|--wait)\b/.test(command)) return undefined;
  return `${program} returns before you are done; tell it to wait: ${by}="${command} --wait"`;
}

function isOnPath(name: string, env: Environment): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((directory) => {
    const file = join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return directory !== '' && statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
