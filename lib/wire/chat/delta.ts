/** Reads the content of one `delta` or `message`, whatever fields the server uses for it. */
import { nameForLog } from '../../redact.ts';
import type { Remark } from '../../anthropic/events.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import type { ContentKind } from '../decode/choices.ts';
import type { Piece } from '../decode/think-tags.ts';
import { reasoningField, reasoningText } from './reasoning.ts';

export interface DeltaContent {
  /** Text and thinking, in order; no piece is empty. */
  pieces: readonly Piece[];
  /** The entries of `tool_calls`. */
  calls: readonly Json[];
  kinds: readonly ContentKind[];
  /** The field that holds the reasoning; "" if there is none. */
  reasoningField: string;
}

/** Fields of a message that the decoder reads, or that only repeat or describe what it sends. */
export const messageFields: ReadonlySet<string> = new Set([
  'role',
  'name',
  'type',
  'id',
  'index',
  'content',
  'refusal',
  'prefix',
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'finish_reason',
  'stop_reason',
  'logprobs',
  'token_ids',
  'tool_call_id',
  // gpt-oss on Groq, which rejects it in history.
  'channel',
  'recipient',
  'end_turn',
  'weight',
  'parsed',
  // Of a length that hides the length of the text.
  'padding',
  'obfuscation',
]);

/** Parts of an answer that the client's format does not have. They are content, not state: they are left out and logged. */
export const outputFields: ReadonlySet<string> = new Set([
  'audio',
  'images',
  'annotations',
  'citations',
  'search_results',
]);

/** `text` is the choice's own text: the field of the older Completions API. */
export function deltaContent(
  delta: JsonObject,
  text: Json | undefined,
  emit: (remark: Remark) => void,
): DeltaContent {
  const pieces: Piece[] = [];
  const add = (type: Piece['type'], text: string): void => {
    if (text !== '') pieces.push({ type, text });
  };
  const field = reasoningField(delta);
  add('thinking', reasoningText(delta, field));
  readContent(delta['content'] ?? text, add, emit);
  add('text', toText(delta['refusal']));
  const calls = toolEntries(delta);
  const kinds: ContentKind[] = [];
  const details = delta['reasoning_details'];
  if (pieces.some(isThinking) || (Array.isArray(details) && details.length > 0)) kinds.push('thinking');
  if (pieces.some(isText)) kinds.push('text');
  if (calls.length > 0) kinds.push('calls');
  return { pieces, calls, kinds, reasoningField: field };
}

const isText = ({ type }: Piece): boolean => type === 'text';
const isThinking = ({ type }: Piece): boolean => type === 'thinking';

function toolEntries(delta: JsonObject): readonly Json[] {
  const entries = toArray(delta['tool_calls']);
  const legacy = delta['function_call'];
  return entries.length === 0 && isObject(legacy) ? [{ index: 0, function: legacy }] : entries;
}

/** Content is a string, one part, or several parts. Mistral also sends thinking in parts. */
function readContent(
  content: Json | undefined,
  add: (type: Piece['type'], text: string) => void,
  emit: (remark: Remark) => void,
): void {
  if (typeof content === 'string') return add('text', content);
  for (const part of isObject(content) ? [content] : toArray(content)) {
    if (typeof part === 'string') add('text', part);
    if (!isObject(part)) continue;
    const { thinking } = part;
    if (typeof part['text'] === 'string') add('text', part['text']);
    else if (typeof thinking === 'string') add('thinking', thinking);
    else if (Array.isArray(thinking))
      add('thinking', thinking.map((piece) => toText(toObject(piece)['text'])).join(''));
    else
      emit({
        type: 'dropped',
        what: `a content part of type ${nameForLog(toText(part['type']))}`,
      });
  }
}
