/**
 * Collects what an error body says, in any of the shapes that servers, gateways and their libraries give it. The walk goes
 * from the outermost envelope inwards, through the fields that hold errors only: what echoes the request (`input`)
 * or the model's output (`failed_generation`) is never read.
 */
import type { ErrorFacts } from '../../anthropic/errors.ts';
import { isObject, parseJson, type Json, type JsonObject } from '../../json.ts';
import { jsonIn } from './embedded-json.ts';

const maxEntries = 8;
const maxName = 200;
const maxMessage = 4096;

/** Bounds of the walk: nodes in all, elements of one list, fields of one object, texts that are searched for JSON. */
const maxNodes = 256;
const maxElements = 16;
const maxFields = 64;
const maxTexts = 8;

/** Characters of a text, and of all texts, that are searched for JSON. */
const maxText = 64 * 1024;
const maxSearched = 128 * 1024;

/**
 * What a field means. `type`, `code`, `param` and `message` are collected. `error` is an envelope or the message itself,
 * `errors` one with the errors by field, `envelope` only holds others.
 */
type Role = 'type' | 'status' | 'code' | 'param' | 'path' | 'message' | 'error' | 'errors' | 'envelope';

/** By the field's name in lower case without separators: `errorMessage` and `error_message` are the same field. */
const roles = new Map<string, Role>(
  Object.entries({
    type: 'type errortype exceptiontype exception',
    status: 'status',
    code: 'code errorcode statuscode errcode errno reason',
    param:
      'param parameter field property argument pointer instancepath datapath parametername additionalproperty',
    path: 'loc path',
    message:
      'message msg detail errormessage errormsg errmsg errordescription statusmsg description title raw responsebody why faultstring',
    error:
      'error innererror originalerror upstreamerror providererror cause exceptiondetail lasterror previouserrors inner',
    errors: 'errors details issues fieldviolations violations causes errordetails validationerrors',
    envelope: 'metadata data params response baseresp source detailsinfo fault',
  } satisfies Record<Role, string>).flatMap(([role, names]) =>
    names.split(' ').map((name): [string, Role] => [name, role as Role]),
  ),
);

interface Node {
  value: Json | undefined;
  role: Role;
}

