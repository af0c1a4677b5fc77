/** `count_tokens`: o200k in a worker thread that does not block streams, with an estimate as the fallback. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { estimateTokens } from '../../lib/anthropic/estimate.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { openTokenCounter, type CounterLimits } from '../../lib/proxy/count-tokens.ts';
import { requireBuilt } from '../support/built.ts';
import { manualClock } from '../support/clock.ts';
import { waitUntil } from '../support/proxy.ts';
import { capturedRequests } from '../support/requests.ts';

before(requireBuilt);

/** A counter whose time limit passes only when the test moves the clock. */
function counterFor(t: { after(end: () => Promise<void>): void }, limits: Partial<CounterLimits> = {}) {
  const log: LogEntry[] = [];
  const clock = manualClock();
  const counter = openTokenCounter((entry) => log.push(entry), limits, clock);
  t.after(() => counter.close());
  return { ...counter, log, clock };
}

function ofText(content: string): MessagesRequest {
  return { model: 'claude-sonnet-5', messages: [{ role: 'user', content }] };
}

/** An independent count: the tokens of all strings in system, messages and tools, except ids and binary data. */
function tokensOf({ system, messages, tools }: MessagesRequest): number {
  const ignored = new Set([
    'type',
    'role',
    'id',
    'tool_use_id',
    'data',
    'signature',
    'cache_control',
    'media_type',
  ]);
  const without = (key: string, value: unknown): unknown => (ignored.has(key) ? undefined : value);
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) if (!ignored.has(key)) collect(inner);
    }
  };
  collect(system);
  collect(messages);
  // Models receive a tool as JSON.
  texts.push(
    JSON.stringify(tools ?? [], (key, value: unknown) => (key === 'type' ? value : without(key, value))),
  );
  return texts.reduce((sum, text) => sum + countTokens(text, { disallowedSpecial: new Set() }), 0);
}

describe('counted with o200k', () => {
  test('every captured body of Claude Code, within 10 %', async (t) => {
    const { count, log } = counterFor(t);
    for (const { kind, body } of capturedRequests()) {
      // Capture 14 has a PDF, which is not text. The 4 tokens per message matter only in the smallest bodies.
      const pdf = kind.startsWith('14-') ? 3000 : 0;
      const frames = body.messages.length * 4;
      const expected = tokensOf(body) + pdf + frames;
      const tokens = await count(body);
      assert.ok(Math.abs(tokens - expected) <= expected * 0.1, `${kind}: ${tokens} for ${expected}`);
    }
    assert.deepEqual(log, []);
  });

  test('special tokens in a text are counted as text', async (t) => {
    const { count } = counterFor(t);
    assert.ok((await count(ofText('before <|endoftext|> after'))) > 6);
  });

  test('concurrent requests get their own counts', async (t) => {
    const { count } = counterFor(t);
    const texts = Array.from({ length: 30 }, (_, i) => 'word '.repeat(10 * i + 1));
    const counted = await Promise.all(texts.map((text) => count(ofText(text))));
    for (const [i, tokens] of counted.entries()) {
      assert.equal(tokens - 4, countTokens(texts[i] ?? ''), `request ${i}`);
    }
  });
});

describe('estimated instead', () => {
  test('a text that takes too long, while the next request is counted again', async (t) => {
    const { count, log, clock } = counterFor(t, { answerMs: 8000 });
    // A single long word: byte pairs are merged in quadratic time.
    const longWord = ofText('ab'.repeat(200_000));
    const counted = count(longWord);
    clock.advance(8000);
    assert.equal(await counted, estimateTokens(longWord));
    assert.match(JSON.stringify(log), /not counted within 8000 ms/);
    const short = ofText('hello there');
    assert.equal(await count(short), 4 + countTokens('hello there'));
  });

  test('a body that exceeds the limit, at once', async (t) => {
    const { count, log } = counterFor(t, { characters: 1000 });
    const long = ofText('a 7 '.repeat(500));
    assert.equal(await count(long), estimateTokens(long));
    assert.notEqual(estimateTokens(long), 4 + countTokens('a 7 '.repeat(500)));
    assert.deepEqual(log, []);
  });

  test('a request that is pending when the proxy closes', async () => {
    const counter = openTokenCounter(() => {});
    const request = ofText('a 7 '.repeat(500));
    const pending = counter.count(request);
    await counter.close();
    assert.equal(await pending, estimateTokens(request));
    assert.equal(await counter.count(request), estimateTokens(request));
  });
});

test('the cheap estimate stays within 15 % of the count on every captured body', async (t) => {
  const { count, log } = counterFor(t);
  for (const { kind, body } of capturedRequests()) {
    const ratio = estimateTokens(body) / (await count(body));
    assert.ok(ratio > 0.85 && ratio < 1.15, `${kind}: ${ratio.toFixed(3)}`);
  }
  assert.deepEqual(log, []);
});

test('an idle thread ends, and a new one starts for a later request', async (t) => {
  const { count, log } = counterFor(t, { idleMs: 1 });
  const before = process.getActiveResourcesInfo().length;
  for (let round = 0; round < 2; round++) {
    assert.equal(await count(ofText('hello there')), 4 + countTokens('hello there'));
    await waitUntil(() => process.getActiveResourcesInfo().length === before, 'the thread to end');
  }
  assert.deepEqual(log, []);
});

test('counting 10 MB does not block the event loop', async (t) => {
  const { count, log } = counterFor(t);
  const counting = count(ofText('the quick brown fox, 42 times; '.repeat(322_580)));
  let turns = 0;
  const turn = (): void => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const tokens = await counting;
  clearImmediate(next);
  assert.deepEqual(log, []);
  assert.ok(tokens > 2_000_000);
  assert.ok(turns > 1000, `the event loop turned ${turns} times`);
});
