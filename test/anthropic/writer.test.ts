/** The writer: a lawful stream, whatever it is told and in whatever order. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  asReceived,
  encodeEvent,
  type AnswerBlock,
  type BlockDelta,
  type BlockStart,
  type Decoded,
  type Delta,
  type MessageDelta,
  type StreamEvent,
} from '../../lib/anthropic/events.ts';
import { isRemark } from '../../lib/anthropic/events.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { writer, type Writer } from '../../lib/anthropic/writer.ts';

const usage = { input_tokens: 3, output_tokens: 5 };
const marker = 'our-marker';

function recorder(maxHeld?: number) {
  const out: Decoded[] = [];
  const answer = writer((decoded) => out.push(decoded), {
    messageId: 'msg_x',
    model: 'claude-test',
    marker,
    ...(maxHeld !== undefined && { maxHeld }),
  });
  return { out, answer, events: () => out.filter((one): one is StreamEvent => !isRemark(one)) };
}

/** The whole answer that `tell` makes, its blocks in words: `text(abc)`, `tool_use[id name]({"a":1})`. */
function answered(
  tell: (answer: Writer) => void,
  reason: 'end_turn' | 'max_tokens' | 'tool_use' = 'end_turn',
) {
  const { answer, events, out } = recorder();
  answer.begin(usage);
  tell(answer);
  answer.end({ reason, usage });
  assert.equal(brokenRule(events()), undefined);
  return { blocks: spell(events()), ending: ending(events()), out };
}

function spell(events: readonly StreamEvent[]): string[] {
  const blocks: string[] = [];
  let said = '';
  let start: AnswerBlock | undefined;
  for (const event of events) {
    if (event.type === 'content_block_start') {
      start = event.content_block;
      said = '';
    }
    if (event.type === 'content_block_delta') said += redactedLine(event.delta);
    if (event.type === 'content_block_stop') {
      const name = start?.type === 'tool_use' ? `tool_use[${start.id} ${start.name}]` : start?.type;
      blocks.push(`${name}(${said})`);
    }
  }
  return blocks;
}

function redactedLine(delta: Delta): string {
  switch (delta.type) {
    case 'text_delta':
      return delta.text;
    case 'thinking_delta':
      return delta.thinking;
    case 'signature_delta':
      return `~${delta.signature}`;
    case 'input_json_delta':
      return delta.partial_json;
    case 'citations_delta':
      return '#';
  }
}

function ending(events: readonly StreamEvent[]): string {
  const delta = events.find((event) => event.type === 'message_delta');
  return delta?.delta.stop_reason ?? String(events.at(-1)?.type);
}

const tool = (id: string, name = 'Read', input: unknown = {}): AnswerBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
});
const json = (partial_json: string): Delta => ({ type: 'input_json_delta', partial_json });

describe('order (L2, L3, L9)', () => {
  test('two interleaved calls leave as two whole blocks, the first one live', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.open('b', tool('b'));
    answer.delta('a', json('{"x"'));
    answer.delta('b', json('{"y"'));
    assert.equal(
      events().filter(({ type }) => type === 'content_block_delta').length,
      1,
      'the first streams live',
    );
    assert.deepEqual(spell(events()), []);
    answer.delta('b', json(':2}'));
    answer.delta('a', json(':1}'));
    answer.end({ reason: 'end_turn', usage });
    assert.equal(brokenRule(events()), undefined);
    assert.deepEqual(spell(events()), ['tool_use[a Read]({"x":1})', 'tool_use[b Read]({"y":2})']);
    assert.equal(ending(events()), 'tool_use');
  });

  test('prose between two pieces of a call waits, and no piece is lost', () => {
    const { blocks } = answered((answer) => {
      answer.open('a', tool('a'));
      answer.delta('a', json('{"x":'));
      answer.prose('text', 'be');
      answer.delta('a', json('1}'));
      answer.prose('text', 'tween');
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"x":1})', 'text(between)']);
  });

  test('a call that is closed lets the next one stream live', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json('{}\n'));
    answer.close('a');
    answer.prose('text', 'hi');
    assert.deepEqual(spell(events()), ['tool_use[a Read]({}\n)']);
    assert.equal(events().at(-1)?.type, 'content_block_delta');
  });

  test('a closed call whose arguments are not settled keeps its place until the end', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json('{}<end>'));
    answer.close('a');
    assert.equal(answer.delta('a', json('late')), false);
    answer.prose('text', 'hi');
    assert.deepEqual(spell(events()), []);
    answer.end({ reason: 'end_turn', usage });
    assert.equal(brokenRule(events()), undefined);
    assert.deepEqual(spell(events()), ['tool_use[a Read]({})', 'text(hi)']);
  });

  test('text, thinking and text again are three blocks in that order', () => {
    const { blocks } = answered((answer) => {
      answer.prose('text', 'a');
      answer.prose('text', 'b');
      answer.prose('thinking', 'c');
      answer.prose('text', 'd');
    });
    assert.deepEqual(blocks, ['text(ab)', `thinking(c~${marker})`, 'text(d)']);
  });

  test('a key used twice means the block opened last', () => {
    const { blocks } = answered((answer) => {
      answer.open(0, tool('a', 'Read', { n: 1 }));
      answer.open(0, tool('b'));
      answer.delta(0, json('{"n":2}'));
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"n":1})', 'tool_use[b Read]({"n":2})']);
  });
});

