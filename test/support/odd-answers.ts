/** Answers that no model gives, of any size, in which everything that a decoder looks up is many. */
import type { Format } from './turns.ts';

const list = <T>(size: number, make: (at: number) => T): T[] =>
  Array.from({ length: size }, (_, at) => make(at));

/** Each object as the data of one event. */
const events = (all: readonly object[]): string =>
  all.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');

const delta = (fields: object, index = 0): object => ({ choices: [{ index, delta: fields }] });
const called = (fields: object): object => delta({ tool_calls: [fields] });
const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] };
const chat = (...all: object[]): string => `${events([...all, finish])}data: [DONE]\n\n`;

const item = (at: number, fields: object): object => ({
  type: 'response.output_item.added',
  output_index: at,
  item: { type: 'function_call', name: 'Read', arguments: '', ...fields },
});
const itemDone = (at: number, fields: object): object => ({
  ...item(at, { arguments: '{}', ...fields }),
  type: 'response.output_item.done',
});
const completed = (output: readonly object[] = []): object => ({
  type: 'response.completed',
  response: { status: 'completed', output, usage: { input_tokens: 1, output_tokens: 1 } },
});
const message = (id: string, text: string): object => ({
  type: 'message',
  id,
  content: [{ type: 'output_text', text }],
});

const parts = (...all: object[]): object => ({ candidates: [{ content: { parts: all } }] });
const stop = { candidates: [{ content: { parts: [] }, finishReason: 'STOP' }] };

const start = { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } };
const block = (index: number, content_block: object): object => ({
  type: 'content_block_start',
  index,
  content_block,
});
const toolUse = (index: number, id: string): object =>
  block(index, { type: 'tool_use', id, name: 'Read', input: {} });
const end = [
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];

