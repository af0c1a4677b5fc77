/**
 * Finds the file tools among those that a client offers, by their names and schemas: Claude Code has `Write` and `Read`,
 * Gemini CLI and Qwen Code `write_file` and `read_file`, opencode `write` with `filePath`, Copilot `create` and `view`. Codex
 * has only a shell. Captured: `test/fixtures/client-requests`.
 */
import { isObject, toObject } from '../json.ts';
import type { OfferedTool } from './conversation.ts';
import type { ToolCall } from './script.ts';

export type FileAction = 'write' | 'read' | 'edit';

/** A call of a file tool. */
export interface FileCall extends ToolCall {
  action: FileAction;
  file: string;
}

/** The calls that a client's tools allow; each is missing if no tool is for it. */
export interface FileTools {
  write?: (file: string, content: string) => FileCall;
  read?: (file: string) => FileCall;
  edit?: (file: string, old: string, replacement: string) => FileCall;
}

const names: Readonly<Record<FileAction, RegExp>> = {
  write: /^(?:write|write_?file|create|create_?file)$/i,
  read: /^(?:read|read_?file|view|view_?file)$/i,
  edit: /^(?:edit|edit_?file|replace|str_?replace)$/i,
};

const fields = {
  path: ['file_path', 'filePath', 'path', 'absolute_path'],
  content: ['content', 'contents', 'text', 'file_text'],
  old: ['old_string', 'oldString', 'old_str', 'oldText'],
  new: ['new_string', 'newString', 'new_str', 'newText'],
} as const;

export function fileTools(offered: readonly OfferedTool[]): FileTools {
  /** The tool for an action, if its schema has all these fields, and their names in it. */
  function find<Field extends keyof typeof fields>(
    action: FileAction,
    ...wanted: readonly Field[]
  ): ((values: Record<Field, string>) => FileCall) | undefined {
    for (const { name, schema } of offered) {
      if (!names[action].test(name)) continue;
      const properties = toObject(schema['properties']);
      const own = wanted.map((field) => fields[field].find((known) => isObject(properties[known])));
      if (own.includes(undefined)) continue;
      // Gemini CLI wants a reason for an edit.
      const more = 'instruction' in properties ? { instruction: 'As asked.' } : {};
      return (values) => ({
        action,
        file: Object.entries<string>(values).find(([field]) => field === 'path')?.[1] ?? '',
        name,
        input: {
          ...Object.fromEntries(wanted.map((field, at) => [own[at] ?? field, values[field]])),
          ...more,
        },
      });
    }
    return undefined;
  }

  const write = find('write', 'path', 'content');
  const read = find('read', 'path');
  const edit = find('edit', 'path', 'old', 'new');
  const edits = editsOfPi(offered);
  return {
    ...(write === undefined && read === undefined && shellOf(offered)),
    ...(edits && { edit: edits }),
    ...(write && { write: (path, content) => write({ path, content }) }),
    ...(read && { read: (path) => read({ path }) }),
    ...(edit && { edit: (path, old, replacement) => edit({ path, old, new: replacement }) }),
  };
}

/** The tool of pi takes several edits at once. */
function editsOfPi(offered: readonly OfferedTool[]): FileTools['edit'] {
  const tool = offered.find(
    ({ name, schema }) => names.edit.test(name) && isObject(toObject(schema['properties'])['edits']),
  );
  if (!tool) return undefined;
  const { name } = tool;
  return (path, oldText, newText) => ({
    action: 'edit',
    file: path,
    name,
    input: { path, edits: [{ oldText, newText }] },
  });
}

/** The shell of Codex writes and reads. */
function shellOf(offered: readonly OfferedTool[]): FileTools {
  const tool = offered.find(
    ({ name, schema }) => name === 'exec_command' && 'cmd' in toObject(schema['properties']),
  );
  if (!tool) return {};
  const { name } = tool;
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return {
    write: (file, content) => ({
      action: 'write',
      file,
      name,
      input: { cmd: `printf %s ${quoted(content)} > ${quoted(file)}` },
    }),
    read: (file) => ({ action: 'read', file, name, input: { cmd: `cat ${quoted(file)}` } }),
  };
}

/** What a tool does with files; undefined for any other tool. */
export function fileActionOf(name: string): FileAction | undefined {
  return (Object.keys(names) as FileAction[]).find((action) => names[action].test(name));
}
