/**
 * A request as the emulator's agent sees it, independent of its format: the last prompt, the tool calls made since, and the
 * tools offered. The reader of each format gives a flat list of entries, from which `toConversation` builds this.
 */
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../json.ts';

export interface Conversation {
  model: string;
  stream: boolean;
  /** All system texts and the reminders that a client inserts into user texts. */
  system: string;
  /** The last user text without reminders; "" if there is none. */
  prompt: string;
  /** The tool calls made since then, in order, with their results. */
  done: readonly CompletedCall[];
  tools: readonly OfferedTool[];
  stops: readonly string[];
  /** The JSON Schema for the answer, if any. */
  schema?: JsonObject;
  /** Earlier thinking that the client sent back. */
  thoughts: readonly string[];
  /** The format sends each call in one event. */
  wholeCalls?: true;
}

export interface CompletedCall {
  id: string;
  name: string;
  input: JsonObject;
  result?: { text: string; failed: boolean };
}

export interface OfferedTool {
  name: string;
  schema: JsonObject;
}

/** One part of a conversation. */
export type Entry =
  | { role: 'system' | 'user' | 'thinking'; text: string }
  | { role: 'call'; id: string; name: string; input: Json | undefined }
  | { role: 'result'; id: string; text: string; failed: boolean };

/** The parts of a conversation that need no interpretation. */
export type RequestFields = Pick<Conversation, 'model' | 'stream' | 'tools' | 'stops' | 'wholeCalls'> & {
  schema?: JsonObject | undefined;
};

export function toConversation(
  entries: readonly Entry[],
  { schema, ...fields }: RequestFields,
): Conversation {
  const system: string[] = [];
  const thoughts: string[] = [];
  let prompt = '';
  let done: CompletedCall[] = [];
  for (const entry of entries) {
    switch (entry.role) {
      case 'system':
        system.push(entry.text);
        break;
      case 'thinking':
        thoughts.push(entry.text);
        break;
      case 'user': {
        const own = entry.text.replace(moved, '').replace(reminders, (reminder) => {
          system.push(reminder);
          return '';
        });
        if (own.trim() === '') break;
        prompt = own.trim();
        done = [];
        break;
      }
      case 'call':
        done.push({ id: entry.id, name: entry.name, input: toObject(entry.input) });
        break;
      case 'result': {
        const call = done.find(({ id, result }) => id === entry.id && result === undefined);
        if (call) call.result = { text: entry.text.replace(reminders, ''), failed: entry.failed };
        break;
      }
    }
  }
  return { ...fields, ...(schema && { schema }), system: system.join('\n'), prompt, done, thoughts };
}

/** Instructions of the client inside user texts: of Claude Code, of Gemini CLI, of Codex. */
const reminders = /<(system-reminder|session_context|environment_context)>[\s\S]*?<\/\1>/g;

/** Images and files of a tool result. occ moves them to a user message if the format allows only text in results. */
const moved = /\[from the result of [^\n]+, call [^\n]+\]\n(?:\[\w+\]\n?)+/g;

/** The text of a content, which is a string or a list of parts. Other parts become their type in brackets. */
export function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return toArray(content)
    .map((part) => {
      if (typeof part === 'string') return part;
      if (!isObject(part)) return '';
      return typeof part['text'] === 'string' ? part['text'] : `[${toText(part['type']) || 'something'}]`;
    })
    .join('\n');
}
