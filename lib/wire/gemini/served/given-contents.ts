/**
 * Reads the contents of a client's request as messages. Contents of one role that follow each other are one message: some
 * clients write each chunk of an answer as a content of its own.
 */
import type { ContentBlock, RequestMessage, TextBlock } from '../../../anthropic/request.ts';
import { isObject, type JsonObject } from '../../../json.ts';
import { callIds, type CallIds } from './call-ids.ts';
import { at, field, objectField, objectsField, textField, wrong } from './fields.ts';
import { answerBlocks } from './given-answer.ts';
import { leaveOthers, toBlock, type Leave } from './given-parts.ts';

/** The system prompt: a string, one part, or a content. */
export function readSystem(body: JsonObject, leave: Leave): TextBlock[] {
  const given = field(body, 'systemInstruction');
  if (given === undefined) return [];
  if (typeof given === 'string') return given === '' ? [] : [{ type: 'text', text: given }];
  if (!isObject(given)) throw wrong('systemInstruction', 'a string or a content with parts', given);
  const parts =
    field(given, 'parts') === undefined
      ? [{ value: given, path: 'systemInstruction' }]
      : objectsField(given, 'parts', 'systemInstruction');
  return parts.flatMap(({ value, path }) => {
    const text = textField(value, 'text', path) ?? '';
    if (text === '' && Object.keys(value).some((name) => name !== 'text' && name !== 'role'))
      leave('systemInstruction.parts');
    return text === '' ? [] : [{ type: 'text' as const, text }];
  });
}

/** Throws `Unservable` for contents of a wrong shape. */
export function readContents(body: JsonObject, leave: Leave): RequestMessage[] {
  const contents = objectsField(body, 'contents', '');
  if (contents.length === 0)
    throw wrong('contents', 'a list of at least one content', field(body, 'contents'));
  const ids = callIds();
  const turns: { role: 'user' | 'assistant'; parts: { value: JsonObject; path: string }[] }[] = [];
  for (const { value, path } of contents) {
    const role = roleOf(value, path);
    const parts = objectsField(value, 'parts', path);
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  }
  const messages = turns.map(({ role, parts }, turn): RequestMessage => {
    for (const { value } of parts) leaveOthers(value, leave);
    const content =
      role === 'assistant' ? answerBlocks(parts, turn, ids, leave) : userBlocks(parts, turn, ids, leave);
    return { role, content };
  });
  return messages.filter(({ content }) => content.length > 0);
}

function roleOf(content: JsonObject, path: string): 'user' | 'assistant' {
  const role = textField(content, 'role', path) ?? '';
  if (role === 'model') return 'assistant';
  if (role === '' || role === 'user' || role === 'function' || role === 'tool') return 'user';
  throw wrong(at(path, 'role'), 'user or model', role);
}

/** Results come first, as Anthropic's API requires. */
function userBlocks(
  parts: readonly { value: JsonObject; path: string }[],
  turn: number,
  ids: CallIds,
  leave: Leave,
): ContentBlock[] {
  const results: ContentBlock[] = [];
  const others: ContentBlock[] = [];
  for (const [n, { value: part, path }] of parts.entries()) {
    const response = objectField(part, 'functionResponse', path);
    if (response) {
      results.push(toResult(response, at(path, 'functionResponse'), `${turn}_${n}`, ids, leave));
      continue;
    }
    if (objectField(part, 'functionCall', path))
      throw wrong(at(path, 'functionCall'), 'a call only in a content of the role model', {});
    const block = toBlock(part, path, leave);
    if (block) others.push(block);
  }
  return [...results, ...others];
}

function toResult(given: JsonObject, path: string, place: string, ids: CallIds, leave: Leave): ContentBlock {
  const name = textField(given, 'name', path) ?? '';
  const id = ids.response(name, textField(given, 'id', path) ?? '', place);
  const response = objectField(given, 'response', path) ?? {};
  const { text, failed } = readResponse(response);
  const media = objectsField(given, 'parts', path).flatMap(({ value, path: where }) => {
    const block = toBlock(value, where, leave);
    return block ? [block] : [];
  });
  const words: ContentBlock[] = text === '' ? [] : [{ type: 'text', text }];
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: [...words, ...media],
    ...(failed && { is_error: true }),
  };
}

/** `output` and `error` are the two keys that Google defines; a response with others is its JSON. */
function readResponse(response: JsonObject): { text: string; failed: boolean } {
  const [only, ...others] = Object.keys(response);
  const failed = field(response, 'error') !== undefined;
  if (only === undefined) return { text: '', failed };
  const value = response[only];
  if (others.length === 0 && (only === 'output' || only === 'error') && typeof value === 'string')
    return { text: value, failed };
  return { text: JSON.stringify(response), failed };
}
