/** Validates a Messages request as far as the rest of the proxy relies on it. */
import type { MessagesRequest } from '../../../anthropic/request.ts';
import { isObject, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system']);

/** Optional fields for which `null` means that they are absent. */
const optional = [
  'system',
  'tools',
  'tool_choice',
  'stop_sequences',
  'thinking',
  'output_config',
  'metadata',
];

/** Validates the parts of a body that the rest of the proxy relies on. Throws `Unservable`. */
export function toRequest(given: JsonObject): MessagesRequest {
  const absent = optional.filter((field) => given[field] === null);
  const entries = Object.entries(given).filter(([field]) => !absent.includes(field));
  const body: JsonObject = absent.length > 0 ? Object.fromEntries(entries) : given;
  const { model, messages } = body;
  if (typeof model !== 'string' || model === '') throw missing('model', 'a model id', model);
  if (!Array.isArray(messages) || messages.length === 0)
    throw missing('messages', 'a list of at least one message', messages);
  for (const [i, message] of messages.entries()) {
    if (!isObject(message)) throw missing(`messages.${i}`, 'an object', message);
    if (!roles.has(message['role']))
      throw missing(`messages.${i}.role`, 'user, assistant or system', message['role']);
    checkContent(message['content'], `messages.${i}.content`);
  }
  if (body['system'] !== undefined) checkContent(body['system'], 'system');
  const { thinking } = body;
  if (thinking !== undefined && !isObject(thinking)) throw missing('thinking', 'an object', thinking);
  for (const list of ['tools', 'stop_sequences']) {
    if (body[list] !== undefined && !Array.isArray(body[list])) throw missing(list, 'a list', body[list]);
  }
  for (const [i, tool] of ((body['tools'] ?? []) as unknown[]).entries()) {
    if (!isObject(tool)) throw missing(`tools.${i}`, 'an object', tool);
  }
  return body as unknown as MessagesRequest;
}

/** Refuses a body without `max_tokens`, as Anthropic's API does. Throws `Unservable`. */
export function requireLimit({ max_tokens: limit }: JsonObject): void {
  if (typeof limit !== 'number') throw missing('max_tokens', 'a number of tokens', limit);
}

function checkContent(content: unknown, path: string): void {
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) throw missing(path, 'a string or a list of blocks', content);
  for (const [i, block] of content.entries()) {
    if (!isObject(block) || typeof block['type'] !== 'string')
      throw missing(`${path}.${i}`, 'a block with a type', block);
    checkBlock(block, `${path}.${i}`);
  }
}

function checkBlock({ type, source, content, signature }: JsonObject, path: string): void {
  if ((type === 'image' || type === 'document') && !isObject(source))
    throw missing(`${path}.source`, 'an object', source);
  if (type === 'tool_result' && content !== undefined && content !== null)
    checkContent(content, `${path}.content`);
  const unsigned = signature === undefined || signature === null;
  if (type === 'thinking' && !unsigned && typeof signature !== 'string')
    throw missing(`${path}.signature`, 'a string', signature);
}

function missing(path: string, expected: string, found: unknown): Unservable {
  const kind =
    found === undefined
      ? 'nothing'
      : Array.isArray(found)
        ? 'a list'
        : found === null
          ? 'null'
          : `a ${typeof found}`;
  return new Unservable(`${path}: expected ${expected}, found ${kind}`, path);
}
