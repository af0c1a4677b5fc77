/** The grammar of the laws, tested with streams written as words with one letter per event. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnswerBlock, Decoded, Delta, StreamEvent } from '../../lib/anthropic/events.ts';
import { isRemark } from '../../lib/anthropic/events.ts';
import { brokenRule, guard } from '../../lib/anthropic/grammar.ts';
import { transduce } from '../../lib/stream/transducer.ts';

const usage = { input_tokens: 1, output_tokens: 1 };
const start = (fields: object = {}): StreamEvent => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
    ...fields,
  },
});
const ends = (reason: unknown): StreamEvent =>
  ({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage }) as StreamEvent;

/**
 * The events of a word. `M` message_start; blocks `T` text, `H` thinking, `U` tool_use, `R` redacted_thinking, `Q` unknown;
 * deltas `t`, `h`, `s` signature, `j` an object, `k` the beginning of an object, `c` citation, `q` unknown; empty deltas `0`
 * text, `1` thinking, `2` signature, `3` blank arguments; `.` stop; `D` end_turn, `X` tool_use, `Y` max_tokens, `Z` refusal;
 * `S` message_stop; `p` ping; `E` error.
 */
function eventsOf(word: string): StreamEvent[] {
  let next = 0;
  let tools = 0;
  const open = (content_block: AnswerBlock): StreamEvent => ({
    type: 'content_block_start',
    index: next,
    content_block,
  });
  const delta = (delta: object): StreamEvent => ({
    type: 'content_block_delta',
    index: next,
    delta: delta as Delta,
  });
  const letters: Record<string, () => StreamEvent> = {
    M: () => start(),
    T: () => open({ type: 'text', text: '' }),
    H: () => open({ type: 'thinking', thinking: '', signature: '' }),
    U: () => open({ type: 'tool_use', id: `t${tools++}`, name: 'Read', input: {} }),
    R: () => open({ type: 'redacted_thinking', data: 'x' }),
    Q: () => open({ type: 'mystery' }),
    t: () => delta({ type: 'text_delta', text: 'x' }),
    h: () => delta({ type: 'thinking_delta', thinking: 'x' }),
    s: () => delta({ type: 'signature_delta', signature: 'x' }),
    j: () => delta({ type: 'input_json_delta', partial_json: '{}' }),
    k: () => delta({ type: 'input_json_delta', partial_json: '{"a"' }),
    c: () => delta({ type: 'citations_delta', citation: {} }),
    q: () => delta({ type: 'mystery_delta' }),
    '0': () => delta({ type: 'text_delta', text: '' }),
    '1': () => delta({ type: 'thinking_delta', thinking: '' }),
    '2': () => delta({ type: 'signature_delta', signature: '' }),
    '3': () => delta({ type: 'input_json_delta', partial_json: ' ' }),
    '.': () => ({ type: 'content_block_stop', index: next++ }),
    D: () => ends('end_turn'),
    X: () => ends('tool_use'),
    Y: () => ends('max_tokens'),
    Z: () => ends('refusal'),
    S: () => ({ type: 'message_stop' }),
    p: () => ({ type: 'ping' }),
    E: () => ({ type: 'error', error: { type: 'api_error', message: 'x' } }),
  };
  return word.split('').map((letter) => letters[letter]?.() ?? assert.fail(letter));
}

const good = [
  'MDS',
  'MTt.DS',
  'MTt0tc.DS',
  'MpTpt.pDpS',
  'MHhs.Tt.DS',
  'MH1s.DS',
  'MHh2.DS',
  'MUj.XS',
  'MU.XS',
  'MTt.Uj.Uj.Tt.XS',
  'MR.DS',
  'MQ.DS',
  'MQtjhc.DS',
  'MTtq.DS',
  'MHhqs.DS',
  'MUk.YS',
  'MU3.YS',
  'MUj.YS',
  'MUj.Uk.ZS',
  'MYS',
  'E',
  'ME',
  'MTtE',
  'MTt.DE',
  'MUj.E',
  'MpE',
];