describe('what was in a start already becomes deltas', () => {
  const table: [string, AnswerBlock, string][] = [
    ['text', { type: 'text', text: 'hi' }, 'text(hi)'],
    ['thinking', { type: 'thinking', thinking: 'hm', signature: 'S' }, 'thinking(hm~S)'],
    ['a signature alone', { type: 'thinking', thinking: '', signature: 'S' }, 'thinking(~S)'],
    ['input', tool('a', 'Read', { n: 1 }), 'tool_use[a Read]({"n":1})'],
    ['input as a string', tool('a', 'Read', '{"n":1}'), 'tool_use[a Read]({"n":1})'],
    ['input that is null', tool('a', 'Read', null), 'tool_use[a Read]()'],
  ];
  for (const [name, block, spelled] of table)
    test(name, () => {
      const original: BlockStart = { type: 'content_block_start', index: 0, content_block: block };
      assert.deepEqual(answered((answer) => answer.open(0, block, original)).blocks, [spelled]);
    });
});

describe('nothing empty, nothing invented (L8)', () => {
  const table: [string, (answer: Writer) => void][] = [
    ['nothing at all', () => {}],
    [
      'empty prose',
      (answer) => {
        answer.prose('text', '');
        answer.prose('thinking', '');
      },
    ],
    [
      'blocks that stay empty',
      (answer) => {
        answer.open(0, { type: 'text', text: '' });
        answer.open(1, { type: 'thinking', thinking: '' });
        answer.delta(1, { type: 'thinking_delta', thinking: '' });
        answer.close(1);
      },
    ],
    [
      'blocks of nulls',
      (answer) => {
        answer.open(0, { type: 'text', text: null } as unknown as AnswerBlock);
        answer.delta(0, { type: 'text_delta', text: null } as unknown as Delta);
        answer.open(1, { type: 'thinking', thinking: null, signature: null } as unknown as AnswerBlock);
        answer.delta(1, { type: 'signature_delta', signature: null } as unknown as Delta);
      },
    ],
    [
      'a citation of nothing',
      (answer) => {
        answer.open(0, { type: 'text', text: '' });
        answer.delta(0, { type: 'citations_delta', citation: {} });
      },
    ],
    ['our own marker as the only signature', (answer) => answer.signature(marker)],
    ['an empty signature', (answer) => answer.signature('')],
  ];
  for (const [name, tell] of table)
    test(`${name} is no block`, () => {
      const { blocks, ending } = answered(tell);
      assert.deepEqual(blocks, []);
      assert.equal(ending, 'end_turn');
    });
});

