/** Requests nobody should send: captured ones, damaged. Each is refused at the door, or encoded in the format's own way. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { Refused, toRequest } from '../../lib/proxy/inbound.ts';
import { isObject, type JsonObject } from '../../lib/json.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { geminiRoutes } from './gemini/encode.ts';
import { jsonDamage } from './json-damage.ts';
import { capturedRequests, chatRoutes, messagesRoutes } from './requests.ts';
import { responsesRoutes } from './responses/encode.ts';
import type { Format } from './turns.ts';

/** Models of every format and kind. */
export const routesOf = {
  chat: Object.values(chatRoutes),
  gemini: Object.values(geminiRoutes),
  messages: Object.values(messagesRoutes),
  responses: Object.values(responsesRoutes),
};

/** The same shape with little in it, for what matters here is where things stand. */
function small(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return value.slice(0, 24);
  if (Array.isArray(value)) return value.slice(0, key === 'messages' ? 8 : 4).map((one) => small(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, small(inner, name)]));
}

const bodies = capturedRequests().map(({ body }) => JSON.stringify(small(body)));

/** The JSON text of a damaged request. */
export const fuzzedRequest: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...bodies), fc.array(jsonDamage, { minLength: 1, maxLength: 5 }))
  .map(([body, damages]) => damages.reduce((so, damage) => damage(so), body));

/** True where the request was encoded for every model of the format, false where it was refused; anything else fails. */
export function isAnswered(format: Format, text: string): boolean {
  const body = JSON.parse(text) as JsonObject;
  if (!isObject(body)) return false;
  let request: MessagesRequest;
  try {
    request = toRequest(body);
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
  for (const route of routesOf[format]) {
    try {
      assert.equal(typeof JSON.stringify(codecs[format].encodeRequest(request, route, 'ses_1')), 'string');
    } catch (error) {
      // The road answers a body nested too deep with a refusal (server.ts).
      if (error instanceof RangeError && /call stack/.test(error.message)) return false;
      throw error;
    }
  }
  return true;
}
