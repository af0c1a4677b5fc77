/** The client's messages for an upstream of the same format. A message that needs no change is the client's own object. */
import type { DocumentBlock, ImageBlock, RequestMessage } from '../../../anthropic/request.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route } from '../../codec.ts';
import { withCallFields } from '../../encode/attachments.ts';
import { toHistory } from '../../encode/history.ts';
import { documentNote, imageNote } from '../../encode/notes.ts';
import { toUpstreamId } from '../../tool-ids.ts';
import { placeholderSignature, toMessages } from '../history.ts';
import { reasoningText } from '../reasoning.ts';
import { readAssistant } from './read-assistant.ts';
import { readParts } from './read-content.ts';
import { forOrigin } from './seals.ts';
import { thoughtsIn } from './thoughts.ts';

/** Whether the order of the messages is one that the model accepts. */
export function fitMessages(body: JsonObject, { quirks }: Route): boolean {
  const roles = toArray(body['messages']).map((message) => toObject(message)['role']);
  const isSystem = (role: Json | undefined): boolean => role === 'system' || role === 'developer';
  const first = roles.findIndex((role) => !isSystem(role));
  if (first < 0) return false;
  if (quirks.midSystem === 'user' && roles.slice(first).some(isSystem)) return false;
  const bridged = (role: Json | undefined, at: number): boolean =>
    role === 'user' && (roles[at - 1] === 'tool' || roles[at - 1] === 'user');
  return quirks.userAfterTool || !roles.some(bridged);
}

/** `thinks` is true when thinking is on for this request. */
export function toSameMessages(body: JsonObject, route: Route, thinks: boolean): Json[] {
  const given = toArray(body['messages']).map((message) => unmarked(toObject(message), route));
  const replays = thinks || given.some((message) => reasoningText(message).trim() !== '');
  const messages = given.flatMap((message, at) => {
    switch (message['role']) {
      case 'developer':
        return [{ ...message, role: 'system' }];
      case 'assistant':
        return toSameAssistant(message, at, route, replays);
      case 'tool':
        return [withContent(withId(message, 'tool_call_id', route), at, route)];
      default:
        return [withContent(message, at, route)];
    }
  });
  const last = messages.at(-1);
  const continues = last?.['role'] === 'assistant' && route.quirks.assistantPrefix;
  return continues ? [...messages.slice(0, -1), { ...last, prefix: true }] : messages;
}

/** The object without a mark for a cache, where the server has none: some refuse what they do not know. */
export function unmarked(object: JsonObject, { quirks }: Route): JsonObject {
  if (quirks.cacheControl || object['cache_control'] === undefined) return object;
  const { cache_control: _, ...rest } = object;
  return rest;
}

function withId(object: JsonObject, field: string, route: Route): JsonObject {
  const id = object[field];
  const sent = toUpstreamId(id, route);
  return id === sent ? object : { ...object, [field]: sent };
}

/** The content without parts that the model cannot receive, and without marks for a cache where the server has none. */
function withContent(message: JsonObject, at: number, route: Route): JsonObject {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const parts = content.map((part, n) => toPart(part, `messages[${at}].content[${n}]`, route));
  return parts.every((part, n) => part === content[n]) ? message : { ...message, content: parts };
}

function toPart(part: Json, param: string, route: Route): Json {
  if (!isObject(part)) return part;
  const kept = unmarked(part, route);
  const isImage = part['type'] === 'image_url' && !route.images;
  const isFile = part['type'] === 'file' && !route.documents;
  if (!isImage && !isFile) return kept;
  const [block] = readParts([part], param);
  if (!block) return kept;
  const note = block.type === 'image' ? imageNote(block as ImageBlock) : documentNote(block as DocumentBlock);
  return { type: 'text', text: note };
}

function toSameAssistant(message: JsonObject, at: number, route: Route, replays: boolean): JsonObject[] {
  // The reasoning came through a translation, so it returns through one.
  if (thoughtsIn(message).length > 0) return encoded(message, at, route, replays);
  const sent = fieldsFor(message, route);
  const calls = sent['tool_calls'];
  const hasCalls = Array.isArray(calls) && calls.length > 0;
  const { tool_calls: _calls, ...rest } = sent;
  const kept = hasCalls ? withCalls(sent, calls, route) : calls === undefined ? sent : rest;
  const required = replays ? requiredReasoning(kept, route, hasCalls) : undefined;
  const whole = required === undefined ? kept : { ...kept, reasoning_content: required };
  return [withContent(whole, at, route)];
}

function encoded(message: JsonObject, at: number, route: Route, replays: boolean): JsonObject[] {
  const one: RequestMessage[] = [{ role: 'assistant', content: readAssistant(message, at) }];
  const { steps } = toHistory(withCallFields(one, route), { reminders: false });
  const answers = steps.filter(({ role }) => role === 'assistant');
  return toMessages(
    answers,
    { ...route, quirks: { ...route.quirks, assistantPrefix: false } },
    replays,
  ) as unknown as JsonObject[];
}

/** The reasoning that the model requires and the client left out. */
function requiredReasoning(message: JsonObject, { quirks }: Route, hasCalls: boolean): string | undefined {
  if (quirks.replayReasoning === 'never' || toText(message['reasoning_content']) !== '') return undefined;
  const text = reasoningText(message);
  if (text !== '') return text;
  return quirks.replayReasoning === 'always' || hasCalls ? quirks.reasoningPlaceholder : undefined;
}

/** The object without fields that another upstream sealed, and with its own as this one sent them (P10, P11). */
function fieldsFor(object: JsonObject, route: Route): JsonObject {
  let changed: JsonObject | undefined;
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || name === 'content' || name === 'function' || name === 'tool_calls') continue;
    const sent = name === 'reasoning_details' ? ownDetails(value, route) : forOrigin(value, route);
    if (sent === value) continue;
    changed ??= { ...object };
    if (sent === undefined) delete changed[name];
    else changed[name] = sent;
  }
  return changed ?? object;
}

/** One message may have details of several upstreams, if a client joins messages. */
function ownDetails(value: Json, route: Route): Json | undefined {
  if (!Array.isArray(value)) return forOrigin(value, route);
  const own = value.flatMap((detail): Json[] => {
    const sent = forOrigin(detail, route);
    return sent === undefined ? [] : [sent];
  });
  if (own.length === value.length && own.every((detail, at) => detail === value[at])) return value;
  return own.some((detail) => isObject(detail) && (detail['signature'] ?? detail['data']) !== undefined)
    ? own
    : undefined;
}

function withCalls(message: JsonObject, calls: readonly Json[], route: Route): JsonObject {
  const sent = calls.map((call, at) => toSameCall(toObject(call), at === 0, route));
  return sent.every((call, at) => call === calls[at]) ? message : { ...message, tool_calls: sent };
}

function toSameCall(given: JsonObject, first: boolean, route: Route): JsonObject {
  const call = withId(fieldsFor(given, route), 'id', route);
  const called = toObject(given['function']);
  const own = fieldsFor(called, route);
  const whole = own === called ? call : { ...call, function: own };
  const isSigned =
    Object.keys(whole).some((name) => !plainFields.has(name)) || own['signature'] !== undefined;
  return first && route.quirks.signedCalls && !isSigned
    ? { ...whole, extra_content: placeholderSignature }
    : whole;
}

const plainFields: ReadonlySet<string> = new Set(['id', 'type', 'index', 'function']);
