/** The state of one answer: which events may be sent, which timeout runs next, and how it ends (P2, P3, P6, L14). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageStart, usageOf, type Decoded, type StreamEvent } from '../../lib/anthropic/events.ts';
import { answerProgress, type NextLimit } from '../../lib/proxy/answer-progress.ts';
import type { Outcome, Position } from '../../lib/proxy/policy/failures.ts';

const start = messageStart('msg_1', 'm', usageOf(1));
const opening: StreamEvent = {
  type: 'content_block_start',
  index: 0,
  content_block: { type: 'text', text: '' },
};
const text: StreamEvent = {
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'hello' },
};
const closing: StreamEvent = { type: 'content_block_stop', index: 0 };
const stop: StreamEvent = { type: 'message_stop' };
const finished: Decoded = { type: 'finished' };
const usage: Decoded = { type: 'usage', usage: usageOf(3) };
const broken = {
  type: 'failed',
  reason: 'malformed',
  error: { type: 'api_error', message: 'broken' },
} as const satisfies Decoded;

interface Step {
  /** One chunk of 10 bytes. */
  chunk: readonly Decoded[];
  released: number;
  limit: NextLimit;
  position: Position;
}

interface Row {
  rule: string;
  whole?: boolean;
  steps: readonly Step[];
  /** The outcome at the end of the body: its type, or the trouble and position of a failure. */
  end: string;
}

const rows: readonly Row[] = [
  {
    rule: 'a chunk without events leaves the first-event timeout running',
    steps: [{ chunk: [], released: 0, limit: 'unchanged', position: 'before_content' }],
    end: 'empty',
  },
  {
    rule: 'events are held until there is content (P2)',
    steps: [
      { chunk: [start, opening], released: 0, limit: 'idle', position: 'before_content' },
      { chunk: [text], released: 3, limit: 'idle', position: 'after_content' },
      { chunk: [text, closing], released: 2, limit: 'idle', position: 'after_content' },
    ],
    end: 'answered',
  },
  {
    rule: 'a failure in the same chunk as the first content stays invisible (P2)',
    steps: [
      { chunk: [start, opening, text, broken], released: 0, limit: 'idle', position: 'before_content' },
    ],
    end: 'malformed before_content',
  },
  {
    rule: 'after content was sent, the events before a failure are still sent',
    steps: [
      { chunk: [start, opening, text], released: 3, limit: 'idle', position: 'after_content' },
      { chunk: [text, broken], released: 1, limit: 'idle', position: 'after_content' },
    ],
    end: 'malformed after_content',
  },
  {
    rule: 'with stream: false, all events are released at the end (L14)',
    whole: true,
    steps: [
      { chunk: [start, opening, text], released: 0, limit: 'idle', position: 'before_content' },
      { chunk: [closing, finished], released: 0, limit: 'trailing', position: 'after_finish' },
      { chunk: [stop], released: 5, limit: 'trailing', position: 'after_finish' },
    ],
    end: 'answered',
  },
  {
    rule: 'with stream: false, a failure after the last event can still fall back',
    whole: true,
    steps: [
      {
        chunk: [start, opening, text, closing, stop],
        released: 5,
        limit: 'trailing',
        position: 'after_finish',
      },
      { chunk: [broken], released: 0, limit: 'unchanged', position: 'after_finish' },
    ],
    end: 'malformed before_content',
  },
  {
    rule: 'with stream: false, a failure after content can fall back',
    whole: true,
    steps: [
      { chunk: [start, opening, text, broken], released: 0, limit: 'idle', position: 'before_content' },
    ],
    end: 'malformed before_content',
  },
  {
    rule: 'an answer that resumes in another choice is not finished (L9)',
    steps: [
      { chunk: [start, opening, text, finished], released: 3, limit: 'trailing', position: 'after_finish' },
      { chunk: [{ type: 'resumed' }, text], released: 1, limit: 'idle', position: 'after_content' },
      { chunk: [closing, finished, stop], released: 2, limit: 'trailing', position: 'after_finish' },
    ],
    end: 'answered',
  },
  {
    rule: 'after the finish only events extend the wait, not usage or comments (P3)',
    steps: [
      { chunk: [start, opening, text], released: 3, limit: 'idle', position: 'after_content' },
      { chunk: [closing, finished], released: 1, limit: 'trailing', position: 'after_finish' },
      { chunk: [], released: 0, limit: 'unchanged', position: 'after_finish' },
      { chunk: [usage], released: 0, limit: 'unchanged', position: 'after_finish' },
      { chunk: [stop], released: 1, limit: 'trailing', position: 'after_finish' },
      { chunk: [usage], released: 0, limit: 'unchanged', position: 'after_finish' },
    ],
    end: 'answered',
  },
  {
    rule: 'an answer without content is empty, and its events are kept (P6)',
    steps: [{ chunk: [start, finished, stop], released: 0, limit: 'trailing', position: 'after_finish' }],
    end: 'empty',
  },
  {
    rule: 'an error event of the decoder is not an event of the answer',
    steps: [
      {
        chunk: [{ type: 'error', error: { type: 'api_error', message: 'x' } }],
        released: 0,
        limit: 'idle',
        position: 'before_content',
      },
    ],
    end: 'empty',
  },
];

