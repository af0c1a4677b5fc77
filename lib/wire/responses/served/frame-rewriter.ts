/** Changes what must not pass in a frame of an upstream that speaks the client's format. */
import { tagSignature } from '../../../anthropic/provenance.ts';
import { isObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route, Turn } from '../../codec.ts';
import { ownCalls } from './own-calls.ts';

/** The JSON of a frame and its text, which is the given one if nothing changes. */
export type FrameRewriter = (json: JsonObject, text: string) => { json: JsonObject; text: string };

export function frameRewriter(route: Route, { request, given }: Turn): FrameRewriter {
  const calls = ownCalls(given?.body ?? {});

  function toItem(item: Json): Json {
    if (!isObject(item)) return item;
    const own = calls.item(item);
    const encrypted = toText(own['encrypted_content']);
    return encrypted === '' ? own : { ...own, encrypted_content: tagSignature(route, encrypted) };
  }

  function toResponse(response: JsonObject): JsonObject {
    const { output, model } = response;
    const items = Array.isArray(output) ? output.map(toItem) : output;
    const same = model === request.model && isSame(items, output);
    return same
      ? response
      : { ...response, model: request.model, ...(items !== undefined && { output: items }) };
  }

  function rewritten(json: JsonObject): JsonObject {
    const event = calls.event(json);
    const { response, item } = event;
    if (isObject(response)) {
      const sent = toResponse(response);
      return sent === response ? event : { ...event, response: sent };
    }
    if (!isObject(item)) return event;
    const sent = toItem(item);
    return sent === item ? event : { ...event, item: sent };
  }

  return (json, text) => {
    const sent = rewritten(json);
    return sent === json ? { json, text } : { json: sent, text: JSON.stringify(sent) };
  };
}

function isSame(items: Json | undefined, given: Json | undefined): boolean {
  if (!Array.isArray(items) || !Array.isArray(given)) return true;
  return items.every((item, at) => item === given[at]);
}