const shapes: Record<Format, Record<string, (size: number) => string>> = {
  chat: {
    'calls without a name': (size) => chat(...list(size, (at) => called({ index: at, id: `c${at}` }))),
    'a first call without a name': (size) =>
      chat(
        called({ index: 0, id: 'c' }),
        ...list(size, (at) =>
          called({ index: at + 1, id: `c${at}`, function: { name: 'Read', arguments: '{}' } }),
        ),
      ),
    'calls of one index': (size) =>
      chat(
        ...list(size, (at) =>
          called({ index: 0, id: `c${at}`, function: { name: 'Read', arguments: '{}' } }),
        ),
      ),
    'calls of one id': (size) =>
      chat(
        ...list(size, (at) => called({ index: at, id: 'c', function: { name: 'Read', arguments: '{}' } })),
      ),
    'calls without an id or an index': (size) =>
      chat(...list(size, () => called({ function: { name: 'Read', arguments: '{}' } }))),
    'calls in one delta': (size) =>
      chat(
        delta({
          tool_calls: list(size, (at) => ({
            index: at,
            id: `c${at}`,
            function: { name: 'Read', arguments: '{}' },
          })),
        }),
      ),
    'a name in pieces': (size) =>
      chat(...list(size, () => called({ index: 0, id: 'c', function: { name: 'x' } }))),
    choices: (size) => chat(...list(size, (at) => delta({ content: 'x' }, at))),
    'choices that finish': (size) =>
      chat({ choices: list(size, (at) => ({ index: at, delta: { content: 'x' }, finish_reason: 'stop' })) }),
    'unknown fields of a message': (size) => chat(...list(size, (at) => delta({ [`f${at}`]: 'x' }))),
    'an unknown field that grows': (size) =>
      chat(...list(size, () => delta({ f: [{ index: 0, text: 'x' }] }))),
    'an unknown list that grows': (size) =>
      chat(...list(size, (at) => delta({ f: [{ index: at, text: 'x' }] }))),
    'unknown fields of a call': (size) =>
      chat(...list(size, (at) => called({ index: 0, id: 'c', [`f${at}`]: 'x', function: { name: 'Read' } }))),
    'reasoning details': (size) =>
      chat(
        ...list(size, (at) =>
          delta({ reasoning_details: [{ type: 'reasoning.text', index: at, text: 'x' }] }),
        ),
      ),
    'text and calls by turns': (size) =>
      chat(
        ...list(size, (at) => [
          delta({ content: 'x' }),
          called({ index: at, id: `c${at}`, function: { name: 'Read', arguments: '{}' } }),
        ]).flat(),
      ),
    'text and reasoning by turns': (size) =>
      chat(...list(size, () => [delta({ content: 'x' }), delta({ reasoning_content: 'x' })]).flat()),
    costs: (size) =>
      chat(...list(size, () => ({ choices: [], cost: '0.1', usage: { completion_tokens: 1 } }))),
    'objects with a message': (size) => chat(...list(size, () => ({ message: 'busy' }))),
  },
  messages: {
    'blocks that stay open': (size) => events([start, ...list(size, (at) => toolUse(at, `c${at}`)), ...end]),
    'blocks of one index': (size) => events([start, ...list(size, () => toolUse(0, 'c')), ...end]),
    'blocks of one id': (size) =>
      events([
        start,
        ...list(size, (at) => [toolUse(at, 'c'), { type: 'content_block_stop', index: at }]).flat(),
        ...end,
      ]),
    'blocks without an id': (size) =>
      events([
        start,
        ...list(size, (at) => [toolUse(at, ''), { type: 'content_block_stop', index: at }]).flat(),
        ...end,
      ]),
    'deltas of blocks that are not there': (size) =>
      events([
        start,
        ...list(size, (at) => ({
          type: 'content_block_delta',
          index: at,
          delta: { type: 'text_delta', text: 'x' },
        })),
        ...end,
      ]),
    signatures: (size) =>
      events([
        start,
        block(0, { type: 'thinking', thinking: '', signature: '' }),
        ...list(size, () => ({
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'signature_delta', signature: 'x' },
        })),
        ...end,
      ]),
    'message_start again and again': (size) => events([...list(size, () => start), ...end]),
    'unknown events': (size) => events([start, ...list(size, (at) => ({ type: `t${at}` })), ...end]),
  },
  responses: {
    'calls of one id': (size) =>
      events([
        ...list(size, (at) => [
          item(at, { id: 'i', call_id: 'c' }),
          itemDone(at, { id: 'i', call_id: 'c' }),
        ]).flat(),
        completed(),
      ]),
    'calls without an id': (size) =>
      events([...list(size, (at) => [item(at, {}), itemDone(at, {})]).flat(), completed()]),
    'calls without a name': (size) =>
      events([...list(size, (at) => item(at, { id: `i${at}`, name: '' })), completed()]),
    'calls again in the finished response, without ids': (size) =>
      events([
        ...list(size, (at) => [item(at, { id: `i${at}` }), itemDone(at, { id: `i${at}` })]).flat(),
        completed(list(size, () => ({ type: 'function_call', name: 'Read', arguments: '{}' }))),
      ]),
    'messages again in the finished response, in reverse': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.output_item.done',
          output_index: at,
          item: message(`i${at}`, `x${at}`),
        })),
        completed(list(size, (at) => message('', `x${size - 1 - at}`))),
      ]),
    'another response at the end': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.output_item.done',
          output_index: at,
          item: message(`i${at}`, `x${at}`),
        })),
        completed(list(size, (at) => message(`j${at}`, `y${at}`))),
      ]),
    'texts with a new id each': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.output_text.delta',
          item_id: `i${at}`,
          content_index: 0,
          delta: 'x',
        })),
        completed(),
      ]),
    'parts of one text': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.output_text.delta',
          item_id: 'i',
          output_index: 0,
          content_index: at,
          delta: 'x',
        })),
        completed(),
      ]),
    'completed parts of one text': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.output_text.done',
          item_id: 'i',
          output_index: 0,
          content_index: at,
          text: 'x',
        })),
        completed(),
      ]),
    'summaries of one thought': (size) =>
      events([
        ...list(size, (at) => ({
          type: 'response.reasoning_summary_text.delta',
          item_id: 'i',
          output_index: 0,
          summary_index: at,
          delta: 'x',
        })),
        completed(),
      ]),
    'unknown items': (size) =>
      events([...list(size, (at) => item(at, { id: `i${at}`, type: `t${at}` })), completed()]),
    'a text that is completed again and again': (size) =>
      events([
        {
          type: 'response.output_text.delta',
          item_id: 'i',
          output_index: 0,
          content_index: 0,
          delta: 'x'.repeat(size),
        },
        ...list(size, () => ({
          type: 'response.output_text.done',
          item_id: 'i',
          output_index: 0,
          content_index: 0,
          text: 'x',
        })),
        completed(),
      ]),
  },
  gemini: {
    'calls without arguments': (size) =>
      events([...list(size, (at) => parts({ functionCall: { name: 'Read', id: `c${at}` } })), stop]),
    'arguments of calls that wait': (size) =>
      events([
        ...list(size, (at) => parts({ functionCall: { name: 'Read', id: `c${at}` } })),
        ...list(size, (at) => parts({ functionCall: { id: `c${size - 1 - at}`, args: { a: 1 } } })),
        stop,
      ]),
    'arguments without a name': (size) =>
      events([...list(size, () => parts({ functionCall: { args: { a: 1 } } })), stop]),
    'calls beside calls that wait': (size) =>
      events([
        ...list(size, (at) => parts({ functionCall: { name: 'Read', id: `c${at}` } })),
        ...list(size, (at) => parts({ functionCall: { name: 'Read', id: `d${at}`, args: { a: 1 } } })),
        stop,
      ]),
    'arguments in pieces': (size) =>
      events([
        ...list(size, (at) =>
          parts({
            functionCall: {
              name: 'Read',
              id: 'c',
              willContinue: true,
              partialArgs: [{ jsonPath: `$.a${at}`, stringValue: 'x' }],
            },
          }),
        ),
        stop,
      ]),
    'arguments in objects': (size) =>
      events([
        ...list(size, (at) =>
          parts({ functionCall: { name: 'Read', id: 'c', willContinue: true, args: { [`a${at}`]: 1 } } }),
        ),
        stop,
      ]),
    'one path in pieces': (size) =>
      events([
        ...list(size, () =>
          parts({
            functionCall: {
              name: 'Read',
              id: 'c',
              willContinue: true,
              partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
            },
          }),
        ),
        stop,
      ]),
    signatures: (size) => events([...list(size, () => parts({ thoughtSignature: 'x' })), stop]),
    'signed thoughts': (size) =>
      events([...list(size, () => parts({ text: 'x', thought: true, thoughtSignature: 'x' })), stop]),
    candidates: (size) =>
      events([
        { candidates: list(size, (at) => ({ index: at, content: { parts: [{ text: 'x' }] } })) },
        stop,
      ]),
    'parts of one event': (size) =>
      events([
        parts(...list(size, (at) => ({ functionCall: { name: 'Read', id: `c${at}`, args: { a: 1 } } }))),
        stop,
      ]),
    'unknown parts': (size) => events([...list(size, (at) => parts({ [`f${at}`]: 'x' })), stop]),
    grounding: (size) =>
      events([
        ...list(size, (at) => ({
          candidates: [
            {
              content: { parts: [{ text: 'x' }] },
              groundingMetadata: { groundingChunks: [{ web: { uri: `http://x/${at}`, title: 'x' } }] },
            },
          ],
        })),
        stop,
      ]),
  },
};

/** Every shape of a format; `bytes` makes an answer with about `size` pieces. */
export function oddAnswers(format: Format): { what: string; bytes: (size: number) => Uint8Array }[] {
  return Object.entries(shapes[format]).map(([what, shape]) => ({
    what,
    bytes: (size) => new TextEncoder().encode(shape(size)),
  }));
}