describe('signatures (L12)', () => {
  const table: [string, (answer: Writer) => void, string[]][] = [
    [
      'the upstream’s closes the block',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.prose('text', 'b');
      },
      ['thinking(a~S)', 'text(b)'],
    ],
    ['one alone is content', (answer) => answer.signature('S'), ['thinking(~S)']],
    [
      'two are two blocks',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.signature('T');
      },
      ['thinking(a~S)', 'thinking(~T)'],
    ],
    [
      'more thinking behind one is another block',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.prose('thinking', 'b');
      },
      ['thinking(a~S)', `thinking(b~${marker})`],
    ],
    [
      'an empty one is ours',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: 'a' });
        answer.delta(0, { type: 'signature_delta', signature: '' });
        answer.close(0);
      },
      [`thinking(a~${marker})`],
    ],
    [
      'an empty one does not undo another',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: 'a' });
        answer.delta(0, { type: 'signature_delta', signature: 'S' });
        answer.delta(0, { type: 'signature_delta', signature: '' });
      },
      ['thinking(a~S)'],
    ],
    [
      'one that comes before the thinking closes it all the same',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: '' });
        answer.delta(0, { type: 'signature_delta', signature: 'S' });
        answer.delta(0, { type: 'thinking_delta', thinking: 'a' });
      },
      ['thinking(a~S)'],
    ],
    [
      'behind a call it waits',
      (answer) => {
        answer.open('a', tool('a'));
        answer.signature('S');
      },
      ['tool_use[a Read]()', 'thinking(~S)'],
    ],
  ];
  for (const [name, tell, blocks] of table) test(name, () => assert.deepEqual(answered(tell).blocks, blocks));
});

describe('tool calls (L6, L7)', () => {
  test('ids are given where they are missing, and changed where they are doubled', () => {
    const { blocks } = answered((answer) => {
      answer.open(0, tool('toolu_x_1'));
      answer.open(1, tool(''));
      answer.open(2, tool('toolu_x_1'));
      answer.open(3, { type: 'tool_use', name: 'Read', input: {} });
    });
    const ids = blocks.map((block) => /\[(\S+) /.exec(block)?.[1]);
    assert.equal(ids[0], 'toolu_x_1');
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id ?? '', /^[A-Za-z0-9_-]+$/);
  });

  test('the same calls get the same ids again', () => {
    const tell = (answer: Writer) => answer.open(0, tool(''));
    assert.deepEqual(answered(tell).blocks, answered(tell).blocks);
  });

  test('a call ends the turn as tool_use unless it was cut; without one, tool_use is an end', () => {
    const call = (answer: Writer) => answer.open(0, tool('a'));
    assert.equal(answered(call, 'end_turn').ending, 'tool_use');
    assert.equal(answered(call, 'max_tokens').ending, 'max_tokens');
    assert.equal(answered((answer) => answer.prose('text', 'a'), 'tool_use').ending, 'end_turn');
  });

  for (const [name, args] of Object.entries({ cut: '{"a":', doubled: '{"a":1}{"a":2}', null: 'null' }))
    test(`arguments that are ${name} fail the turn, and pass in one that was cut`, () => {
      const { answer, events, out } = recorder();
      answer.begin(usage);
      answer.open(0, tool('a'));
      answer.delta(0, json('{}'));
      answer.open(1, tool('b'));
      answer.delta(1, json(args));
      answer.close(1);
      answer.end({ reason: 'tool_use', usage });
      assert.equal(events().at(-1)?.type, 'error');
      assert.equal(brokenRule(events()), undefined);
      assert.deepEqual(spell(events()), [], 'no call is completed before the error (L14)');
      assert.deepEqual(out.findLast(isRemark)?.type, 'failed');
      const { blocks } = answered((answer) => {
        answer.open(1, tool('b'));
        answer.delta(1, json(args));
      }, 'max_tokens');
      assert.deepEqual(blocks, [`tool_use[b Read](${args})`]);
    });

  test('junk behind arguments is left out, and said', () => {
    const { blocks, out } = answered((answer) => {
      answer.open(0, tool('a'));
      answer.delta(0, json('{"a":1}</tool_call>'));
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"a":1})']);
    assert.ok(out.some(({ type }) => type === 'dropped'));
  });

  test('arguments that came as an object are taken at their word', () => {
    const { blocks } = answered((answer) => {
      answer.open(0, tool('a'));
      answer.delta(0, { type: 'input_json_delta', partial_json: { n: 1 } } as unknown as Delta);
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"n":1})']);
  });
});