describe('the rules of an answer', () => {
  for (const { rule, whole = false, steps, end } of rows)
    test(rule, () => {
      const progress = answerProgress(whole);
      for (const [i, { chunk, released, limit, position }] of steps.entries()) {
        for (const decoded of chunk) progress.take(decoded);
        assert.equal(progress.release().length, released, `released after chunk ${i}`);
        assert.equal(progress.endChunk(10), limit, `limit after chunk ${i}`);
        assert.equal(progress.position(), position, `position after chunk ${i}`);
      }
      assert.equal(endOf(progress.end().outcome), end);
    });
});

function endOf(outcome: Outcome): string {
  if (outcome.type !== 'failed') return outcome.type;
  return outcome.trouble === 'empty' ? 'empty' : `${outcome.trouble} ${outcome.at}`;
}

test('no event is lost, repeated or reordered, however the chunks fall', () => {
  const all: StreamEvent[] = [start, opening, text, text, closing, stop];
  for (const whole of [false, true])
    for (let size = 1; size <= all.length; size++) {
      const progress = answerProgress(whole);
      const released: StreamEvent[] = [];
      for (let from = 0; from < all.length; from += size) {
        for (const event of all.slice(from, from + size)) progress.take(event);
        released.push(...progress.release());
        progress.endChunk(10);
      }
      assert.deepEqual(released, all, `whole: ${whole}, ${size} events a chunk`);
    }
});

test('held events are limited in bytes, and sending them resets the count', () => {
  const half = 64 * 1024 * 1024;
  const progress = answerProgress(false);
  progress.take(start);
  progress.endChunk(half);
  progress.endChunk(half);
  assert.equal(progress.failed(), undefined);
  progress.endChunk(1);
  assert.deepEqual([progress.failed()?.trouble, progress.failed()?.at], ['overflow', 'before_content']);

  const sending = answerProgress(false);
  for (const event of [start, opening, text]) sending.take(event);
  sending.endChunk(half);
  sending.release();
  for (let i = 0; i < 4; i++) sending.endChunk(half);
  assert.equal(sending.failed(), undefined);
});

test('the events of an empty answer are the answer if every attempt is empty (P6)', () => {
  const progress = answerProgress(false);
  for (const event of [start, stop]) progress.take(event);
  assert.deepEqual(progress.release(), []);
  assert.deepEqual(progress.end().empty, [start, stop]);
});

test('the first failure counts, with its status', () => {
  const progress = answerProgress(false);
  progress.take({ ...broken, reason: 'upstream', status: 529 });
  const { outcome } = progress.end();
  assert.deepEqual(outcome.type === 'failed' && [outcome.trouble, outcome.status], ['upstream', 529]);
});
