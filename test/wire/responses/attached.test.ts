/** What an upstream attaches to its items returns to it unchanged, and to no other (P11). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isRemark, type Decoded } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { responsesDecoder } from '../../../lib/wire/responses/stream.ts';
import { run, utf8 } from '../../support/decode.ts';
import { geminiRoutes } from '../../support/gemini/encode.ts';
import { chatRoutes, messagesRoutes, requestOf, result, user } from '../../support/requests.ts';
import { encode, responsesRoutes } from '../../support/responses/encode.ts';
import { turn } from '../../support/turns.ts';

const { gpt } = responsesRoutes;

type Item = Record<string, unknown>;

const message = (text: string, fields: Item = {}): Item => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
  ...fields,
});
const call = (n: number, fields: Item = {}): Item => ({
  type: 'function_call',
  call_id: `call_${n}`,
  name: 'Read',
  arguments: `{"n":${n}}`,
  ...fields,
});
const reasoning = (sealed: string, fields: Item = {}): Item => ({
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'Hm.' }],
  encrypted_content: sealed,
  ...fields,
});

/** How the items arrive: which fields the `added` event has, if there is one. */
type Arrival = 'in the added item' | 'in the finished item' | 'in the finished response' | 'whole';
const arrivals: Arrival[] = [
  'in the added item',
  'in the finished item',
  'in the finished response',
  'whole',
];
const ordinary: ReadonlySet<string> = new Set(['id', 'type', 'role', 'call_id', 'name', 'encrypted_content']);

const texts: ReadonlySet<string> = new Set(['content', 'arguments', 'summary']);