describe('a delta that the block cannot hold is refused (L2)', () => {
  for (const [block, delta] of [
    [
      { type: 'text', text: '' },
      { type: 'signature_delta', signature: 'S' },
    ],
    [{ type: 'text', text: '' }, json('{}')],
    [
      { type: 'thinking', thinking: '' },
      { type: 'text_delta', text: 'a' },
    ],
    [tool('a'), { type: 'text_delta', text: 'a' }],
    [
      { type: 'redacted_thinking', data: 'x' },
      { type: 'thinking_delta', thinking: 'a' },
    ],
  ] as [AnswerBlock, Delta][])
    test(`${delta.type} in ${block.type}`, () => {
      answered((answer) => {
        answer.open(0, block);
        assert.equal(answer.delta(0, delta), false);
        assert.equal(answer.delta('nobody', delta), false);
      });
    });

  test('types nobody knows are taken at their word', () => {
    const strange = { type: 'progress_delta', percent: 5 } as unknown as Delta;
    const { out } = answered((answer) => {
      answer.open(0, { type: 'text', text: 'a' });
      assert.equal(answer.delta(0, strange), true);
      answer.open(1, { type: 'mystery' });
      assert.equal(answer.delta(1, { type: 'text_delta', text: 'b' }), true);
    });
    assert.ok(out.some((one) => one.type === 'content_block_delta' && one.delta === strange));
  });
});

describe('what waits is bounded (L3)', () => {
  const table: [string, (answer: Writer) => void][] = [
    ['text', (answer) => answer.prose('text', 'x'.repeat(101))],
    [
      'many small pieces',
      (answer) => {
        for (let i = 0; i < 101; i++) answer.prose('text', 'x');
      },
    ],
    [
      'arguments of the second call',
      (answer) => {
        answer.open('b', tool('b'));
        answer.delta('b', json(`{"a":"${'x'.repeat(100)}`));
      },
    ],
    [
      'junk behind the arguments of the first',
      (answer) => {
        answer.delta('a', json(`{}${'x'.repeat(101)}`));
      },
    ],
    ['signatures', (answer) => answer.signature('x'.repeat(101))],
    [
      'blocks that are whole in their start',
      (answer) => answer.open('b', { type: 'redacted_thinking', data: 'x'.repeat(101) }),
    ],
    [
      'calls without arguments',
      (answer) => {
        for (let i = 0; i < 3; i++) answer.open(`b${i}`, tool(''));
      },
    ],
  ];
  for (const [name, tell] of table)
    test(`${name} past the bound end the turn in one error`, () => {
      const { answer, events, out } = recorder(100);
      answer.begin(usage);
      answer.open('a', tool('a'));
      tell(answer);
      assert.equal(answer.phase(), 'after');
      assert.equal(events().at(-1)?.type, 'error');
      assert.equal(brokenRule(events()), undefined);
      assert.ok(out.some((one) => one.type === 'failed' && one.reason === 'overflow'));
      const length = out.length;
      answer.prose('text', 'more');
      answer.end({ reason: 'end_turn', usage });
      assert.equal(out.length, length);
    });

  test('what streams live does not wait, and what has left counts no more', () => {
    const { answer, events } = recorder(100);
    answer.begin(usage);
    for (let i = 0; i < 5; i++) {
      answer.open(i, tool(`a${i}`));
      for (let n = 0; n < 50; n++) answer.delta(i, json(n === 0 ? '{"a":"' : 'xxxxxxxx'));
      answer.delta(i, json('"}'));
      answer.prose('text', 'waits'.repeat(8));
      answer.close(i);
    }
    answer.end({ reason: 'end_turn', usage });
    assert.equal(events().at(-1)?.type, 'message_stop');
    assert.equal(brokenRule(events()), undefined);
  });

  test('junk that waited is not counted twice at the end', () => {
    const { answer, events } = recorder(100);
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json(`{}${'x'.repeat(80)}`));
    answer.end({ reason: 'max_tokens', usage });
    assert.deepEqual(spell(events()), [`tool_use[a Read]({}${'x'.repeat(80)})`]);
  });
});

