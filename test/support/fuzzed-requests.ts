/** Captured requests with damaged JSON. Each must be rejected by validation or encoded for every route. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { toRequest } from '../../lib/wire/messages/served/read.ts';
import { Unservable } from '../../lib/wire/served.ts';
import { isObject, type JsonObject } from '../../lib/json.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import type { WireFormat, WireRoute } from '../../lib/wire/formats.ts';
import { geminiRoutes } from './gemini/encode.ts';
import { jsonDamage } from './json-damage.ts';
import { capturedRequests, chatRoutes, messagesRoutes, routeOf } from './requests.ts';
import { responsesRoutes } from './responses/encode.ts';

/** Routes to models of each format with quirks to try. */
export const routesOf: Readonly<Partial<Record<WireFormat, readonly WireRoute[]>>> = {
  chat: Object.values(chatRoutes),
  gemini: Object.values(geminiRoutes),
  messages: Object.values(messagesRoutes),
  responses: Object.values(responsesRoutes),
};

/** Shortens texts and lists, because only the structure matters here. */
function shortened(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return value.slice(0, 24);
  if (Array.isArray(value)) return value.slice(0, key === 'messages' ? 8 : 4).map((one) => shortened(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner, name)]));
}

const bodies = capturedRequests().map(({ body }) => JSON.stringify(shortened(body)));

/** The JSON text of a damaged request. */
export const fuzzedRequest: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...bodies), fc.array(jsonDamage, { minLength: 1, maxLength: 5 }))
  .map(([body, damages]) => damages.reduce((so, damage) => damage(so), body));

/** True if the request was encoded for every route of the format, false if it was rejected; throws otherwise. */
export function isEncoded(format: WireFormat, text: string): boolean {
  const body = JSON.parse(text) as JsonObject;
  if (!isObject(body)) return false;
  let request: MessagesRequest;
  try {
    request = toRequest(body);
  } catch (error) {
    if (error instanceof Unservable) return false;
    throw error;
  }
  for (const route of routesOf[format] ?? [routeOf({ format })]) {
    try {
      assert.equal(typeof JSON.stringify(codecs[format].encodeRequest(request, route, 'ses_1')), 'string');
    } catch (error) {
      // The proxy rejects a body that is nested too deeply (server.ts).
      if (error instanceof RangeError && /call stack/.test(error.message)) return false;
      throw error;
    }
  }
  return true;
}
