/** Rules that doubles of every format share. Each takes the vendor's words. */
import { isObject, toObject, type JsonObject } from '../../../lib/json.ts';
import type { LooseJson } from '../loose-json.ts';
import type { Incoming, Rule, Violation } from './double.ts';
import { findUnknown, type Shape, type Unknown } from './shapes.ts';

/** The key must be in the header of the vendor. */
export function wantsKey(header: string, source: string, violation: Violation): Rule {
  return {
    name: `a key in ${header}`,
    source,
    bad: [],
    badHeaders: {},
    violates: ({ headers }) => (headers[header] === undefined ? violation : undefined),
  };
}

/** Only the fields of `shape`. */
export function onlyFields(
  shape: Shape,
  source: string,
  bad: Rule['bad'],
  words: (unknown: Unknown) => Violation,
): Rule {
  return {
    name: 'only known fields',
    source,
    bad,
    violates({ body }) {
      const unknown = findUnknown(body, shape);
      return unknown && words(unknown);
    },
  };
}

/** The prompt and the answer fit into the window together. `words` gets both and the whole, in tokens. */
export function fits(
  window: number,
  answerIn: (body: LooseJson) => number,
  source: string,
  words: (prompt: number, answer: number) => Violation | undefined,
): Rule {
  return {
    name: 'fits the window',
    source,
    bad: (good) => withPrompt(good, 'many words '.repeat(window)),
    violates({ body }) {
      const [prompt, answer] = [tokensIn(body), answerIn(body)];
      return prompt + answer > window ? words(prompt, answer) : undefined;
    },
  };
}

/** The same rule, as a server in front of the vendor reports its violation. */
export function inOtherWords(rule: Rule, words: (violation: Violation) => Violation): Rule {
  return {
    ...rule,
    violates(incoming) {
      const found = rule.violates(incoming);
      return found && words(found);
    },
  };
}

/** A rule about one field at the top of the body, if it is there. */
export function aboutField(
  field: string,
  source: string,
  bad: Rule['bad'],
  violates: (value: unknown, incoming: Incoming) => Violation | undefined,
): Rule {
  return {
    name: field,
    source,
    bad,
    violates(incoming) {
      const value: unknown = incoming.body[field];
      return value === undefined ? undefined : violates(value, incoming);
    },
  };
}

/** The first violation among the items of a list. */
export function firstViolation<Item>(
  items: readonly Item[],
  violates: (item: Item, index: number) => Violation | undefined,
): Violation | undefined {
  for (const [index, item] of items.entries()) {
    const found = violates(item, index);
    if (found) return found;
  }
  return undefined;
}

/** About four characters are a token; a picture counts as 1,500 whatever its bytes. */
export function tokensIn(body: LooseJson): number {
  let pictures = 0;
  const text = JSON.stringify(body, (_, value: unknown) => {
    if (typeof value !== 'string' || value.length < 200 || value.includes(' ')) return value;
    pictures++;
    return '';
  });
  return Math.ceil(text.length / 4) + 1500 * pictures;
}

/** Every part of a JSON Schema, with the path to it. */
export function* schemasIn(
  schema: unknown,
  path: readonly string[] = [],
): Generator<[JsonObject, readonly string[]]> {
  if (!isObject(schema)) return;
  yield [schema, path];
  for (const key of ['properties', '$defs', 'definitions', 'patternProperties'])
    for (const [name, inner] of Object.entries(toObject(schema[key])))
      yield* schemasIn(inner, [...path, key, name]);
  for (const key of [
    'items',
    'not',
    'additionalProperties',
    'if',
    'then',
    'else',
    'propertyNames',
    'contains',
  ])
    yield* schemasIn(schema[key], [...path, key]);
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items']) {
    const list = schema[key];
    if (!Array.isArray(list)) continue;
    for (const [index, inner] of list.entries()) yield* schemasIn(inner, [...path, key, String(index)]);
  }
}

/** The request with another last user text, in the form that its format has. */
function withPrompt(good: JsonObject, text: string): JsonObject {
  if (good['contents']) return { ...good, contents: [{ role: 'user', parts: [{ text }] }] };
  if (good['input']) return { ...good, input: [{ type: 'message', role: 'user', content: text }] };
  return { ...good, messages: [{ role: 'user', content: text }] };
}
