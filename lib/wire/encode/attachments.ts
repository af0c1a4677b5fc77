/**
 * Restores what an upstream attached to its calls and messages (P11) from the thinking blocks that carry it. The fields of
 * a call are found by the call's id, anywhere in the same turn.
 */
import { originOf, readAttachment, type Origin } from '../../anthropic/provenance.ts';
import { isBlock, toBlocks, type ContentBlock, type RequestMessage } from '../../anthropic/request.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../json.ts';

/** What the upstream attached to a call: to the call itself, and to the object inside it that has the name. */
export interface CallFields {
  outer: JsonObject;
  inner: JsonObject;
  /** The names of what another upstream attached to the call, which a client may have returned with it. */
  foreign: readonly string[];
}

/** The key of a call's fields. It is a symbol, so that a client cannot send one. */
const callFields = Symbol('fields of a call');
const none: CallFields = { outer: {}, inner: {}, foreign: [] };

/** The attachment of `origin` that the block carries; undefined for any other block. */
export function attachmentIn(block: ContentBlock, origin: Origin): JsonObject | undefined {
  const read = readBlock(block);
  return read?.origin === originOf(origin) ? read.attached : undefined;
}

function readBlock(block: ContentBlock): { origin: string; attached: JsonObject } | undefined {
  if (!isBlock(block, 'thinking')) return undefined;
  const read = readAttachment(toText(block.signature));
  const attached = read && parseJson(read.payload);
  return isObject(attached) ? { origin: read?.origin ?? '', attached } : undefined;
}

/** The messages with the fields of every call whose attachment `origin` made; see `fieldsOf`. */
export function withCallFields(messages: readonly RequestMessage[], origin: Origin): RequestMessage[] {
  /** The fields in the current run of assistant messages, which are one turn. */
  let found = new Map<string, CallFields>();
  return messages.map((message, at) => {
    if (message.role !== 'assistant') return message;
    if (messages[at - 1]?.role !== 'assistant') found = readTurn(messages, at, origin);
    if (found.size === 0) return message;
    const fields = (block: ContentBlock): CallFields | undefined =>
      isObject(block) && isBlock(block, 'tool_use') ? found.get(toText(block.id)) : undefined;
    return withFields(message, fields);
  });
}

function withFields(
  message: RequestMessage,
  fieldsFor: (block: ContentBlock) => CallFields | undefined,
): RequestMessage {
  const content = toBlocks(message.content).map((block) => {
    const fields = fieldsFor(block);
    return fields ? Object.assign({}, block, { [callFields]: fields }) : block;
  });
  return Object.assign({}, message, { content });
}

/** The fields that `withCallFields` found for the call. */
export function fieldsOf(call: ContentBlock): CallFields {
  return (call as { [callFields]?: CallFields })[callFields] ?? none;
}

function readTurn(
  messages: readonly RequestMessage[],
  from: number,
  origin: Origin,
): Map<string, CallFields> {
  const own = originOf(origin);
  const found = new Map<string, CallFields>();
  for (let at = from; messages[at]?.role === 'assistant'; at++) {
    for (const block of toBlocks(messages[at]?.content)) {
      const read = isObject(block) ? readBlock(block) : undefined;
      const id = toText(read?.attached['call']);
      if (!read || id === '') continue;
      const outer = toObject(read.attached['outer']);
      const inner = toObject(read.attached['inner']);
      // A later attachment of a call holds all its fields.
      found.set(
        id,
        read.origin === own ? { outer, inner, foreign: [] } : { ...none, foreign: Object.keys(outer) },
      );
    }
  }
  return found;
}
