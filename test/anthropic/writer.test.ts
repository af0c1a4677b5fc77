/** The writer: a valid stream from any calls in any order. */
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
import { mostWaiting } from '../../lib/anthropic/block-queue.ts';
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

/** The message that `write` makes, with blocks in the form `text(abc)`, `tool_use[id name]({"a":1})`. */
function answered(
  write: (answer: Writer) => void,
  reason: 'end_turn' | 'max_tokens' | 'tool_use' = 'end_turn',
) {
  const { answer, events, out } = recorder();
  answer.begin(usage);
  write(answer);
  answer.end({ reason, usage });
  assert.equal(brokenRule(events()), undefined);
  return { blocks: describeBlocks(events()), ending: ending(events()), out };
}

function describeBlocks(events: readonly StreamEvent[]): string[] {
  const blocks: string[] = [];
  let content = '';
  let start: AnswerBlock | undefined;
  for (const event of events) {
    if (event.type === 'content_block_start') {
      start = event.content_block;
      content = '';
    }
    if (event.type === 'content_block_delta') content += deltaText(event.delta);
    if (event.type === 'content_block_stop') {
      const name = start?.type === 'tool_use' ? `tool_use[${start.id} ${start.name}]` : start?.type;
      blocks.push(`${name}(${content})`);
    }
  }
  return blocks;
}

function deltaText(delta: Delta): string {
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
    case 'compaction_delta':
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
  test('two interleaved calls are sent as two whole blocks, the first one live', () => {
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
    assert.deepEqual(describeBlocks(events()), []);
    answer.delta('b', json(':2}'));
    answer.delta('a', json(':1}'));
    answer.end({ reason: 'end_turn', usage });
    assert.equal(brokenRule(events()), undefined);
    assert.deepEqual(describeBlocks(events()), ['tool_use[a Read]({"x":1})', 'tool_use[b Read]({"y":2})']);
    assert.equal(ending(events()), 'tool_use');
  });

  test('text between two pieces of a call waits, and no piece is lost', () => {
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
    assert.deepEqual(describeBlocks(events()), ['tool_use[a Read]({}\n)']);
    assert.equal(events().at(-1)?.type, 'content_block_delta');
  });

  test('a closed call with unsettled arguments keeps its place until the end', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json('{}<end>'));
    answer.close('a');
    assert.equal(answer.delta('a', json('late')), false);
    answer.prose('text', 'hi');
    assert.deepEqual(describeBlocks(events()), []);
    answer.end({ reason: 'end_turn', usage });
    assert.equal(brokenRule(events()), undefined);
    assert.deepEqual(describeBlocks(events()), ['tool_use[a Read]({})', 'text(hi)']);
  });

  test('text, thinking and text become three blocks in that order', () => {
    const { blocks } = answered((answer) => {
      answer.prose('text', 'a');
      answer.prose('text', 'b');
      answer.prose('thinking', 'c');
      answer.prose('text', 'd');
    });
    assert.deepEqual(blocks, ['text(ab)', `thinking(c~${marker})`, 'text(d)']);
  });

  test('a repeated key refers to the last block opened with it', () => {
    const { blocks } = answered((answer) => {
      answer.open(0, tool('a', 'Read', { n: 1 }));
      answer.open(0, tool('b'));
      answer.delta(0, json('{"n":2}'));
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"n":1})', 'tool_use[b Read]({"n":2})']);
  });
});

describe('content of a block’s start becomes deltas', () => {
  const table: [string, AnswerBlock, string][] = [
    ['text', { type: 'text', text: 'hi' }, 'text(hi)'],
    ['thinking', { type: 'thinking', thinking: 'hm', signature: 'S' }, 'thinking(hm~S)'],
    ['only a signature', { type: 'thinking', thinking: '', signature: 'S' }, 'thinking(~S)'],
    ['input', tool('a', 'Read', { n: 1 }), 'tool_use[a Read]({"n":1})'],
    ['input as a string', tool('a', 'Read', '{"n":1}'), 'tool_use[a Read]({"n":1})'],
    ['null as input', tool('a', 'Read', null), 'tool_use[a Read]()'],
  ];
  for (const [name, block, expected] of table)
    test(name, () => {
      const original: BlockStart = { type: 'content_block_start', index: 0, content_block: block };
      assert.deepEqual(answered((answer) => answer.open(0, block, original)).blocks, [expected]);
    });
});