const bad: Record<string, string[]> = {
  L1: ['TtDS', 'pMDS', 'S', 'DS', 'MMDS', 'MTt.MDS', '.', 't'],
  L2: [
    'M.DS',
    'Mt.DS',
    'MTt..DS',
    'MTt.tDS',
    'MTj.DS',
    'MTh.DS',
    'MTs.DS',
    'MHht.DS',
    'MHhj.DS',
    'MUt.XS',
    'MUs.XS',
    'MRh.DS',
    'MTtDS',
    'MUjXS',
  ],
  L3: ['MTTt.DS', 'MUjU.XS'],
  L4: ['', 'M', 'MTt', 'MTt.', 'MTt.D', 'MTt.S', 'MDDS', 'MDTt.S', 'MDSp', 'MDSS', 'MDSM', 'MDSE'],
  L5: ['EE', 'Ep', 'MES', 'METt', 'EM'],
  L6: ['MUk.XS', 'MU3.XS', 'MUkj.DS', 'MUj.Uk.XS'],
  L7: ['MXS', 'MTt.XS', 'MUj.DS', 'MU.DS'],
  L8: ['MT.DS', 'MT0.DS', 'MTc.DS', 'MTq.DS', 'MH.DS', 'MH2.DS', 'MH1.DS', 'MH12.DS'],
  L12: ['MHh.DS', 'MHhsh.DS', 'MHhss.DS', 'MHhsq.DS'],
};

describe('lawful', () => {
  for (const word of good) test(word, () => assert.equal(brokenRule(eventsOf(word)), undefined));
});

describe('unlawful', () => {
  for (const [law, words] of Object.entries(bad))
    for (const word of words)
      test(`${law}: ${word || 'nothing'}`, () =>
        assert.match(brokenRule(eventsOf(word)) ?? 'lawful', new RegExp(`^${law}:`)));
});

describe('events without a letter', () => {
  const within = (event: object, rest = '.DS') => [...eventsOf('M'), event as StreamEvent, ...eventsOf(rest)];
  const block = (content_block: object) => ({ type: 'content_block_start', index: 0, content_block });
  const table: [law: string, name: string, events: StreamEvent[]][] = [
    ['L1', 'an id that does not start with msg_', [start({ id: 'chatcmpl-1' })]],
    ['L1', 'content in the start', [start({ content: [{ type: 'text', text: 'x' }] })]],
    ['L1', 'a stop reason in the start', [start({ stop_reason: 'end_turn' })]],
    ['L1', 'no stop sequence in the start', [start({ stop_sequence: undefined })]],
    ['L1', 'null in usage', [start({ usage: { input_tokens: null, output_tokens: 1 } })]],
    ['L1', 'no usage', [start({ usage: undefined })]],
    ['L2', 'a gap in the indices', within({ ...block({ type: 'text', text: '' }), index: 1 })],
    ['L2', 'an index that is a string', within({ ...block({ type: 'text', text: '' }), index: '0' })],
    [
      'L2',
      'a delta for another block',
      [
        ...eventsOf('MTt'),
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'x' } },
      ],
    ],
    ['L2', 'a stop for another block', [...eventsOf('MTt'), { type: 'content_block_stop', index: 1 }]],
    ['L4', 'no stop reason', [...eventsOf('M'), ends(null), ...eventsOf('S')]],
    ['L4', 'a missing stop reason', [...eventsOf('M'), ends(undefined), ...eventsOf('S')]],
    ['L4', 'an empty stop reason', [...eventsOf('M'), ends(''), ...eventsOf('S')]],
    ['L5', 'an error without a type', [{ type: 'error', error: { message: 'x' } } as unknown as StreamEvent]],
    [
      'L5',
      'an error of a type that Anthropic does not have',
      [{ type: 'error', error: { type: 'server_error', message: 'x' } } as unknown as StreamEvent],
    ],
    [
      'L5',
      'an error without a message',
      [{ type: 'error', error: { type: 'api_error' } } as unknown as StreamEvent],
    ],
    ['L5', 'an error without a body', [{ type: 'error' } as unknown as StreamEvent]],
    ['L6', 'no id', within(block({ type: 'tool_use', id: '', name: 'Read', input: {} }))],
    [
      'L6',
      'an id outside the pattern',
      within(block({ type: 'tool_use', id: 'functions.Read:0', name: 'Read', input: {} })),
    ],
    [
      'L6',
      'an id with a trailing line break',
      within(block({ type: 'tool_use', id: 'a\n', name: 'Read', input: {} })),
    ],
    ['L6', 'no name', within(block({ type: 'tool_use', id: 'a', name: '', input: {} }))],
    ['L6', 'input in the start', within(block({ type: 'tool_use', id: 'a', name: 'Read', input: { a: 1 } }))],
    ['L6', 'null as input', within(block({ type: 'tool_use', id: 'a', name: 'Read', input: null }))],
    [
      'L6',
      'two calls with the same id',
      [
        ...eventsOf('MUj.'),
        {
          type: 'content_block_start',
          index: 1,
          content_block: { type: 'tool_use', id: 't0', name: 'Read', input: {} },
        },
      ],
    ],
    ['L9', 'text in the start', within(block({ type: 'text', text: 'x' }))],
    ['L9', 'thinking in the start', within(block({ type: 'thinking', thinking: 'x', signature: '' }))],
    ['L12', 'a signature in the start', within(block({ type: 'thinking', thinking: '', signature: 'x' }))],
  ];
  for (const [law, name, events] of table)
    test(`${law}: ${name}`, () => assert.match(brokenRule(events) ?? 'lawful', new RegExp(`^${law}:`)));

  test('a block type that is a property of every object counts as unknown', () =>
    assert.equal(brokenRule([...within(block({ type: 'constructor' }), 't.DS')]), undefined));
});

