/** Whether a model takes a body of this format as it is, by what is known of it (`quirks.ts`) and by who made its items. */
import { isForeignToolId, originOf, readSignature } from '../../../anthropic/provenance.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { MessagesRequest } from '../../../anthropic/request.ts';
import type { Route } from '../../codec.ts';
import { wantsThinking } from '../../encode/thinking.ts';
import { isCachedSearch } from './tools.ts';

export function fitsModel(body: JsonObject, request: MessagesRequest, route: Route): boolean {
  const { quirks } = route;
  const tools = toArray(body['tools']).map(toObject);
  const items = toArray(body['input']).map(toObject);
  const format = toObject(toObject(body['text'])['format'])['type'];
  return (
    (route.tools || tools.length === 0) &&
    (quirks.jsonSchema || format !== 'json_schema') &&
    quirks.schema === 'full' &&
    (quirks.webSearch || !tools.some((tool) => isSearch(tool) && !isCachedSearch(tool))) &&
    tools.every(({ description }) => toText(description).length <= quirks.toolDescriptionMax) &&
    (quirks.forcedToolChoice || !isForced(body['tool_choice']) || !wantsThinking(request, route)) &&
    (quirks.midSystem === 'system' || !hasLateSystem(items)) &&
    items.every((item) => takesParts(item['content'], route) && takesOutput(item['output'], route)) &&
    items.every((item) => isOwn(item, route))
  );
}

/** Whether nothing in an item needs a translation to return: what another upstream made, or what was made for the client. */
function isOwn({ encrypted_content: sealed, call_id: id }: JsonObject, route: Route): boolean {
  const made = toText(sealed);
  return (
    (made === '' || readSignature(made)?.origin === originOf(route)) && !isForeignToolId(toText(id), route)
  );
}

function isSearch({ type }: JsonObject): boolean {
  return toText(type).startsWith('web_search');
}

function isForced(choice: Json | undefined): boolean {
  return choice === 'required' || (isObject(choice) && choice['type'] !== 'allowed_tools');
}

/** Whether text of the system follows another item. */
function hasLateSystem(items: readonly JsonObject[]): boolean {
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer';
  const first = items.findIndex((item) => !isSystem(item));
  return first >= 0 && items.slice(first).some(isSystem);
}

function takesParts(content: Json | undefined, { images, documents }: Route): boolean {
  return toArray(content).every((part) => {
    const { type } = toObject(part);
    return (images || type !== 'input_image') && (documents || type !== 'input_file');
  });
}

function takesOutput(output: Json | undefined, route: Route): boolean {
  const media = toArray(output).some((part) => !toText(toObject(part)['type']).endsWith('text'));
  return takesParts(output, route) && (route.quirks.mediaInResults || !media);
}