describe('no empty blocks (L8)', () => {
  const table: [string, (answer: Writer) => void][] = [
    ['no call', () => {}],
    [
      'empty text and thinking',
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
      'blocks with nulls',
      (answer) => {
        answer.open(0, { type: 'text', text: null } as unknown as AnswerBlock);
        answer.delta(0, { type: 'text_delta', text: null } as unknown as Delta);
        answer.open(1, { type: 'thinking', thinking: null, signature: null } as unknown as AnswerBlock);
        answer.delta(1, { type: 'signature_delta', signature: null } as unknown as Delta);
      },
    ],
    [
      'a citation without text',
      (answer) => {
        answer.open(0, { type: 'text', text: '' });
        answer.delta(0, { type: 'citations_delta', citation: {} });
      },
    ],
    ['only the writer’s own marker as signature', (answer) => answer.signature(marker)],
    ['an empty signature', (answer) => answer.signature('')],
  ];
  for (const [name, write] of table)
    test(`${name} results in no block`, () => {
      const { blocks, ending } = answered(write);
      assert.deepEqual(blocks, []);
      assert.equal(ending, 'end_turn');
    });
});

describe('signatures (L12)', () => {
  const table: [string, (answer: Writer) => void, string[]][] = [
    [
      'the upstream’s signature closes the block',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.prose('text', 'b');
      },
      ['thinking(a~S)', 'text(b)'],
    ],
    ['a signature without thinking is content', (answer) => answer.signature('S'), ['thinking(~S)']],
    [
      'two signatures become two blocks',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.signature('T');
      },
      ['thinking(a~S)', 'thinking(~T)'],
    ],
    [
      'thinking after a signature starts a new block',
      (answer) => {
        answer.prose('thinking', 'a');
        answer.signature('S');
        answer.prose('thinking', 'b');
      },
      ['thinking(a~S)', `thinking(b~${marker})`],
    ],
    [
      'an empty signature is replaced by the marker',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: 'a' });
        answer.delta(0, { type: 'signature_delta', signature: '' });
        answer.close(0);
      },
      [`thinking(a~${marker})`],
    ],
    [
      'an empty signature does not replace another',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: 'a' });
        answer.delta(0, { type: 'signature_delta', signature: 'S' });
        answer.delta(0, { type: 'signature_delta', signature: '' });
      },
      ['thinking(a~S)'],
    ],
    [
      'a signature before the thinking is sent after it',
      (answer) => {
        answer.open(0, { type: 'thinking', thinking: '' });
        answer.delta(0, { type: 'signature_delta', signature: 'S' });
        answer.delta(0, { type: 'thinking_delta', thinking: 'a' });
      },
      ['thinking(a~S)'],
    ],
    [
      'a signature after an open call waits',
      (answer) => {
        answer.open('a', tool('a'));
        answer.signature('S');
      },
      ['tool_use[a Read]()', 'thinking(~S)'],
    ],
  ];
  for (const [name, write, blocks] of table)
    test(name, () => assert.deepEqual(answered(write).blocks, blocks));
});

