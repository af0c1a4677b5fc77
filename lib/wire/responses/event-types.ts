/** The events of a Responses stream that say something, by the name of their `type`. */
import { toObject, toText, type JsonObject } from '../../json.ts';
import type { Voice } from './output-item.ts';

/** A piece of a text (`whole` false), or all of it under the field `field`. */
export interface TextEvent {
  item: 'message' | 'reasoning' | 'function_call';
  voice: Voice;
  field: 'delta' | 'text' | 'refusal' | 'arguments' | 'part';
  whole: boolean;
}

const textEvents: ReadonlyMap<string, TextEvent> = new Map<string, TextEvent>([
  ...both('response.output_text', { item: 'message', voice: 'text' }, 'text'),
  ...both('response.refusal', { item: 'message', voice: 'text' }, 'refusal'),
  ...both('response.reasoning_summary_text', { item: 'reasoning', voice: 'summary' }, 'text'),
  ...both('response.reasoning_text', { item: 'reasoning', voice: 'content' }, 'text'),
  ...both('response.function_call_arguments', { item: 'function_call', voice: 'arguments' }, 'arguments'),
]);

function both(
  name: string,
  of: Pick<TextEvent, 'item' | 'voice'>,
  field: TextEvent['field'],
): [string, TextEvent][] {
  return [
    [`${name}.delta`, { ...of, field: 'delta', whole: false }],
    [`${name}.done`, { ...of, field, whole: true }],
  ];
}

const partEvents: ReadonlySet<string> = new Set([
  'response.content_part.done',
  'response.reasoning_summary_part.done',
]);

/** What an event says; undefined for one that says nothing. A part tells by its own type whose it is. */
export function textEventOf(type: string, json: JsonObject): TextEvent | undefined {
  if (!partEvents.has(type)) return textEvents.get(type);
  const part = { field: 'part', whole: true } as const;
  const named = toText(toObject(json['part'])['type']);
  if (type === 'response.reasoning_summary_part.done')
    return { item: 'reasoning', voice: 'summary', ...part };
  if (named === 'reasoning_text') return { item: 'reasoning', voice: 'content', ...part };
  return { item: 'message', voice: 'text', ...part };
}

/** Ends of a response, whatever they are called; `response.done` is an older name for the first. */
export const endings: ReadonlySet<string> = new Set([
  'response.completed',
  'response.done',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** Events that belong to an item, or to the response, without saying anything of it that counts. */
const frame: ReadonlySet<string> = new Set([
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
  return textEvents.has(type) || partEvents.has(type) || endings.has(type) || frame.has(type);
}
