/** Ids and signatures that remember where they came from (P9, P10). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  clientToolId,
  derivedToolId,
  originalToolId,
  originOf,
  readSignature,
  tagSignature,
  upstreamToolId,
  type Origin,
  type ToolIdRules,
} from '../../lib/anthropic/provenance.ts';

const pattern = /^[A-Za-z0-9_-]+$/;
const kimi: Origin = { format: 'chat', provider: 'opencode-go', modelId: 'kimi-k3' };
const other: Origin = { ...kimi, modelId: 'glm-5.3' };
/** Any text that can travel in JSON unharmed, up to the length that is kept. */
const id = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 512 }),
    fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 200 }),
    fc.constantFrom(
      'functions.Read:0',
      'call_1',
      'a\n',
      ' ',
      '😀',
      '\uFEFFa',
      '\u0000',
      'toolu_occ2_QQ',
      'toolu_occ2_',
      'toolu_occ0_x',
      'toolu_occ2_a.b',
    ),
  )
  .filter((text) => text.length <= 512 && (text as unknown as { isWellFormed(): boolean }).isWellFormed());

describe('ids on their way to the client and back', () => {
  test('fit Anthropic’s pattern, and are the upstream’s own again', () => {
    fc.assert(
      fc.property(id, (id) => {
        assert.match(clientToolId(id, kimi), pattern);
        assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
      }),
      { numRuns: 3000 },
    );
  });

  test('of 512 characters of the widest kind are kept too', () => {
    for (const id of ['😀'.repeat(256), '日'.repeat(512), '.'.repeat(512)]) {
      assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
      assert.match(clientToolId(id, kimi), pattern);
    }
  });

  test('that fit already stay as they are', () => {
    for (const id of ['call_1', 'toolu_01AbC-d', 'x'.repeat(512), 'toolu_occ0_x'])
      assert.equal(clientToolId(id, kimi), id);
  });

  test('that look like ours are not taken for ours', () => {
    for (const id of ['toolu_occ2_QQ', 'toolu_occ2_', 'toolu_occ2_QQ-x']) {
      assert.notEqual(clientToolId(id, kimi), id);
      assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
    }
  });

  test('that are foreign come back untouched', () => {
    const foreign = fc.string().filter((text) => !text.startsWith('toolu_occ2_'));
    fc.assert(fc.property(foreign, (id) => assert.equal(originalToolId(id, kimi), id)));
    // Not what we would have written: bits left over, bytes that are no text, letters of another alphabet.
    const tag = clientToolId('.', kimi).slice(0, -2);
    for (const id of ['Q', 'QR', '_w', 'Q.Q', ''].map((letters) => tag + letters))
      assert.equal(originalToolId(id, kimi), id);
  });

  test('beyond 512 characters are short, fit, and stay apart', () => {
    const a = clientToolId('a'.repeat(513), kimi);
    const b = clientToolId(`${'a'.repeat(512)}b`, kimi);
    for (const id of [a, b]) {
      assert.match(id, pattern);
      assert.ok(id.length <= 64);
      assert.equal(originalToolId(id, kimi), id);
    }
    assert.notEqual(a, b);
    assert.equal(clientToolId('a'.repeat(513), kimi), a);
  });

  test('never meet: two ids stay two', () => {
    fc.assert(
      fc.property(id, id, (a, b) => assert.equal(a === b, clientToolId(a, kimi) === clientToolId(b, kimi))),
    );
  });
});

