/** What the decoders share, by itself: the finish, the choice that is the answer, and counts of tokens. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Remark } from '../../../lib/anthropic/events.ts';
import { choiceSelector } from '../../../lib/wire/decode/choices.ts';
import { finishTracker } from '../../../lib/wire/decode/finish.ts';
import { count, withoutCached } from '../../../lib/wire/decode/usage.ts';
import { runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder, formats, type Format } from '../../support/turns.ts';

function finish() {
  const told: Remark[] = [];
  return { told, finish: finishTracker((remark) => void told.push(remark)) };
}

describe('the finish', () => {
  test('is told once, and the last reason holds', () => {
    const { told, finish: end } = finish();
    assert.equal(end.reason(), undefined);
    end.set('end_turn');
    end.set('tool_use');
    assert.equal(end.reason(), 'tool_use');
    assert.deepEqual(told, [{ type: 'finished' }]);
  });

  test('that cuts the turn stands, unless it is overruled', () => {
    for (const cut of ['max_tokens', 'refusal', 'model_context_window_exceeded'] as const) {
      const { told, finish: end } = finish();
      end.set(cut);
      assert.ok(end.isCut());
      end.set('end_turn');
      assert.equal(end.reason(), cut);
      end.override('refusal');
      assert.equal(end.reason(), 'refusal');
      assert.equal(told.length, 1);
    }
  });

  test('no other reason cuts', () => {
    for (const reason of ['end_turn', 'tool_use', 'stop_sequence', 'pause_turn'] as const) {
      const { finish: end } = finish();
      end.set(reason);
      assert.ok(!end.isCut());
    }
  });
});

describe('the choice that is the answer', () => {
  const full = () => true;
  const empty = () => false;

  test('is the first that carries anything; any other is told of', () => {
    let dropped = 0;
    const { isAnswer } = choiceSelector(finish().finish, () => void dropped++);
    assert.ok(isAnswer(0, empty) && isAnswer(1, full));
    assert.ok(!isAnswer(0, empty));
    assert.equal(dropped, 0);
    assert.ok(!isAnswer(0, full));
    assert.equal(dropped, 1);
  });

  test('is not ended by another that had nothing in it, but by its own end', () => {
    const { finish: end } = finish();
    const { isAnswer, markEnded } = choiceSelector(end, () => {});
    isAnswer(0, empty);
    markEnded(0);
    end.set('end_turn');
    isAnswer(1, full);
    assert.equal(end.reason(), undefined);
    markEnded(1);
    end.set('max_tokens');
    isAnswer(1, full);
    assert.equal(end.reason(), 'max_tokens');
  });

  test('may have ended before it says anything', () => {
    const { finish: end } = finish();
    const { isAnswer, markEnded } = choiceSelector(end, () => {});
    markEnded(3);
    end.set('end_turn');
    assert.ok(isAnswer(3, full));
    assert.equal(end.reason(), 'end_turn');
  });
});

describe('[DONE] before any finish', () => {
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
    test(`${format}: a finish behind it leaves ${after[format]}`, () => {
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

describe('tokens', () => {
  const tokens = fc.option(fc.nat(1000), { nil: undefined });

  test('are counted once and never below 0', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (input, output, read, written) => {
        const usage = withoutCached({ input, output, read, written });
        const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage ?? {};
        const parts = [input_tokens, cache_read_input_tokens, cache_creation_input_tokens].map((n) => n ?? 0);
        assert.ok(parts.every((part) => part >= 0));
        const told = input ?? (read ?? 0) + (written ?? 0);
        assert.equal(
          parts.reduce((sum, part) => sum + part),
          told,
        );
        assert.equal(usage?.output_tokens, output || undefined);
      }),
      runs,
    );
  });

  test('that stand apart from the input are not taken from it', () => {
    assert.deepEqual(
      withoutCached({ input: 10, output: 0, read: 70, written: 5, inputExcludesCached: true }),
      {
        input_tokens: 10,
        cache_read_input_tokens: 70,
        cache_creation_input_tokens: 5,
      },
    );
  });

  test('nobody counted are none', () => {
    assert.equal(withoutCached({ input: 0, output: undefined, read: undefined, written: 0 }), undefined);
  });

  test('are found under the first name that holds a number', () => {
    assert.equal(count({ a: null, b: 'x', c: '12', d: 3 }, 'a', 'b', 'c', 'd'), 12);
    assert.equal(count({ a: -4 }, 'a'), 0);
    assert.equal(count({ a: [] }, 'a', 'b'), undefined);
  });
});