describe('after the end nothing follows (L4, L5)', () => {
  for (const way of ['end', 'fail'] as const)
    test(way, () => {
      const { answer, out } = recorder();
      answer.begin(usage);
      answer.open('a', tool('a'));
      answer.open('b', tool('b'));
      if (way === 'end') answer.end({ reason: 'end_turn', usage });
      else answer.fail('upstream', { type: 'overloaded_error', message: 'busy' }, 529);
      const length = out.length;
      answer.begin(usage);
      answer.prose('text', 'x');
      answer.signature('S');
      answer.open('c', tool('c'));
      assert.equal(answer.delta('a', json('{}')), false);
      answer.close('a');
      answer.end({ reason: 'end_turn', usage });
      answer.fail('upstream', { type: 'api_error', message: 'late' });
      assert.equal(out.length, length);
    });

  test('a stream that fails while calls are held never completes them (L14)', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json('{"n":1}'));
    answer.open('b', tool('b'));
    answer.close('b');
    answer.fail('upstream', { type: 'api_error', message: 'gone' });
    assert.deepEqual(spell(events()), []);
    assert.equal(brokenRule(events()), undefined);
  });

  test('a failure before anything else is the only event', () => {
    const { answer, out } = recorder();
    answer.fail('truncated', { type: 'api_error', message: 'gone' }, 502);
    assert.deepEqual(out, [
      { type: 'failed', reason: 'truncated', error: { type: 'api_error', message: 'gone' }, status: 502 },
      { type: 'error', error: { type: 'api_error', message: 'gone' } },
    ]);
  });
});

describe('what breaks nothing leaves as it came', () => {
  const start = { type: 'text', text: '' };
  const delta: Delta = { type: 'text_delta', text: 'hi' };

  test('starts, deltas, stops and endings keep their bytes', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    const data = [
      '{"index":0, "start":1}',
      '{"index":0, "delta":1}',
      '{"index":0, "stop":1}',
      '{"ending":1}',
      '{"end":1}',
    ];
    answer.open(
      0,
      start,
      asReceived<BlockStart>({ type: 'content_block_start', index: 0, content_block: start }, data[0] ?? ''),
    );
    answer.delta(
      0,
      delta,
      asReceived<BlockDelta>({ type: 'content_block_delta', index: 0, delta }, data[1] ?? ''),
    );
    answer.close(0, asReceived({ type: 'content_block_stop', index: 0 }, data[2] ?? ''));
    const original = asReceived<MessageDelta>(
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
      data[3] ?? '',
    );
    answer.end({
      reason: 'end_turn',
      usage,
      original,
      originalStop: asReceived({ type: 'message_stop' }, data[4] ?? ''),
    });
    const left = events()
      .slice(1)
      .map((event) => encodeEvent(event).split('\n')[1]);
    assert.deepEqual(
      left,
      data.map((line) => `data: ${line}`),
    );
  });

  test('a number that must change takes the bytes with it', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open(
      1,
      start,
      asReceived<BlockStart>({ type: 'content_block_start', index: 1, content_block: start }, '{"index":1}'),
    );
    answer.delta(
      1,
      delta,
      asReceived<BlockDelta>({ type: 'content_block_delta', index: 1, delta }, '{"index":1}'),
    );
    answer.close(1, asReceived({ type: 'content_block_stop', index: 1 }, '{"index":1}'));
    answer.end({ reason: 'end_turn', usage });
    assert.ok(!events().some((event) => encodeEvent(event).includes('"index":1')));
    assert.equal(brokenRule(events()), undefined);
  });

  test('an ending that says another reason does not', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open(0, tool('a'));
    const original: MessageDelta = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage,
    };
    answer.end({ reason: 'end_turn', usage, original: asReceived(original, '{"end_turn":1}') });
    assert.equal(ending(events()), 'tool_use');
    assert.ok(!events().some((event) => encodeEvent(event).includes('{"end_turn":1}')));
  });
});

test('characters written are counted whether they left or wait', () => {
  const { answer } = recorder();
  answer.begin(usage);
  answer.prose('text', 'abc');
  answer.open('a', tool('a'));
  answer.delta('a', json('{}xx'));
  answer.prose('thinking', 'de');
  assert.equal(answer.written(), 9);
});