function answered(items: readonly Item[], arrival: Arrival): { all: Decoded[]; message: RequestMessage } {
  const output = items.map((item, n) => ({ id: `item_${n}`, status: 'completed', ...item }));
  const response = {
    object: 'response',
    status: 'completed',
    output,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const events = output.flatMap((item, output_index) => {
    const own: Item = item;
    const text = own['content'] as { text: string }[] | undefined;
    const bare = Object.fromEntries(Object.entries(own).filter(([name]) => ordinary.has(name)));
    const plain = Object.fromEntries(
      Object.entries(own).filter(([name]) => ordinary.has(name) || texts.has(name)),
    );
    const attached = Object.fromEntries(Object.entries(own).filter(([name]) => !texts.has(name)));
    const of = { item_id: own['id'], output_index, content_index: 0 };
    const deltas = (text ?? []).map((part) =>
      Object.assign({ type: 'response.output_text.delta', delta: part.text }, of),
    );
    return [
      {
        type: 'response.output_item.added',
        output_index,
        item: arrival === 'in the added item' ? attached : bare,
      },
      deltas,
      {
        type: 'response.output_item.done',
        output_index,
        item: arrival === 'in the finished response' ? plain : own,
      },
    ].flat();
  });
  const frames = [...events, { type: 'response.completed', response }];
  const bytes =
    arrival === 'whole'
      ? JSON.stringify(response)
      : frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
  const { all, events: sent } = run(responsesDecoder(gpt, turn()), [utf8(bytes)]);
  const content = JSON.parse(JSON.stringify(foldMessage(sent)?.content ?? [])) as ContentBlock[];
  return { all, message: { role: 'assistant', content } };
}

function talk({ message: answer }: { message: RequestMessage }): RequestMessage[] {
  const calls = (answer.content as ContentBlock[]).filter(({ type }) => type === 'tool_use');
  return [
    user('go'),
    answer,
    user(...(calls.length > 0 ? calls.map(({ id }) => result(String(id), 'x')) : ['on'])),
  ];
}

/** The items of the answer in the next request. */
function returned(answer: { message: RequestMessage }, route = gpt): object[] {
  return encode(talk(answer), {}, route).input.filter(
    (item) => item.type !== 'function_call_output' && !(item.type === 'message' && item.role === 'user'),
  );
}

const dropped = (all: readonly Decoded[]): string[] =>
  all.flatMap((one) => (isRemark(one) && one.type === 'dropped' ? [one.what] : []));

describe('fields of items', () => {
  // `phase`: https://learn.microsoft.com/en-us/javascript/api/@azure/ai-projects/messagephase
  const answers: Record<string, Item[]> = {
    'a comment and a call': [message('I look.', { phase: 'commentary' }), call(1)],
    'two comments and a call': [
      message('I look.', { phase: 'commentary' }),
      message('There.', { phase: 'commentary', mark: { a: [1] } }),
      call(1),
    ],
    'a comment and a text without a phase': [
      message('I look.', { phase: 'commentary' }),
      message('There.'),
      call(1),
    ],
    'calls with fields, such as the namespace of a tool search': [
      call(1, { namespace: 'files' }),
      call(2),
      call(3, { namespace: 'files', mark: [0, false] }),
    ],
    'reasoning with a field': [reasoning('S1', { mark: 'x' }), reasoning('S2'), call(1)],
    'everything at once': [
      reasoning('S1', { mark: 'x' }),
      message('I look.', { phase: 'commentary' }),
      reasoning('S2', { mark: 'y' }),
      call(1, { namespace: 'files' }),
    ],
  };
  for (const [name, items] of Object.entries(answers))
    for (const arrival of arrivals.filter((one) => one !== 'in the finished response'))
      test(`${name}, ${arrival}`, () => {
        const answer = answered(items, arrival);
        assert.deepEqual(returned(answer), items);
        assert.deepEqual(dropped(answer.all), []);
      });

  for (const arrival of ['in the added item', 'whole'] as const)
    test(`a comment and the final answer, ${arrival}`, () => {
      const items = [
        message('I look.', { phase: 'commentary' }),
        message('Done.', { phase: 'final_answer' }),
      ];
      const answer = answered(items, arrival);
      assert.deepEqual(returned(answer), items);
      assert.equal((answer.message.content as ContentBlock[]).at(-1)?.type, 'text');
    });

  test('a phase that comes after the last text is left out, and the log names it', () => {
    const answer = answered([message('Done.', { phase: 'final_answer' })], 'in the finished item');
    assert.deepEqual(returned(answer), [message('Done.')]);
    assert.deepEqual(dropped(answer.all), ['fields of a message (phase) after the last text']);
  });

  test('fields that only the finished response has return to their items', () => {
    const items = [message('I look.', { phase: 'commentary' }), call(1, { namespace: 'files' })];
    assert.deepEqual(returned(answered(items, 'in the finished response')), items);
  });

  test('fields of reasoning without encrypted content are left out, and the log names them', () => {
    const { encrypted_content: _sealed, ...open } = reasoning('', { mark: 'x' });
    const answer = answered([open, message('Hi.')], 'in the finished item');
    assert.deepEqual(returned(answer), [message('Hi.')]);
    assert.deepEqual(dropped(answer.all), ['fields of a reasoning item (mark)']);
  });
});

describe('items of other kinds', () => {
  // https://platform.openai.com/docs/guides/compaction
  const compaction = { id: 'cmp_1', type: 'compaction', encrypted_content: 'sealed', created_by: 'x' };

  for (const arrival of arrivals.filter((one) => one !== 'in the finished response'))
    test(`with encrypted content return as they are, ${arrival}`, () => {
      const items = [
        compaction,
        message('Hi.'),
        { ...compaction, id: 'cmp_2', type: 'vendor_memory' },
        call(1),
      ];
      const sealed = (found: object[]): object[] => found.filter((item) => 'encrypted_content' in item);
      const found = returned(answered(items, arrival));
      assert.deepEqual(
        sealed(found),
        sealed(items).map((item) => Object.assign({ status: 'completed' }, item)),
      );
      assert.equal(found.length, 4);
    });

  test('after the last text they are left out, and the log names their type', () => {
    const { all, message: answer } = answered([message('Hi.'), compaction], 'whole');
    assert.deepEqual(answer.content, [{ type: 'text', text: 'Hi.' }]);
    assert.deepEqual(dropped(all), ['an output item of type compaction after the last text']);
  });

  test('alone are no answer (P6)', () => {
    assert.deepEqual(answered([compaction], 'whole').message.content, []);
  });
});

test('nothing attached reaches another model, provider or format', () => {
  const answer = answered(
    [
      { type: 'compaction', encrypted_content: 'SEALED' },
      reasoning('SEALED', { mark: 'SEALED' }),
      message('I look.', { phase: 'SEALED' }),
      call(1, { namespace: 'SEALED' }),
    ],
    'in the added item',
  );
  assert.equal(JSON.stringify(returned(answer)).match(/SEALED/g)?.length, 5);
  const { gpt: _own, ...neighbours } = responsesRoutes;
  const others = [
    { ...gpt, provider: 'elsewhere' },
    { ...gpt, modelId: 'another' },
    ...[neighbours, chatRoutes, messagesRoutes, geminiRoutes].flatMap((routes) => Object.values(routes)),
  ];
  for (const route of others)
    assert.doesNotMatch(
      JSON.stringify(codecs[route.format].encodeRequest(requestOf(talk(answer)), route)),
      /SEALED|occ1\./,
    );
});
