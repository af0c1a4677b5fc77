/** Runs the editor on the terminal. */
import { runChild } from '../../terminal/child.ts';
import { OccError } from '../../errors.ts';
import { editorCommand, type Editor } from '../../terminal/editor.ts';
import type { System } from '../../terminal/command-context.ts';

/** The shell's exit codes for a program that is missing or not executable. */
const notFound = 127;
const notRunnable = 126;

/** Resolves to the error if the editor failed. Ctrl-C is left to the editor. */
export async function runEditor(editor: Editor, file: string, system: System): Promise<OccError | undefined> {
  const { command, args } = editorCommand(editor, file, system.platform);
  const set = Object.entries(system.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const end = await runChild({ command, args, env: Object.fromEntries(set) });
  const code = end.kind === 'ended' ? end.code : notFound;
  if (code === 0) return undefined;
  const name = JSON.stringify(editor.command);
  const from = editor.by === undefined ? '' : `, from ${editor.by},`;
  return new OccError(
    'editor_failed',
    `nothing was changed: the editor ${name}${from} ${describeExit(code)}`,
    {
      remedy:
        code === notFound || code === notRunnable
          ? `set ${editor.by ?? 'VISUAL or EDITOR'} to an installed editor, such as: EDITOR=nano occ config edit`
          : 'run occ config edit again',
    },
  );
}

function describeExit(code: number): string {
  if (code === notFound) return 'was not found';
  if (code === notRunnable) return 'is not executable';
  return code > 128 ? `was ended by signal ${code - 128}` : `ended with code ${code}`;
}
