/** What blocks and deltas are made of, for those who put them together (the writer) and those who check them (the grammar). */
import { isObject } from '../json.ts';
import type { AnswerBlock, Delta } from './events.ts';

const knownBlocks: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
]);

/** The blocks a known delta belongs to. */
const homes: ReadonlyMap<string, readonly string[]> = new Map([
  ['text_delta', ['text']],
  ['citations_delta', ['text']],
  ['thinking_delta', ['thinking']],
  ['signature_delta', ['thinking']],
  ['input_json_delta', ['tool_use', 'server_tool_use']],
]);

/** L2: whether a block of this type may hold such a delta. Types this version does not know are taken at their word. */
export function fits(block: string, delta: string): boolean {
  return !knownBlocks.has(block) || (homes.get(delta)?.includes(block) ?? true);
}

const payloads: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
  ['input_json_delta', 'partial_json'],
]);

/** What a delta says; "" for one whose payload is null or missing. A citation, or a delta of an unknown type, is no text. */
export function textOf(delta: Delta): string | undefined {
  const name = payloads.get(delta.type);
  if (name === undefined) return undefined;
  const payload = (delta as unknown as Record<string, unknown>)[name];
  if (typeof payload === 'string') return payload;
  // A server that sends arguments as an object is taken at its word.
  return name === 'partial_json' && isObject(payload) ? JSON.stringify(payload) : '';
}

/** The delta with `text` for its payload: the very same one when that is what it says. */
export function withText(delta: Delta, text: string): Delta {
  const name = payloads.get(delta.type);
  if (name === undefined || (delta as unknown as Record<string, unknown>)[name] === text) return delta;
  return { ...delta, [name]: text };
}

/** Characters a delta counts for while it waits; one that holds no text counts as one. */
export function lengthOf(delta: Delta): number {
  return textOf(delta)?.length ?? 1;
}

/** True for a block that may start as it came: every field a client expects is there, and empty. */
export function isBare({ type, text, thinking, input }: AnswerBlock): boolean {
  if (type === 'text') return text === '';
  if (type === 'thinking') return thinking === '';
  return type !== 'tool_use' || (isObject(input) && Object.keys(input).length === 0);
}

/** A block as its start may carry it, and the deltas for what it held already: clients only count deltas (measured). */
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

/** Input that stands in a start already. A string is taken for the arguments themselves. */
function inputText(input: unknown): string {
  if (typeof input === 'string') return input;
  const given = typeof input === 'object' && input !== null && Object.keys(input).length > 0;
  return given ? JSON.stringify(input) : '';
}