describe('ids on their way to an upstream', () => {
  test('fit its rules, and follow from ours alone', () => {
    const rules = fc.record({ max: fc.integer({ min: 9, max: 80 }), nine: fc.boolean() });
    fc.assert(
      fc.property(id, rules, (id, rules) => {
        const ours = clientToolId(id, kimi);
        const sent = upstreamToolId(ours, rules, other);
        assert.equal(upstreamToolId(ours, rules, other), sent);
        assert.ok(sent !== '' && sent.length <= rules.max);
        assert.match(sent, rules.nine ? /^[A-Za-z0-9]{9}$/ : pattern);
        if (ours !== id) assert.equal(upstreamToolId(ours, rules, kimi), id);
      }),
      { numRuns: 2000 },
    );
  });

  type Row = [name: string, id: string, rules: ToolIdRules, origin: Origin, sent: string | RegExp];
  const long = `call_1|fc_${'0'.repeat(60)}`;
  const table: Row[] = [
    ['one that fits is the original', 'call_1', { max: 64 }, other, 'call_1'],
    [
      'one of another alphabet goes home as it came',
      'functions.Read:0',
      { max: 64 },
      kimi,
      'functions.Read:0',
    ],
    ['however long it is', long, { max: 64 }, kimi, long],
    ['and as a digest to others', 'functions.Read:0', { max: 64 }, other, /^call_[0-9a-z]{22}$/],
    ['one too long is a digest', 'x'.repeat(65), { max: 64 }, kimi, /^call_[0-9a-z]{22}$/],
    ['nine alphanumerics stay', 'AbCdEf123', { max: 64, nine: true }, other, 'AbCdEf123'],
    ['others become nine', 'call_1', { max: 64, nine: true }, other, /^[0-9a-z]{9}$/],
  ];
  for (const [name, id, rules, origin, sent] of table)
    test(name, () => {
      const found = upstreamToolId(clientToolId(id, kimi), rules, origin);
      if (typeof sent === 'string') assert.equal(found, sent);
      else assert.match(found, sent);
    });

  test('of two makers with the same id go home apart', () => {
    const ours = clientToolId('functions.Read:0', kimi);
    assert.notEqual(clientToolId('functions.Read:0', other), ours);
    assert.equal(originalToolId(ours, other), ours);
  });

  test('of a version that did not say who made them still pair, and are nobody’s own', () => {
    const old = 'toolu_occ1_ZnVuY3Rpb25zLlJlYWQ6MA';
    assert.equal(upstreamToolId(old, { max: 64 }, kimi), old);
  });
});

test('the id of a call without one is its place in its message', () => {
  assert.equal(derivedToolId('msg_01X', 2), 'toolu_01X_2');
  assert.match(derivedToolId('msg_01X', 0), pattern);
});

describe('signatures', () => {
  const origin = fc.record({
    format: fc.constantFrom('chat', 'gemini'),
    provider: fc.string({ unit: 'grapheme', maxLength: 20 }),
    modelId: fc.string({ unit: 'grapheme', maxLength: 30 }),
  });
  const payload = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('', '.', 'a.b.c', 'occ1.x.y'),
  );

  test('give back where they came from and what they were, exactly', () => {
    fc.assert(
      fc.property(origin, payload, (origin, payload) => {
        assert.deepEqual(readSignature(tagSignature(origin, payload)), { origin: originOf(origin), payload });
      }),
      { numRuns: 2000 },
    );
  });

  for (const [provider, modelId] of [
    ['open.router', 'a/b/c'],
    ['zürich', 'modèle-日本-😀'],
    ['\uFEFFx', '.'],
  ] as const)
    test(`from ${provider}/${modelId}`, () => {
      const tagged = tagSignature({ format: 'chat', provider, modelId }, 'S.1');
      assert.deepEqual(readSignature(tagged), { origin: `chat/${provider}/${modelId}`, payload: 'S.1' });
      assert.match(tagged.slice(0, -'S.1'.length), /^occ1\.[A-Za-z0-9_-]+\.$/);
    });

  test('that are not ours are not read', () => {
    for (const signature of [
      undefined,
      '',
      'EqoBCkgIBxABGAIiQ',
      'occ1',
      'occ1.',
      'occ1.abc',
      'occ1.Q!.x',
      'occ1.Q.x',
      'xocc1.QQ.x',
    ])
      assert.equal(readSignature(signature), undefined, signature);
  });
});

test('what was written by an earlier version is read by this one', () => {
  assert.equal(clientToolId('functions.Read:0', kimi), 'toolu_occ2_h6v4uuZnVuY3Rpb25zLlJlYWQ6MA');
  assert.equal(
    tagSignature({ format: 'chat', provider: 'opencode-go', modelId: 'kimi-k3' }, 'S'),
    'occ1.Y2hhdC9vcGVuY29kZS1nby9raW1pLWsz.S',
  );
});
