/** The shared parts of the decoders: finish tracker, `[DONE]`, and token counts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Remark } from '../../../lib/anthropic/events.ts';
import { finishTracker } from '../../../lib/wire/decode/finish.ts';
import { count, withoutCached } from '../../../lib/wire/decode/usage.ts';
import { runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder, formats, type Format } from '../../support/turns.ts';

function finish() {
  const remarks: Remark[] = [];
  return { remarks, finish: finishTracker((remark) => void remarks.push(remark)) };
}

describe('finish tracker (P7)', () => {
  test('emits finished once and keeps the last reason', () => {
    const { remarks, finish: end } = finish();
    assert.equal(end.reason(), undefined);
    end.set('end_turn');
    end.set('tool_use');
    assert.equal(end.reason(), 'tool_use');
    assert.deepEqual(remarks, [{ type: 'finished' }]);
    end.clear();
    end.clear();
    assert.deepEqual(remarks.slice(1), [{ type: 'resumed' }]);
  });

  test('keeps a reason that cut the turn off unless it is overridden', () => {
    for (const cut of ['max_tokens', 'refusal', 'model_context_window_exceeded'] as const) {
      const { remarks, finish: end } = finish();
      end.set(cut);
      assert.ok(end.isCut());
      end.set('end_turn');
      assert.equal(end.reason(), cut);
      end.override('refusal');
      assert.equal(end.reason(), 'refusal');
      assert.equal(remarks.length, 1);
    }
  });

  test('no other reason counts as cut off', () => {
    for (const reason of ['end_turn', 'tool_use', 'stop_sequence', 'pause_turn'] as const) {
      const { finish: end } = finish();
      end.set(reason);
      assert.ok(!end.isCut());
    }
  });
});

describe('[DONE] before any finish (P1, P4)', () => {
  const finishes: Record<Format, string> = {
    chat: '{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}',
    gemini: '{"candidates":[{"index":0,"finishReason":"MAX_TOKENS"}]}',
    messages: '{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":1}}',
    responses: '{"type":"response.incomplete","response":{"usage":{"output_tokens":1}}}',
  };
  const after: Record<Format, string> = {
    chat: 'end_turn',
    gemini: 'truncated',
    messages: 'max_tokens',
    responses: 'max_tokens',
  };

  for (const format of formats) {
    test(`${format}: a finish after it results in ${after[format]}`, () => {
      const { all } = run(decoder(format), [utf8('data: [DONE]\n\n'), utf8(`data: ${finishes[format]}\n\n`)]);
      const ends = all.flatMap((one) =>
        one.type === 'failed'
          ? [one.reason]
          : one.type === 'message_delta'
            ? [String(one.delta.stop_reason)]
            : [],
      );
      assert.deepEqual(ends, [after[format]]);
    });
  }
});

describe('token counts', () => {
  const tokens = fc.option(fc.nat(1000), { nil: undefined });

  test('no token is counted twice, and no count is negative', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (input, output, read, written) => {
        const usage = withoutCached({ input, output, read, written });
        const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage ?? {};
        const parts = [input_tokens, cache_read_input_tokens, cache_creation_input_tokens].map((n) => n ?? 0);
        assert.ok(parts.every((part) => part >= 0));
        const total = input ?? (read ?? 0) + (written ?? 0);
        assert.equal(
          parts.reduce((sum, part) => sum + part),
          total,
        );
        assert.equal(usage?.output_tokens, output || undefined);
      }),
      runs,
    );
  });

  test('cached tokens that the input excludes are not subtracted', () => {
    assert.deepEqual(
      withoutCached({ input: 10, output: 0, read: 70, written: 5, inputExcludesCached: true }),
      {
        input_tokens: 10,
        cache_read_input_tokens: 70,
        cache_creation_input_tokens: 5,
      },
    );
  });

  test('missing and zero counts give no usage', () => {
    assert.equal(withoutCached({ input: 0, output: undefined, read: undefined, written: 0 }), undefined);
  });

  test('the first field with a number counts', () => {
    assert.equal(count({ a: null, b: 'x', c: '12', d: 3 }, 'a', 'b', 'c', 'd'), 12);
    assert.equal(count({ a: -4 }, 'a'), 0);
    assert.equal(count({ a: [] }, 'a', 'b'), undefined);
  });
});
