/** Brackets, digests, JSON readers and transducers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { brackets } from '../../lib/stream/brackets.ts';
import { digest } from '../../lib/stream/digest.ts';
import { isObject, parseJson, toArray, toNumber, toObject, toText } from '../../lib/json.ts';
import { compose, transduce, type Transducer } from '../../lib/stream/transducer.ts';

describe('brackets', () => {
  const table: [text: string, end: number, phase: string][] = [
    ['', -1, 'before'],
    ['abc', -1, 'before'],
    ['{}', 1, 'closed'],
    ['  [1,[2]] tail', 8, 'closed'],
    ['{"a":{"b":[1]}}x', 14, 'closed'],
    ['{"a":"}"}', 8, 'closed'],
    ['{"a":"\\"}"}', 10, 'closed'],
    ['{"a":"\\\\"}', 9, 'closed'],
    ['{"a":"\\\\\\"}', -1, 'inside'],
    ['{"a":', -1, 'inside'],
    ['}{}', 2, 'closed'],
    [']]]', -1, 'before'],
  ];
  for (const [text, end, phase] of table)
    test(JSON.stringify(text), () => {
      const whole = brackets();
      assert.equal(whole.feed(text), end);
      assert.equal(whole.phase(), phase);
      const pieces = brackets();
      const found = text
        .split('')
        .map((char) => pieces.feed(char))
        .findIndex((at) => at >= 0);
      assert.equal(found, end, 'one character at a time');
    });

  test('a JSON object ends with its text, and later text is ignored', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        const at = cut % text.length;
        const state = brackets();
        assert.equal(state.feed(text.slice(0, at)), -1);
        assert.equal(state.feed(`${text.slice(at)}}}{`), text.length - at - 1);
        assert.equal(state.feed('{}'), -1);
      }),
    );
  });
});

describe('digest', () => {
  test('never changes, because ids that were sent depend on it', () => {
    assert.equal(digest(''), digest(''));
    assert.match(digest('functions.Bash:0'), /^[0-9a-z]{22}$/);
    assert.deepEqual(['', 'a', 'functions.Bash:0', '😀'].map(digest), [
      '1aggevgbi2j1247s7v64qa',
      '0bmnxinv5js16ayds5vhae',
      '11jcbwro1ao1k9va6jolva',
      '043wbs6ci4c2etngg13rqg',
    ]);
  });

  test('has no collision among 100,000 similar texts, in its first nine characters either', () => {
    const all = Array.from({ length: 100_000 }, (_, i) => digest(`call_${i}`));
    assert.equal(new Set(all).size, all.length);
    assert.equal(new Set(all.map((text) => text.slice(0, 9))).size, all.length);
  });
});

describe('JSON readers', () => {
  test('never throw or return the wrong type', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        assert.equal(typeof toText(value), 'string');
        assert.ok(isObject(toObject(value)));
        assert.ok(Array.isArray(toArray(value)));
        assert.ok(toNumber(value) === undefined || Number.isFinite(toNumber(value)));
      }),
    );
  });
  test('numbers may be strings', () => {
    const table: [unknown, number | undefined][] = [
      ['0.00004669', 0.00004669],
      ['12', 12],
      [7, 7],
      ['', undefined],
      [' ', undefined],
      ['x', undefined],
      [null, undefined],
      [Number.NaN, undefined],
      ['Infinity', undefined],
      [true, undefined],
      [[1], undefined],
    ];
    for (const [value, number] of table) assert.equal(toNumber(value), number, JSON.stringify(value));
  });
  test('invalid JSON is undefined, and null is not', () => {
    assert.equal(parseJson('{'), undefined);
    assert.equal(parseJson('null'), null);
  });
});

describe('transducers', () => {
  const doubled: Transducer<string, string> = {
    step(text, emit) {
      emit(text);
      emit(text);
    },
    flush: (emit) => emit('end'),
  };
  const joined = (): Transducer<string, string> => {
    let all = '';
    return {
      step(text, emit) {
        all += text;
        emit(text.toUpperCase());
      },
      flush: (emit) => emit(all),
    };
  };

  test('compose flushes the first stage through the second, then the second', () => {
    assert.deepEqual(transduce(compose(doubled, joined()), ['a', 'b']), [
      'A',
      'A',
      'B',
      'B',
      'END',
      'aabbend',
    ]);
  });

  test('one input can have 250,000 outputs', () => {
    const many: Transducer<number, number> = {
      step(count, emit) {
        for (let i = 0; i < count; i++) emit(i);
      },
      flush() {},
    };
    const each: Transducer<number, number> = {
      step(n, emit) {
        if (n === 0) for (let i = 0; i < 250_000; i++) emit(n);
      },
      flush() {},
    };
    assert.equal(transduce(many, [250_000]).length, 250_000);
    assert.equal(transduce(compose(many, each), [1]).length, 250_000);
  });
});
