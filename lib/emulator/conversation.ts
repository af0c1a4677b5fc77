/**
 * A request as the emulator's agent sees it, whatever format it came in: what the person asked last, what was done
 * about it since, and what can be done. Readers give a flat list of what was said; this file makes sense of it.
 */
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../json.ts';

export interface Conversation {
  model: string;
  stream: boolean;
  /** Every system text, wherever it stood, and the reminders a client hides in user text. */
  system: string;
  /** The last thing the person asked, without reminders; "" when nobody asked anything. */
  prompt: string;
  /** The tool calls made since then, in order, with what came back. */
  done: readonly Done[];
  tools: readonly OfferedTool[];
  stops: readonly string[];
  /** The JSON Schema the answer must obey, if any. */
  schema?: JsonObject;
  /** Earlier thinking that the client sent back. */
  thoughts: readonly string[];
  /** The format sends each call in one piece of content. */
  wholeCalls?: true;
}

export interface Done {
  id: string;
  name: string;
  input: JsonObject;
  result?: { text: string; failed: boolean };
}

export interface OfferedTool {
  name: string;
  schema: JsonObject;
}

/** One thing that was said, in the order it was said. */
export type Said =
  | { role: 'system' | 'user' | 'thinking'; text: string }
  | { role: 'call'; id: string; name: string; input: Json | undefined }
  | { role: 'result'; id: string; text: string; failed: boolean };

/** The parts of a conversation that need no interpretation. */
export type Asking = Pick<Conversation, 'model' | 'stream' | 'tools' | 'stops' | 'wholeCalls'> & {
  schema?: JsonObject | undefined;
};

export function toConversation(said: readonly Said[], { schema, ...asking }: Asking): Conversation {
  const system: string[] = [];
  const thoughts: string[] = [];
  let prompt = '';
  let done: Done[] = [];
  for (const entry of said) {
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
        const asked = done.find((made) => made.id === entry.id && made.result === undefined);
        if (asked) asked.result = { text: entry.text.replace(reminders, ''), failed: entry.failed };
        break;
      }
    }
  }
  return { ...asking, ...(schema && { schema }), system: system.join('\n'), prompt, done, thoughts };
}

/** What a client tells the model in the user's name. */
const reminders = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/** Pictures and files of a tool's result, which occ lets follow as the user's where a result holds words alone. */
const moved = /\[from the result of [^\n]+, call [^\n]+\]\n(?:\[\w+\]\n?)+/g;

/** The text of a content that may be a string or a list of parts; parts that are no text are named. */
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
