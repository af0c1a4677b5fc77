/** Tool calls that models write as text: a call for the family that is known for it, or a failed turn, never an end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultQuirks, type LeakedCalls } from '../../../lib/wire/quirks.ts';
import { dialectOf } from '../../../lib/wire/decode/leaked/dialects.ts';
import { leakedCalls, type LeakedPiece } from '../../../lib/wire/decode/leaked/leaked-calls.ts';
import { findFamily } from '../../../lib/catalog/families.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder } from '../../support/turns.ts';

type Name = Exclude<LeakedCalls, 'none'>;

const tools = ['Read', 'Bash', 'Write'];

function filter(name: Name): ReturnType<typeof leakedCalls> {
  const isText = (_: string, field: string): boolean | undefined =>
    field === 'limit' ? false : field === 'any' ? undefined : true;
  return leakedCalls({ dialect: dialectOf(name), tools, isText });
}

interface Read {
  text: string;
  calls: string[];
  broken: boolean;
}

function read(name: Name, pieces: readonly string[], cut = false): Read {
  const one = filter(name);
  const all: LeakedPiece[] = [...pieces.flatMap((piece) => one.push(piece)), ...one.end(cut)];
  return {
    text: all.map((piece) => (piece.type === 'text' ? piece.text : '')).join(''),
    calls: all.flatMap((piece) => (piece.type === 'call' ? `${piece.call.name} ${piece.call.args}` : [])),
    broken: all.some(({ type }) => type === 'broken'),
  };
}

const dsml = (mark: string, outer: string): string =>
  `<${mark}${outer}>\n<${mark}invoke name="Bash">\n<${mark}parameter name="command" string="true">ls "-l"\n</${mark}parameter>\n<${mark}parameter name="limit" string="false">3</${mark}parameter>\n</${mark}invoke>\n</${mark}${outer}>`;

const oneCall = ['Bash {"command":"ls \\"-l\\"\\n","limit":3}'];

const leaks: [source: string, dialect: Name, text: string, calls: string[]][] = [
  ['DeepSeek V4 (sgl-project/sglang#35736)', 'dsml', dsml('｜DSML｜', 'tool_calls'), oneCall],
  ['DeepSeek V3.2 (encoding_dsv32.py)', 'dsml', dsml('｜DSML｜', 'function_calls'), oneCall],
  ['DeepSeek V4 with ASCII bars (cline/cline#13348)', 'dsml', dsml('|DSML|', 'tool_calls'), oneCall],
  [
    'Kimi K2 (tool_call_guidance.md)',
    'kimi',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.Read:0<|tool_call_argument_begin|>{"file_path": "/a", "n": 1e400}<|tool_call_end|><|tool_call_begin|>functions.Bash:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
    ['Read {"file_path": "/a", "n": 1e400}', 'Bash {}'],
  ],
  [
    'GLM 4.5 (its chat template)',
    'tool_call',
    '<tool_call>Read\n<arg_key>file_path</arg_key>\n<arg_value>/a</arg_value>\n<arg_key>limit</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    ['Read {"file_path":"/a","limit":3}'],
  ],
  [
    'GLM 4.7 on one line (waybarrios/vllm-mlx#797), two calls',
    'tool_call',
    '<tool_call>Bash<arg_key>command</arg_key><arg_value>12</arg_value></tool_call><tool_call>Read</tool_call>',
    ['Bash {"command":"12"}', 'Read {}'],
  ],
  [
    'Qwen 2.5 and 3, Hermes',
    'tool_call',
    '<tool_call>\n{"name": "Read", "arguments": {"file_path": "/a", "id": 12345678901234567890}}\n</tool_call>',
    ['Read {"file_path": "/a", "id": 12345678901234567890}'],
  ],
  [
    'Qwen3-Coder (QwenLM/qwen-code#10692)',
    'tool_call',
    '<tool_call>\n<function=Write>\n<parameter=content>\nline 1\n  </b>\n\n</parameter>\n<parameter=any>\n{"a":[1]}\n</parameter>\n</function>\n</tool_call>',
    ['Write {"content":"line 1\\n  </b>\\n","any":{"a":[1]}}'],
  ],
  [
    'MiniMax M2 (earendil-works/pi#368)',
    'minimax',
    '<minimax:tool_call>\n<invoke name="bash">\n<parameter name="command">mb --help && x < y</parameter>\n</invoke>\n<invoke name="Read">\n<parameter name="file_path">/a</parameter>\n</invoke>\n</minimax:tool_call>',
    ['bash {"command":"mb --help && x < y"}', 'Read {"file_path":"/a"}'],
  ],
];

describe('a call that was written as text is a call', () => {
  for (const [source, dialect, text, calls] of leaks) {
    test(source, () => {
      assert.deepEqual(read(dialect, [text]), { text: '', calls, broken: false });
      assert.deepEqual(read(dialect, text.split('')), { text: '', calls, broken: false });
      const between = read(dialect, [`\nI look: ${text}\n\n`]);
      assert.deepEqual(between, { text: '\nI look: ', calls, broken: false });
      assert.deepEqual(read(dialect, [`${text}\nDone.`]), { text: '\nDone.', calls, broken: false });
    });

    test(`${source}: quoted it stays text`, () => {
      for (const quoted of [
        `Look:\n\`\`\`xml\n${text}\n\`\`\`\nDone.`,
        `~~~~\n\`\`\`\n${text}\n~~~~`,
        `a \`${text.replaceAll('\n', ' ')}\` b`,
      ])
        for (const pieces of [[quoted], quoted.split('')])
          assert.deepEqual(read(dialect, pieces), { text: quoted, calls: [], broken: false });
    });

    test(`${source}: without its end it is broken, and text in a turn that was cut`, () => {
      const half = text.slice(0, text.length - 4);
      // The second of two calls is the one without an end.
      assert.equal(read(dialect, [half]).broken, true);
      const cut = read(dialect, [half], true);
      assert.equal(cut.broken, false);
      assert.ok(cut.text !== '' && half.endsWith(cut.text));
    });

    test(`${source}: a call of an undeclared tool is text`, () => {
      const other = text.replaceAll(/Read|Bash|bash|Write/g, 'Teleport');
      const found = read(dialect, [other]);
      assert.deepEqual(found.calls, []);
      assert.ok(found.broken || found.text === other);
    });

    test(`${source}: for other families it is text`, () => {
      for (const other of ['dsml', 'kimi', 'minimax', 'tool_call'] as const)
        if (other !== dialect) assert.equal(read(other, [text]).text, text);
    });
  }

  test('markup that can only be a call but contains none is broken (vllm-project/vllm-ascend#13794)', () => {
    const text = '<｜DSML｜toolcall>Read\n\n```json\n{"file_path":"/a"}\n```\n</｜DSML｜toolcall>';
    assert.deepEqual(read('dsml', [text]), { text: '', calls: [], broken: true });
  });

  test('an opening tag in prose stays text', () => {
    for (const text of [
      'The <tool_call> tag',
      'a < b <',
      '<tool_call',
      '<tool_call>\n\nis a tag',
      'x `<tool_call>',
    ])
      for (const pieces of [[text], text.split('')])
        assert.deepEqual(read('tool_call', pieces), { text, calls: [], broken: false });
  });

  test('any text in any pieces: nothing is lost, and the pieces do not matter', () => {
    const parts = fc.constantFrom(
      ...leaks.map(([, , text]) => text),
      '<',
      '</',
      '｜DSML｜',
      '<tool_call>',
      '</tool_call>',
      '`',
      '```',
      '\n```\n',
      '~~~',
      '\n',
      ' ',
      'words',
      'Read',
    );
    const name = fc.constantFrom<Name>('dsml', 'kimi', 'minimax', 'tool_call');
    fc.assert(
      fc.property(
        name,
        fc.array(parts, { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (dialect, all, sizes) => {
          const text = all.join('');
          const whole = read(dialect, [text], true);
          const pieces: string[] = [];
          for (let at = 0; at < text.length;) {
            const size = sizes.next().value as number;
            pieces.push(text.slice(at, at + size));
            at += size;
          }
          assert.deepEqual(read(dialect, pieces, true), whole);
          if (whole.calls.length === 0 && !whole.broken) assert.equal(whole.text, text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('chat', () => {
  const [, , text] = leaks[0] ?? assert.fail();
  const answer = (content: string, finish: string): Uint8Array[] =>
    [
      { choices: [{ index: 0, delta: { content }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    ].map((json) => utf8(`data: ${JSON.stringify(json)}\n\n`));

  test('DSML with the finish stop: a call, and the turn goes on', () => {
    const { events } = run(
      decoder('chat', { quirks: { leakedCalls: 'dsml' } }),
      answer(`Look.\n${text}`, 'stop'),
    );
    const started = events.flatMap((one) => (one.type === 'content_block_start' ? one.content_block : []));
    assert.deepEqual(
      started.map(({ type, name }) => name ?? type),
      ['text', 'Bash'],
    );
    assert.ok(events.some((one) => one.type === 'message_delta' && one.delta.stop_reason === 'tool_use'));
  });

  test('DSML without its end: a failed turn', () => {
    const half = answer(text.slice(0, -8), 'stop');
    const { events } = run(decoder('chat', { quirks: { leakedCalls: 'dsml' } }), half);
    assert.equal(events.at(-1)?.type, 'error');
    assert.ok(!events.some(({ type }) => type === 'message_stop'));
  });

  test('DSML from a model that is not known for it is text', () => {
    const { events } = run(decoder('chat'), answer(text, 'stop'));
    const said = events.flatMap((one) =>
      one.type === 'content_block_delta' && one.delta.type === 'text_delta' ? one.delta.text : [],
    );
    assert.equal(said.join(''), text);
  });
});

test('the catalogue knows the notation of each family, and of no other', () => {
  const place = { provider: 'any', hosts: ['example.com'] };
  const of = (id: string): LeakedCalls =>
    findFamily(place, id, 'chat').quirks.leakedCalls ?? defaultQuirks.leakedCalls;
  assert.deepEqual(
    [
      'deepseek-v4',
      'kimi-k2.6',
      'glm-4.7',
      'qwen3-coder',
      'minimax-m2.5',
      'gpt-5',
      'mistral-large',
      'nobody',
    ].map(of),
    ['dsml', 'kimi', 'tool_call', 'tool_call', 'minimax', 'none', 'none', 'none'],
  );
});