describe('tool calls (L6, L7)', () => {
  test('missing ids are derived and duplicate ids replaced', () => {
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

  test('derived ids are deterministic', () => {
    const write = (answer: Writer) => answer.open(0, tool(''));
    assert.deepEqual(answered(write).blocks, answered(write).blocks);
  });

  test('the stop reason is tool_use if and only if there is a call and the turn was not cut', () => {
    const call = (answer: Writer) => answer.open(0, tool('a'));
    assert.equal(answered(call, 'end_turn').ending, 'tool_use');
    assert.equal(answered(call, 'max_tokens').ending, 'max_tokens');
    assert.equal(answered((answer) => answer.prose('text', 'a'), 'tool_use').ending, 'end_turn');
  });

  for (const [name, args] of Object.entries({ cut: '{"a":', doubled: '{"a":1}{"a":2}', 'a list': '[]' }))
    test(`arguments that are ${name} fail the turn, but pass in a turn that was cut`, () => {
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
      assert.deepEqual(describeBlocks(events()), [], 'no call is completed before the error (L14)');
      assert.deepEqual(out.findLast(isRemark)?.type, 'failed');
      const { blocks } = answered((answer) => {
        answer.open(1, tool('b'));
        answer.delta(1, json(args));
      }, 'max_tokens');
      assert.deepEqual(blocks, [`tool_use[b Read](${args})`]);
    });

  test('null is a call without arguments, as some servers write it', () => {
    const { blocks, out, ending } = answered((answer) => {
      answer.open(0, tool('a'));
      answer.delta(0, json('nu'));
      answer.delta(0, json('ll'));
      answer.close(0);
      answer.open(1, tool('b'));
      answer.delta(1, json('{"n":1}'));
    });
    assert.deepEqual(blocks, ['tool_use[a Read]()', 'tool_use[b Read]({"n":1})']);
    assert.equal(ending, 'tool_use');
    assert.ok(out.some(({ type }) => type === 'dropped'));
  });

  test('text after arguments is dropped and reported', () => {
    const { blocks, out } = answered((answer) => {
      answer.open(0, tool('a'));
      answer.delta(0, json('{"a":1}</tool_call>'));
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"a":1})']);
    assert.ok(out.some(({ type }) => type === 'dropped'));
  });

  test('arguments that are an object are sent as JSON', () => {
    const { blocks } = answered((answer) => {
      answer.open(0, tool('a'));
      answer.delta(0, { type: 'input_json_delta', partial_json: { n: 1 } } as unknown as Delta);
    });
    assert.deepEqual(blocks, ['tool_use[a Read]({"n":1})']);
  });
});

describe('a delta that the block cannot contain is rejected (L2)', () => {
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

  test('unknown types are accepted', () => {
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

describe('the content that waits is limited (L3)', () => {
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
      'text after the arguments of the first call',
      (answer) => {
        answer.delta('a', json(`{}${'x'.repeat(101)}`));
      },
    ],
    ['signatures', (answer) => answer.signature('x'.repeat(101))],
    [
      'blocks with content in their start',
      (answer) => answer.open('b', { type: 'redacted_thinking', data: 'x'.repeat(101) }),
    ],
    [
      'calls without arguments',
      (answer) => {
        for (let i = 0; i < 3; i++) answer.open(`b${i}`, tool(''));
      },
    ],
  ];
  for (const [name, write] of table)
    test(`${name} beyond the limit: the turn ends with one error`, () => {
      const { answer, events, out } = recorder(100);
      answer.begin(usage);
      answer.open('a', tool('a'));
      write(answer);
      assert.equal(answer.phase(), 'after');
      assert.equal(events().at(-1)?.type, 'error');
      assert.equal(brokenRule(events()), undefined);
      assert.ok(out.some((one) => one.type === 'failed' && one.reason === 'overflow'));
      const length = out.length;
      answer.prose('text', 'more');
      answer.end({ reason: 'end_turn', usage });
      assert.equal(out.length, length);
    });

  test('more calls, or more pieces of one, than memory should be spent on: the turn ends with one error', () => {
    const { blocks, deltas } = mostWaiting;
    const grow: [number, (answer: Writer, at: number) => void][] = [
      [blocks, (answer, at) => answer.open(at, tool(`b${at}`))],
      [deltas, (answer) => void answer.delta('last', json('x'))],
    ];
    for (const [most, add] of grow) {
      const { answer, events } = recorder();
      answer.begin(usage);
      answer.open('first', tool('first'));
      answer.open('last', tool('last'));
      answer.delta('last', json('{"a":"'));
      for (let at = 0; at < most - 2; at++) add(answer, at);
      assert.equal(answer.phase(), 'during');
      for (let at = 0; at < 3; at++) add(answer, most + at);
      assert.equal(answer.phase(), 'after');
      assert.equal(events().at(-1)?.type, 'error');
    }
  });

  test('content that was sent does not count as waiting', () => {
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

  test('held text is not counted twice at the end', () => {
    const { answer, events } = recorder(100);
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json(`{}${'x'.repeat(80)}`));
    answer.end({ reason: 'max_tokens', usage });
    assert.deepEqual(describeBlocks(events()), [`tool_use[a Read]({}${'x'.repeat(80)})`]);
  });
});

describe('nothing follows the end (L4, L5)', () => {
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

  test('a failure never completes waiting calls (L14)', () => {
    const { answer, events } = recorder();
    answer.begin(usage);
    answer.open('a', tool('a'));
    answer.delta('a', json('{"n":1}'));
    answer.open('b', tool('b'));
    answer.close('b');
    answer.fail('upstream', { type: 'api_error', message: 'gone' });
    assert.deepEqual(describeBlocks(events()), []);
    assert.equal(brokenRule(events()), undefined);
  });

  test('a failure before any content is the only event', () => {
    const { answer, out } = recorder();
    answer.fail('truncated', { type: 'api_error', message: 'gone' }, 502);
    assert.deepEqual(out, [
      { type: 'failed', reason: 'truncated', error: { type: 'api_error', message: 'gone' }, status: 502 },
      { type: 'error', error: { type: 'api_error', message: 'gone' } },
    ]);
  });
});

describe('unchanged events keep their bytes', () => {
  const start = { type: 'text', text: '' };
  const delta: Delta = { type: 'text_delta', text: 'hi' };

  test('starts, deltas, stops and endings', () => {
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

  test('an event with a changed index is encoded again', () => {
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

  test('an ending with another stop reason is encoded again', () => {
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

test('written characters are counted whether sent or waiting', () => {
  const { answer } = recorder();
  answer.begin(usage);
  answer.prose('text', 'abc');
  answer.open('a', tool('a'));
  answer.delta('a', json('{}xx'));
  answer.prose('thinking', 'de');
  assert.equal(answer.written(), 9);
});
