/** Routes as the catalogue makes them, for a provider that only the test knows, and the bodies that are sent along them. */
import { toRoute } from '../../lib/catalog/routes.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import type { ModelEntry, Provider } from '../../lib/config/settings.ts';
import { isObject, type JsonObject } from '../../lib/json.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import type { WireFormat, WireRoute } from '../../lib/wire/formats.ts';

const provider: Provider = {
  name: 'lab',
  endpoints: {
    chat: 'https://lab.example/v1/chat/completions',
    messages: 'https://lab.example/v1/messages',
    responses: 'https://lab.example/v1/responses',
    gemini: 'https://lab.example/v1beta/models',
  },
  auth: {},
  keys: [],
  headers: {},
  defaultFormat: 'chat',
  timeouts: { headersMs: 1, firstEventMs: 1, idleMs: 1 },
};

export function catalogued(
  id: string,
  format: WireFormat,
  entry: Partial<ModelEntry> = {},
  place: Partial<Provider> = {},
): WireRoute {
  const there = { ...provider, ...place };
  return toRoute({ provider: there.name, model_id: id, wire_format: format, ...entry }, there);
}

export function sentTo(route: WireRoute, request: MessagesRequest): JsonObject {
  const body: unknown = JSON.parse(JSON.stringify(codecs[route.format].encodeRequest(request, route, 's')));
  if (!isObject(body)) throw new Error('a body is an object');
  return body;
}
