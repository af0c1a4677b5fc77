/** The items of a client's `input` for an upstream of the same format. */
import { originalToolId, originOf, readSignature } from '../../../anthropic/provenance.ts';
import { isObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route } from '../../codec.ts';
import { toUpstreamId } from '../../tool-ids.ts';
import { continued } from '../replay.ts';

export function toOwnItems(items: readonly Json[], route: Route): Json[] {
  const origin = originOf(route);
  return items.flatMap((item): Json[] => {
    const sent = isObject(item) ? toOwnItem(item, origin, route) : item;
    return sent === undefined ? [] : [sent];
  });
}

/** Undefined for what another upstream made and only that one can read (P10). */
function toOwnItem(item: JsonObject, origin: string, route: Route): JsonObject | undefined {
  const sealed = item['encrypted_content'];
  const sent = withCallId(withoutId(item), route);
  if (typeof sealed !== 'string' || sealed === '') return item['type'] === 'reasoning' ? undefined : sent;
  const made = readSignature(sealed);
  if (made?.origin !== origin || made.payload === '' || made.payload === continued) return undefined;
  return { ...sent, encrypted_content: made.payload };
}

/** Types whose items need no id. The upstream stores nothing, and another one may have made the id. */
const withoutIds: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'compaction',
]);

function withoutId(item: JsonObject): JsonObject {
  const type = toText(item['type']) || 'message';
  if (item['id'] === undefined || !withoutIds.has(type)) return item;
  const { id: _, ...rest } = item;
  return rest;
}

/** The id of a call as this upstream made it; one of another upstream is shortened where it is too long (P9). */
function withCallId(item: JsonObject, route: Route): JsonObject {
  const id = item['call_id'];
  if (typeof id !== 'string') return item;
  const original = originalToolId(id, route);
  const sent = original === id && id.length > route.quirks.toolIdMax ? toUpstreamId(id, route) : original;
  return sent === id ? item : { ...item, call_id: sent };
}
