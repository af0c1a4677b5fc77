/** Runs the editor with the terminal as its own, and says in words how it failed. */
import { runChild } from '../../terminal/child.ts';
import { OccError } from '../../errors.ts';
import { editorCommand, type Editor } from '../../terminal/editor.ts';
import type { System } from '../../terminal/command-context.ts';

/** The shell's own codes for a program that is missing, or may not be run. */
const notFound = 127;
const notRunnable = 126;

/** Resolves when it has ended, to what went wrong; undefined when it ended well. Ctrl-C meanwhile is the editor's. */
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
    `nothing was changed: the editor ${name}${from} ${redactedLine(code)}`,
    {
      remedy:
        code === notFound || code === notRunnable
          ? `set ${editor.by ?? 'VISUAL or EDITOR'} to an editor you have, such as: EDITOR=nano occ config edit`
          : 'occ config edit begins anew',
    },
  );
}

function redactedLine(code: number): string {
  if (code === notFound) return 'was not found';
  if (code === notRunnable) return 'may not be run';
  return code > 128 ? `was ended by signal ${code - 128}` : `ended with code ${code}`;
}
