/** Whether a model takes a body of this format as it is, by what is known of it (`quirks.ts`) and by who made its items. */
import { isForeignToolId, originOf, readSignature } from '../../../anthropic/provenance.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { MessagesRequest } from '../../../anthropic/request.ts';
import type { Route } from '../../codec.ts';
import { wantsThinking } from '../../encode/thinking.ts';
import { isEffort } from '../../encode/effort.ts';
import { updatesIn, withUpdates } from './configuration.ts';
import { isCachedSearch } from './tools.ts';

export function fitsModel(body: JsonObject, request: MessagesRequest, route: Route): boolean {
  const { quirks } = route;
  const tools = toArray(body['tools']).map(toObject);
  const items = toArray(body['input']).map(toObject);
  const format = toObject(toObject(withUpdates(body)['text'])['format'])['type'];
  return (
    (route.tools || tools.length === 0) &&
    (quirks.jsonSchema || format !== 'json_schema') &&
    quirks.schema === 'full' &&
    (quirks.webSearch || !tools.some((tool) => isSearch(tool) && !isCachedSearch(tool))) &&
    tools.every(({ description }) => toText(description).length <= quirks.toolDescriptionMax) &&
    (quirks.forcedToolChoice || !isForced(body['tool_choice']) || !wantsThinking(request, route)) &&
    (quirks.midSystem === 'system' || !hasLateSystem(items)) &&
    items.every((item) => takesParts(item['content'], route) && takesOutput(item['output'], route)) &&
    items.every((item) => isOwn(item, route)) &&
    updatesIn(body).every(({ reasoning }) => takesEffort(toObject(reasoning)['effort'], route))
  );
}

/** Whether nothing in an item needs a translation to return: what another upstream made, or what was made for the client. */
function isOwn({ encrypted_content: sealed, call_id: id }: JsonObject, route: Route): boolean {
  const made = toText(sealed);
  return (
    (made === '' || readSignature(made)?.origin === originOf(route)) && !isForeignToolId(toText(id), route)
  );
}

/** Whether the conversation may change to this effort: the model has it, and the configuration sets no other. */
function takesEffort(effort: Json | undefined, route: Route): boolean {
  const { reasoningEffort, thinking, efforts, quirks } = route;
  if (effort === undefined || effort === null) return true;
  const configured = reasoningEffort !== undefined || thinking !== undefined || quirks.thinking === 'none';
  return !configured && (!isEffort(effort) || efforts.length === 0 || efforts.includes(effort));
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