/** The facts in an error body: a parsed value, or a text that may contain one. Linear in the size of the body; never throws. */
export function errorFacts(body: Json): ErrorFacts {
  const types = new Set<string>();
  const codes = new Set<string>();
  const params = new Set<string>();
  const messages = new Set<string>();
  const queue: Node[] = [{ value: body, role: typeof body === 'string' ? 'message' : 'envelope' }];
  let texts = 0;
  let searched = 0;

  function visit({ value, role }: Node): void {
    if (typeof value === 'string') return visitText(value, role);
    if (typeof value === 'number' && role === 'code') return add(codes, String(value));
    if (Array.isArray(value)) return visitList(value, role);
    if (isObject(value)) visitObject(value, role);
  }

  function visitText(text: string, role: Role): void {
    if (role === 'type' || role === 'status') {
      if (role === 'type' ? isName(text) && text !== 'error' : isStatusName(text)) add(types, text);
    } else if (role === 'code' && isName(text)) add(codes, text);
    else if (role === 'envelope') search(text);
    else if (role === 'param' || role === 'path') visitParam(text, role);
    else visitMessage(text, role);
  }

  /** The name of a field, JSON with names or errors, or a sentence. A server's own path is no field. */
  function visitParam(text: string, role: Role): void {
    if (search(text, 'param') || (role === 'path' && text.startsWith('/'))) return;
    add(params, text);
    if (!isName(text)) add(messages, text, maxMessage);
  }

  function visitMessage(text: string, role: Role): void {
    if (role === 'error' && isName(text)) add(types, text);
    if (search(text) && isStructure(text)) return;
    add(messages, text, maxMessage);
  }

  function visitList(list: readonly Json[], role: Role): void {
    if ((role === 'path' || role === 'param') && list.every(isKey))
      return add(params, list.slice(0, maxElements * 2).join('.'));
    const each = role === 'errors' ? 'error' : role;
    for (const value of list.slice(0, maxElements)) queue.push({ value, role: each });
  }

  function visitObject(object: JsonObject, role: Role): void {
    let known = false;
    for (const [key, value] of fieldsOf(object)) {
      if (isCount(key, value)) add(messages, `${key}: ${value}`, maxMessage);
      const own = roleOf(key);
      if (own === undefined || value === null || value === '' || value === undefined) continue;
      if (own !== 'type' && own !== 'status') known = true;
      queue.push({ value, role: own });
    }
    if (!known && role !== 'envelope') visitUnknown(object, role);
  }

  /** Texts in a message without a known field, or in `errors` by field (`{"temperature": ["must be at most 1"]}`). */
  function visitUnknown(object: JsonObject, role: Role): void {
    for (const [key, value] of fieldsOf(object)) {
      if (roleOf(key) !== undefined) continue;
      const texts = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
      if (texts || (role === 'errors' && typeof value === 'string')) add(params, key);
      if (texts || typeof value === 'string') queue.push({ value, role: 'message' });
      else if (isObject(value)) queue.push({ value, role: 'message' });
    }
  }

  /** Queues the JSON inside a text; true when there is some. */
  function search(text: string, role: Role = 'envelope'): boolean {
    const part = text.slice(0, Math.min(maxText, maxSearched - searched));
    if (texts >= maxTexts || !/[[{]/.test(part)) return false;
    texts++;
    searched += part.length;
    const value = (part.length === text.length ? parseJson(text) : undefined) ?? jsonIn(part);
    if (typeof value !== 'object' || value === null) return false;
    queue.push({ value, role });
    return true;
  }

  function walk(from: number): number {
    let at = from;
    for (; at < queue.length && at < maxNodes; at++) visit(queue[at] as Node);
    return at;
  }

  const end = walk(0);
  if (messages.size === 0 && isObject(body)) {
    // A sentence in an unknown field is better than none.
    const sentences = [...fieldsOf(body)].filter(([key, value]) => !echoes.has(key) && isSentence(value));
    for (const [, value] of sentences) queue.push({ value, role: 'message' });
    walk(end);
  }
  return { types: [...types], codes: [...codes], params: [...params], messages: [...messages] };
}

function roleOf(key: string): Role | undefined {
  if (key.length > 40 || key.startsWith('@')) return undefined;
  return roles.get(key.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

function* fieldsOf(object: JsonObject): Iterable<[string, Json | undefined]> {
  let fields = 0;
  for (const key in object) {
    if (++fields > maxFields) return;
    yield [key, object[key]];
  }
}

/** llama.cpp says in fields how many tokens a prompt and the window have (ggml-org/llama.cpp#15780). */
function isCount(key: string, value: Json | undefined): value is number {
  return (key === 'n_prompt_tokens' || key === 'n_ctx') && typeof value === 'number';
}

/** Whether a text begins as JSON or as a Python literal, in contrast to `[req_1] the sentence`. */
export function isStructure(text: string): boolean {
  return /^\s*(?:\{|\[\s*[[{"'])/.test(text);
}

/** A name as programs write it, in contrast to a sentence. */
function isName(text: string): boolean {
  return text.length <= maxName && /^[\w$./:[\]-]+$/.test(text);
}

/** Fields with which an error repeats the request or the model's output. */
const echoes: ReadonlySet<string> = new Set([
  'input',
  'prompt',
  'messages',
  'content',
  'text',
  'delta',
  'arguments',
  'failed_generation',
]);

function isSentence(value: Json | undefined): boolean {
  return typeof value === 'string' && value.trim().includes(' ');
}

/** Google's names of errors (`RESOURCE_EXHAUSTED`), in contrast to `failed` or `error`. */
function isStatusName(text: string): boolean {
  return text.length <= maxName && /^[A-Z][A-Z_]+$/.test(text);
}

/** True for a step in a validator's path. */
export function isKey(value: Json): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** Adds the text, shortened: of a long message the end is kept too, since servers echo the input in the middle. */
function add(list: Set<string>, text: string, most = maxName): void {
  const trimmed = text.trim();
  if (trimmed === '' || list.size >= maxEntries) return;
  const tail = 1000;
  const cut =
    most === maxMessage
      ? `${trimmed.slice(0, most - tail - 3)} … ${trimmed.slice(-tail)}`
      : trimmed.slice(0, most);
  list.add(trimmed.length > most ? cut : trimmed);
}
