/** The event types of a Responses stream, and which of them carry text. */
import { toObject, toText, type JsonObject } from '../../json.ts';
import type { TextKind } from './output-item.ts';

/** How to read the text of an event. */
export interface TextEvent {
  item: 'message' | 'reasoning' | 'function_call' | 'custom_tool_call';
  kind: TextKind;
  /** The field that holds the text. */
  field: 'delta' | 'text' | 'refusal' | 'arguments' | 'input' | 'part';
  /** True for a full text, false for a delta. */
  full: boolean;
}

const textEvents: ReadonlyMap<string, TextEvent> = new Map<string, TextEvent>([
  ...deltaAndDone('response.output_text', { item: 'message', kind: 'text' }, 'text'),
  ...deltaAndDone('response.refusal', { item: 'message', kind: 'text' }, 'refusal'),
  ...deltaAndDone('response.reasoning_summary_text', { item: 'reasoning', kind: 'summary' }, 'text'),
  ...deltaAndDone('response.reasoning_text', { item: 'reasoning', kind: 'content' }, 'text'),
  ...deltaAndDone(
    'response.function_call_arguments',
    { item: 'function_call', kind: 'arguments' },
    'arguments',
  ),
  ...deltaAndDone(
    'response.custom_tool_call_input',
    { item: 'custom_tool_call', kind: 'arguments' },
    'input',
  ),
]);

function deltaAndDone(
  name: string,
  of: Pick<TextEvent, 'item' | 'kind'>,
  field: TextEvent['field'],
): [string, TextEvent][] {
  return [
    [`${name}.delta`, { ...of, field: 'delta', full: false }],
    [`${name}.done`, { ...of, field, full: true }],
  ];
}

const partEvents: ReadonlySet<string> = new Set([
  'response.content_part.done',
  'response.reasoning_summary_part.done',
]);

/** How to read the text of an event; undefined if it carries none. The type of a content part decides its kind. */
export function textEventOf(type: string, json: JsonObject): TextEvent | undefined {
  if (!partEvents.has(type)) return textEvents.get(type);
  const part = { field: 'part', full: true } as const;
  const partType = toText(toObject(json['part'])['type']);
  if (type === 'response.reasoning_summary_part.done') return { item: 'reasoning', kind: 'summary', ...part };
  if (partType === 'reasoning_text') return { item: 'reasoning', kind: 'content', ...part };
  return { item: 'message', kind: 'text', ...part };
}

/** Events that end a response. `response.done` is an older name of `response.completed`. */
export const finalEvents: ReadonlySet<string> = new Set([
  'response.completed',
  'response.done',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** Known events without text. */
const otherEvents: ReadonlySet<string> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
  'response.output_text.annotation.added',
  'response.error',
]);

export function isKnown(type: string): boolean {
  return textEvents.has(type) || partEvents.has(type) || finalEvents.has(type) || otherEvents.has(type);
}
