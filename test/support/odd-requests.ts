/** Requests that no client sends, of any size: each once made the proxy's time grow with the square of its size. */
import type { JsonObject } from '../../lib/json.ts';

const list = <T>(size: number, make: (at: number) => T): T[] =>
  Array.from({ length: size }, (_, at) => make(at));
const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const text = { type: 'text', text: 'x' };
const call = (id: string) => ({ type: 'tool_use', id, name: 'Read', input: {} });
const result = (id: string, content: unknown = 'x') => ({ type: 'tool_result', tool_use_id: id, content });
const tool = (name: string, schema: object = { type: 'object' }) => ({
  name,
  description: 'd',
  input_schema: schema,
});
const property = (at: number) => ({
  type: 'object',
  properties: { [`p${at}`]: { type: 'string' } },
  required: ['p0', `p${at}`],
});

type Fields = Record<string, unknown>;
const messages = (...given: unknown[]): Fields => ({ messages: given });
const schema = (one: object): Fields => ({ tools: [tool('t', one)] });

const shapes: Record<string, (size: number) => Fields> = {
  'results without calls': (size) => messages(user(list(size, (at) => result(`c${at}`)))),
  'results of one call': (size) =>
    messages(user('a'), assistant([call('c')]), user(list(size, (at) => result('c', `x${at}`)))),
  'results in reverse order, and again': (size) =>
    messages(
      user('a'),
      assistant(list(size, (at) => call(`c${at}`))),
      user(list(size, (at) => result(`c${size - 1 - at}`))),
      user(list(size, (at) => result(`c${at}`, `x${at}`))),
    ),
  'a message for each result': (size) =>
    messages(
      user('a'),
      assistant(list(size, (at) => call(`c${at}`))),
      ...list(size, (at) => user([result(`c${size - 1 - at}`)])),
    ),
  'calls with one id': (size) =>
    messages(
      user('a'),
      assistant(list(size, () => call('c'))),
      user(list(size * 2, (at) => result('c', `x${at}`))),
    ),
  'calls without an id, and such that have its place': (size) =>
    messages(user('a'), assistant(list(size, (at) => call(at % 2 === 1 ? '' : `call_${at + 2}`)))),
  'a message for each call': (size) =>
    messages(user('a'), ...list(size, (at) => assistant([call(`c${at}`)]))),
  'rounds of calls': (size) =>
    messages(...list(size, (at) => [assistant([call(`c${at}`)]), user([result(`c${at}`)])]).flat()),
  'images in results': (size) =>
    messages(
      user('a'),
      assistant(list(size, (at) => call(`c${at}`))),
      user(
        list(size, (at) =>
          result(`c${at}`, [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ]),
        ),
      ),
    ),
  'blocks of text': (size) => messages(user(list(size, () => text))),
  'blocks of text in an answer': (size) => messages(user('a'), assistant(list(size, () => text)), user('b')),
  thoughts: (size) =>
    messages(user('a'), assistant(list(size, () => ({ type: 'thinking', thinking: 'x', signature: 'y' })))),
  'texts of a search result': (size) =>
    messages(user([{ type: 'search_result', source: 's', title: 't', content: list(size, () => text) }])),
  'blocks of a system prompt': (size) => ({ system: list(size, () => text) }),
  messages: (size) => messages(...list(size, (at) => (at % 2 ? assistant('x') : user('y')))),
  'messages of one role': (size) => messages(...list(size, () => user('y'))),
  'system messages': (size) => messages(user('a'), ...list(size, () => ({ role: 'system', content: 'y' }))),
  tools: (size) => ({ tools: list(size, (at) => tool(`t${at}`)) }),
  'tools of one name': (size) => ({ tools: list(size, () => tool('t')) }),
  'deferred tools': (size) => ({
    ...messages(
      user('a'),
      assistant([call('c')]),
      user([
        result(
          'c',
          list(size, (at) => ({ type: 'tool_reference', tool_name: `t${at}` })),
        ),
      ]),
    ),
    tools: list(size, (at) => ({ ...tool(`t${at}`), defer_loading: true })),
  }),
  properties: (size) =>
    schema({
      type: 'object',
      properties: Object.fromEntries(list(size, (at) => [`p${at}`, { type: 'string' }])),
      required: list(size, (at) => `p${at}`),
    }),
  'members of allOf': (size) => schema({ allOf: list(size, property) }),
  'members of anyOf': (size) => schema({ anyOf: list(size, property) }),
  'members of anyOf in a property': (size) =>
    schema({ type: 'object', properties: { a: { anyOf: list(size, property) } } }),
  'a chain of references': (size) =>
    schema({
      type: 'object',
      properties: { a: { $ref: '#/$defs/d0' } },
      $defs: Object.fromEntries(list(size, (at) => [`d${at}`, { $ref: `#/$defs/d${at + 1}` }])),
    }),
};

/** The names of the shapes, and the body of a request of one of them. */
export const oddShapes: readonly string[] = Object.keys(shapes);

export function oddRequest(shape: string, size: number): JsonObject {
  const fields = { model: 'claude-sonnet-5', max_tokens: 100, stream: true, ...messages(user('hello')) };
  // As a request arrives: nothing is shared.
  return JSON.parse(JSON.stringify({ ...fields, ...shapes[shape]?.(size) })) as JsonObject;
}
