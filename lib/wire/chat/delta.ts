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
  kinds: ReadonlySet<ContentKind>;
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
  const pieces: Piece[] = [
    { type: 'thinking', text: reasoningText(delta) },
    ...contentPieces(delta['content'] ?? text, emit),
    { type: 'text', text: toText(delta['refusal']) },
  ];
  const given = pieces.filter((piece) => piece.text !== '');
  const calls = toolEntries(delta);
  const kinds = new Set<ContentKind>(given.map(({ type }) => type));
  if (toArray(delta['reasoning_details']).length > 0) kinds.add('thinking');
  if (calls.length > 0) kinds.add('calls');
  return { pieces: given, calls, kinds, reasoningField: reasoningField(delta) };
}

function toolEntries(delta: JsonObject): readonly Json[] {
  const entries = toArray(delta['tool_calls']);
  const legacy = delta['function_call'];
  return entries.length === 0 && isObject(legacy) ? [{ index: 0, function: legacy }] : entries;
}

/** Content is a string, one part, or several parts. Mistral also sends thinking in parts. */
function* contentPieces(content: Json | undefined, emit: (remark: Remark) => void): Iterable<Piece> {
  if (typeof content === 'string') return yield { type: 'text', text: content };
  for (const part of isObject(content) ? [content] : toArray(content)) {
    if (typeof part === 'string') yield { type: 'text', text: part };
    if (!isObject(part)) continue;
    const { thinking } = part;
    if (typeof part['text'] === 'string') yield { type: 'text', text: part['text'] };
    else if (typeof thinking === 'string') yield { type: 'thinking', text: thinking };
    else if (Array.isArray(thinking))
      yield { type: 'thinking', text: thinking.map((piece) => toText(toObject(piece)['text'])).join('') };
    else
      emit({
        type: 'dropped',
        what: `a content part of type ${nameForLog(toText(part['type']))}`,
      });
  }
}
