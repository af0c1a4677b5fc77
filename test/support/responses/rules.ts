/** Checks a Responses request against the protocol's rules; returns a sentence for each broken one. */
import { isObject, toText } from '../../../lib/json.ts';
import type { InputItem, ResponsesRequest } from '../../../lib/wire/responses/types.ts';

const allowedName = /^[A-Za-z0-9_-]{1,64}$/;

/** The types of items that occ writes itself. Others return as the upstream sent them. */
const readable: ReadonlySet<string> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'reasoning',
]);

export function brokenRules(body: ResponsesRequest): string[] {
  const broken: string[] = [];
  const rule = (kept: boolean, name: string): void => {
    if (!kept) broken.push(name);
  };
  rule(!body.store && body.stream, 'streamed, and not stored');
  rule(body.tools === undefined || body.tools.length > 0, 'tools is not empty');
  rule(body.tool_choice === undefined || body.tools !== undefined, 'a tool choice requires tools');
  rule(body.include === undefined || body.include.length > 0, 'include is not empty');
  rule(body.instructions !== '', 'instructions are not empty');
  rule((body.max_output_tokens ?? 16) >= 16, 'max_output_tokens is at least 16');
  const functions = (body.tools ?? []).filter((tool) => tool.type === 'function');
  for (const { name, parameters } of functions) {
    rule(allowedName.test(name), `tool name ${name}`);
    rule(parameters['type'] === 'object', `schema of ${name} is an object`);
    rule(isObject(parameters['properties']), `schema of ${name} has properties`);
    rule(!JSON.stringify(parameters).includes('"$schema"'), `schema of ${name} names no draft`);
  }
  rule(new Set(functions.map(({ name }) => name)).size === functions.length, 'tools once');
  rule(wellFormed(body), 'no lone surrogate');
  rule(
    body.input.every((item) => !('id' in item) || !readable.has(item.type)),
    'items that occ writes have no ids',
  );
  body.input.forEach((item, at) => checkItem(item, at, body.input, rule));
  return broken;
}

/** No string has a lone surrogate, also not in the arguments of a call, which are JSON inside JSON. */
function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) =>
    key === 'arguments' ? wellFormed(JSON.parse(String(item))) : wellFormed(key) && wellFormed(item),
  );
}

function checkItem(
  item: InputItem,
  at: number,
  input: readonly InputItem[],
  rule: (kept: boolean, name: string) => void,
): void {
  const here = `item ${at} (${item.type})`;
  switch (item.type) {
    case 'message': {
      const type = item.role === 'assistant' ? /^output_text$/ : /^input_/;
      rule(item.content.length > 0, `${here}: is not empty`);
      for (const part of item.content) {
        rule(type.test(part.type), `${here}: ${part.type} of ${item.role}`);
        rule(!('text' in part) || part.text.trim() !== '', `${here}: no empty text`);
      }
      return;
    }
    case 'function_call': {
      rule(allowedName.test(item.call_id), `${here}: id ${item.call_id}`);
      rule(allowedName.test(item.name), `${here}: name ${item.name}`);
      rule(isObject(JSON.parse(item.arguments)), `${here}: arguments are an object`);
      // Only other items of the same turn may come between a call and its result.
      const after = input.slice(at + 1);
      const answered = after.findIndex(
        (other) => other.type === 'function_call_output' && other.call_id === item.call_id,
      );
      rule(
        answered >= 0 &&
          after.slice(0, answered).every((other) => other.type !== 'message' || other.role === 'assistant'),
        `${here}: is answered before any message of the user`,
      );
      return;
    }
    case 'function_call_output': {
      const before = input.slice(0, at);
      rule(item.output.length > 0, `${here}: output is not empty`);
      rule(
        before.some((other) => other.type === 'function_call' && other.call_id === item.call_id),
        `${here}: answers a call`,
      );
      rule(
        !before.some((other) => other.type === 'function_call_output' && other.call_id === item.call_id),
        `${here}: answers it once`,
      );
      return;
    }
    case 'reasoning':
    case 'compaction':
      rule(toText(item.encrypted_content) !== '', `${here}: is encrypted`);
  }
}
