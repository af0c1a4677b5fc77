/** Helpers for the structure of blocks and deltas, used by the writer and the grammar. */
import { isObject } from '../json.ts';
import type { AnswerBlock, Delta } from './events.ts';

const knownBlocks: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
]);

/** The block types that each known delta type may belong to. */
const blockTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['text_delta', ['text']],
  ['citations_delta', ['text']],
  ['thinking_delta', ['thinking']],
  ['signature_delta', ['thinking']],
  ['input_json_delta', ['tool_use', 'server_tool_use']],
]);

/** Whether a block of this type may contain the delta (L2). Unknown types are always allowed. */
export function canContain(block: string, delta: string): boolean {
  return !knownBlocks.has(block) || (blockTypes.get(delta)?.includes(block) ?? true);
}

const payloads: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
  ['input_json_delta', 'partial_json'],
]);

/** The text of a delta; "" if its payload is null or missing, undefined for citations and unknown types. */
export function textOf(delta: Delta): string | undefined {
  const name = payloads.get(delta.type);
  if (name === undefined) return undefined;
  const payload = (delta as unknown as Record<string, unknown>)[name];
  if (typeof payload === 'string') return payload;
  // Some servers send arguments as an object.
  return name === 'partial_json' && isObject(payload) ? JSON.stringify(payload) : '';
}

/** The delta with `text` as its payload; the same object if the payload does not change. */
export function withText(delta: Delta, text: string): Delta {
  const name = payloads.get(delta.type);
  if (name === undefined || (delta as unknown as Record<string, unknown>)[name] === text) return delta;
  return { ...delta, [name]: text };
}

/** The number of characters that a waiting delta counts for; 1 if it has no text. */
export function lengthOf(delta: Delta): number {
  return textOf(delta)?.length ?? 1;
}

/** True if a block can be sent as a start unchanged: the fields that clients expect are present and empty. */
export function isBare({ type, text, thinking, input }: AnswerBlock): boolean {
  if (type === 'text') return text === '';
  if (type === 'thinking') return thinking === '';
  return type !== 'tool_use' || (isObject(input) && Object.keys(input).length === 0);
}

/** Splits a block into an empty start and deltas, because clients read content only from deltas (measured). */
export function unpack(block: AnswerBlock): { start: AnswerBlock; deltas: Delta[] } {
  if (block.type === 'text') {
    const start = { ...block, text: '' };
    return { start, deltas: block.text ? [{ type: 'text_delta', text: block.text }] : [] };
  }
  if (block.type === 'thinking') {
    const { thinking, signature } = block;
    const deltas: Delta[] = [];
    if (thinking) deltas.push({ type: 'thinking_delta', thinking });
    if (signature) deltas.push({ type: 'signature_delta', signature });
    return { start: { ...block, thinking: '', signature: '' }, deltas };
  }
  if (block.type !== 'tool_use' && block.type !== 'server_tool_use') return { start: block, deltas: [] };
  const json = inputText(block.input);
  const start = { ...block, input: {} };
  return { start, deltas: json === '' ? [] : [{ type: 'input_json_delta', partial_json: json }] };
}

/** The arguments in a block's start as text. A string is used as it is. */
function inputText(input: unknown): string {
  if (typeof input === 'string') return input;
  const given = typeof input === 'object' && input !== null && Object.keys(input).length > 0;
  return given ? JSON.stringify(input) : '';
}
