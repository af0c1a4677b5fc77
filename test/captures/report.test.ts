import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesOf, type Capture } from '../../lib/captures/capture.ts';
import { firstDifference } from '../../lib/captures/difference.ts';
import { readCapture } from '../../lib/captures/read-capture.ts';
import { replay } from '../../lib/captures/replay.ts';
import { toReport } from '../../lib/captures/to-report.ts';
import { firstUnlike } from '../../lib/captures/unlike.ts';
import { wordings } from '../../lib/proxy/rejections/wordings/all.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { randomFrom, type Random } from '../chaos/random.ts';
import { hangMs } from '../support/limits.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';
import { captured as requestOf } from '../support/requests.ts';
import { exhaustive } from '../support/sampling.ts';
import { transcripts } from '../support/transcripts.ts';
import { answeredWith, captured, captureOf, withReply } from './captured.ts';

const image =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Words that occur in no wording, no protocol and no tool of Claude Code. */
const secrets = [
  'zanzibar',
  'quarterly',
  'pineapple',
  'watermelon',
  'jackfruit',
  'papaya',
  'übergröße',
  'пароль',
  '秘密的文本内容',
  'tamarind',
  'kumquat',
];

/** A request with secrets in every place that a conversation has. */
const secretBody = (number: number) => ({
  system: [{ type: 'text', text: 'You know Zanzibar.', cache_control: { type: 'ephemeral' } }],
  metadata: { user_id: 'user_tamarind_account__session_4f2c' },
  stop_sequences: ['KUMQUAT'],
  thinking: { type: 'enabled', budget_tokens: 2000 },
  tools: [
    {
      name: 'Write',
      description: 'Writes quarterly papers',
      input_schema: {
        type: 'object',
        properties: { by: { type: 'string', description: 'papaya', enum: ['papaya'] }, content: {} },
        required: ['by'],
      },
    },
    {
      name: 'mcp__jackfruit__find.one',
      description: 'A papaya',
      input_schema: { type: 'object', properties: {} },
    },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Übergröße, пароль, 秘密的文本内容 🙂' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'a pineapple', signature: 'cGluZWFwcGxl' },
        {
          type: 'tool_use',
          id: 'toolu_01abcdef',
          name: 'mcp__jackfruit__find.one',
          input: { type: 'Pineapple', status: 'papaya', 'Which watermelon?': 'jackfruit' },
        },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_01abcdef', content: 'a watermelon' },
        { type: 'text', text: `request ${number}` },
      ],
    },
  ],
});

const chance = (random: Random) => () => random.between(0, 999_999) / 1e6;

function assertClean(report: Capture, words: readonly string[] = secrets): void {
  const sent = report.attempts.map(({ pieces }) => Buffer.concat(pieces.map(bytesOf)).toString('utf8'));
  const text = `${JSON.stringify(report)} ${sent.join(' ')}`.toLowerCase();
  for (const word of words) assert(!text.includes(word), `${word} is in the report`);
}

/** What the emulator's answers say again and again. */
const emulated = /\/request \d/;

test(
  'the report of a failing request fails in the same way, and holds none of its words',
  {
    timeout: 20 * hangMs,
  },
  async () => {
    const requests = exhaustive ? 400 : 60;
    const random = randomFrom(5, 'report');
    let failed = 0;
    const formats = new Set<string>();
    for (const capture of await captured(requests, 3, secretBody)) {
      const { capture: report, unlike, leaked, counts } = await toReport(capture, chance(random));
      assert.deepEqual(unlike, undefined, capture.id);
      assert.deepEqual(leaked, []);
      assertClean(report);
      assert.doesNotMatch(JSON.stringify(report), emulated);
      assert.equal(report.kind, 'report');
      assert(
        counts.texts > 5 && counts.calls > 0 && counts.names === 1 && counts.images === 1,
        JSON.stringify(counts),
      );
      for (const [at, { pieces }] of report.attempts.entries())
        assert.deepEqual(
          pieces.map((piece) => bytesOf(piece).length),
          capture.attempts[at]?.pieces.map((piece) => bytesOf(piece).length),
        );
      // The file, read again, is what the command has tried.
      const read = readCapture(JSON.stringify(report), 'the report');
      const today = await replay(read);
      assert.equal(firstDifference(read.reply, today, capture.leftMs !== undefined), undefined);
      if (capture.leftMs === undefined) assert.equal(firstUnlike(await replay(capture), today), undefined);
      if (capture.attempts.length > 1 || capture.record.ending !== 'answered') failed++;
      for (const { format } of capture.attempts) formats.add(format);
    }
    assert(failed >= 20, `${failed} failures`);
    assert.deepEqual([...formats].toSorted(), [...wireFormats].toSorted());
  },
);

describe('answers and refusals that were seen run as before', () => {
  for (const format of wireFormats) {
    test(format, { timeout: 20 * hangMs }, async () => {
      await using world = await proxyOver({ models: [modelOf('only', { wire_format: format })] });
      const tools = ['Read', 'ReadMany', 'Bash', 'get_weather', 'mcp__jackfruit__find'].map((name) => ({
        name,
        description: 'papaya',
        input_schema: { type: 'object', properties: { command: { type: 'string' } } },
      }));
      const base = await captureOf(
        world,
        requestBody({ tools, messages: [{ role: 'user', content: 'a watermelon' }] }),
      );
      const random = randomFrom(6, format);
      const seen = [
        ...transcripts(format).map(({ name, bytes, options: { quirks, stops } }) => ({
          name,
          answer: { bytes, ...(quirks && { quirks }) },
          more: stops ? { stop_sequences: stops } : {},
        })),
        ...wordings.map(({ says, example = says.replace('…', 'watermelon'), status = [400] }) => ({
          name: example,
          answer: {
            status: status.find((one) => one >= 400) ?? 400,
            bytes: Buffer.from(
              JSON.stringify({ error: { message: example, type: 'invalid_request_error' } }),
            ),
          },
          more: {},
        })),
      ];
      for (const { name, answer, more } of seen) {
        const { request } = base;
        const asked = { ...base, request: { ...request, body: { ...request.body, ...more } } };
        const capture = await withReply(answeredWith(asked, answer));
        const report = await toReport(capture, chance(random));
        assert.deepEqual(report.unlike, undefined, name);
        assert.deepEqual(report.leaked, [], name);
        assertClean(report.capture, ['watermelon', 'jackfruit', 'papaya']);
      }
    });
  }
});

test(
  'requests of Claude Code lose every long word, but for the names of its fields and tools',
  {
    timeout: 20 * hangMs,
  },
  async () => {
    await using world = await proxyOver({ models: [modelOf('only')] });
    const random = randomFrom(7, 'client');
    for (const name of [11, 20, 26]) {
      const capture = await captureOf(world, { ...requestOf(name), stream: true });
      const report = await toReport(capture, chance(random));
      assert.deepEqual([report.unlike, report.leaked, report.outdated], [undefined, [], false], String(name));
      assert.equal(report.counts.names, 0, String(name));
      // Sentences of its prompts and of its tools.
      assertClean(report.capture, ['claude agent', 'the user', 'codebase', 'software']);
    }
  },
);