describe('the guard', () => {
  const types = (decoded: readonly Decoded[]) => decoded.map(({ type }) => type);

  test('passes every valid stream, including remarks', () => {
    for (const word of good) {
      const decoded: Decoded[] = eventsOf(word).flatMap((event) => [
        event,
        { type: 'note' as const, text: 'x' },
      ]);
      assert.deepEqual(transduce(guard(), decoded), decoded, word);
    }
  });

  test('outputs a valid stream for any input, with an error unless the message had ended', () => {
    for (const word of Object.values(bad).flat()) {
      const output = transduce(guard(), eventsOf(word)).filter((one): one is StreamEvent => !isRemark(one));
      assert.equal(brokenRule(output), undefined, word);
      const last = output.at(-1)?.type;
      // These messages had ended before they broke a law.
      const hadEnded = ['MDSp', 'MDSS', 'MDSM', 'MDSE'].includes(word);
      assert.equal(last, hadEnded ? 'message_stop' : 'error', word);
    }
  });

  test('reports the failure', () => {
    const decoded = transduce(guard(), eventsOf('MTj.DS'));
    assert.deepEqual(types(decoded), ['message_start', 'content_block_start', 'failed', 'error']);
    const failed = decoded.find((one) => one.type === 'failed');
    assert.equal(failed?.reason, 'malformed');
    assert.match(failed?.error.message ?? '', /L2/);
  });

  test('ends a truncated stream with an error (L4)', () => {
    assert.deepEqual(types(transduce(guard(), eventsOf('MTt'))), [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'failed',
      'error',
    ]);
  });

  test('passes usage and cost of a stopped answer, but not that it finished', () => {
    const decoded = transduce(guard(), [
      ...eventsOf('MT.'),
      { type: 'finished' },
      { type: 'usage', usage },
      { type: 'cost', dollars: 1, basis: 'billed' },
      ...eventsOf('DS'),
    ]);
    assert.deepEqual(types(decoded), [
      'message_start',
      'content_block_start',
      'failed',
      'error',
      'usage',
      'cost',
    ]);
  });
});
