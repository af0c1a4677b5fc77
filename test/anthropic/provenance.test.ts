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
} from '../../lib/anthropic/provenance.ts';

const pattern = /^[A-Za-z0-9_-]+$/;
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
      'toolu_occ1_QQ',
      'toolu_occ1_',
      'toolu_occ0_x',
      'toolu_occ1_a.b',
    ),
  )
  .filter((text) => text.length <= 512 && (text as unknown as { isWellFormed(): boolean }).isWellFormed());

describe('ids on their way to the client and back', () => {
  test('fit Anthropic’s pattern, and are the upstream’s own again', () => {
    fc.assert(
      fc.property(id, (id) => {
        assert.match(clientToolId(id), pattern);
        assert.equal(originalToolId(clientToolId(id)), id);
      }),
      { numRuns: 3000 },
    );
  });

  test('of 512 characters of the widest kind are kept too', () => {
    for (const id of ['😀'.repeat(256), '日'.repeat(512), '.'.repeat(512)]) {
      assert.equal(originalToolId(clientToolId(id)), id);
      assert.match(clientToolId(id), pattern);
    }
  });

  test('that fit already stay as they are', () => {
    for (const id of ['call_1', 'toolu_01AbC-d', 'x'.repeat(512), 'toolu_occ0_x'])
      assert.equal(clientToolId(id), id);
  });

  test('that look like ours are not taken for ours', () => {
    for (const id of ['toolu_occ1_QQ', 'toolu_occ1_', 'toolu_occ1_QQ-x']) {
      assert.notEqual(clientToolId(id), id);
      assert.equal(originalToolId(clientToolId(id)), id);
    }
  });

  test('that are foreign come back untouched', () => {
    const foreign = fc.string().filter((text) => !text.startsWith('toolu_occ1_'));
    fc.assert(fc.property(foreign, (id) => assert.equal(originalToolId(id), id)));
    // Not what we would have written: bits left over, bytes that are no text, letters of another alphabet.
    for (const id of ['toolu_occ1_Q', 'toolu_occ1_QR', 'toolu_occ1__w', 'toolu_occ1_Q.Q', 'toolu_occ1_'])
      assert.equal(originalToolId(id), id);
  });

  test('beyond 512 characters are short, fit, and stay apart', () => {
    const a = clientToolId('a'.repeat(513));
    const b = clientToolId(`${'a'.repeat(512)}b`);
    for (const id of [a, b]) {
      assert.match(id, pattern);
      assert.ok(id.length <= 64);
      assert.equal(originalToolId(id), id);
    }
    assert.notEqual(a, b);
    assert.equal(clientToolId('a'.repeat(513)), a);
  });

  test('never meet: two ids stay two', () => {
    fc.assert(fc.property(id, id, (a, b) => assert.equal(a === b, clientToolId(a) === clientToolId(b))));
  });
});

describe('ids on their way to an upstream', () => {
  test('fit its rules, and follow from ours alone', () => {
    const rules = fc.record({
      max: fc.integer({ min: 9, max: 80 }),
      nine: fc.boolean(),
      restored: fc.boolean(),
    });
    fc.assert(
      fc.property(id, rules, (id, rules) => {
        const ours = clientToolId(id);
        const sent = upstreamToolId(ours, rules);
        assert.equal(upstreamToolId(ours, rules), sent);
        assert.ok(sent !== '' && sent.length <= rules.max);
        if (rules.nine) assert.match(sent, /^[A-Za-z0-9]{9}$/);
        else if (!rules.restored) assert.match(sent, pattern);
      }),
      { numRuns: 2000 },
    );
  });

  const table: [
    name: string,
    id: string,
    rules: Parameters<typeof upstreamToolId>[1],
    sent: string | RegExp,
  ][] = [
    ['one that fits is the original', 'call_1', { max: 64 }, 'call_1'],
    [
      'one of another alphabet goes back as it came where it may',
      'functions.Read:0',
      { max: 64, restored: true },
      'functions.Read:0',
    ],
    ['and a digest where not', 'functions.Read:0', { max: 64 }, /^call_[0-9a-z]{22}$/],
    ['one too long is a digest', 'x'.repeat(65), { max: 64 }, /^call_[0-9a-z]{22}$/],
    ['nine alphanumerics stay', 'AbCdEf123', { max: 64, nine: true }, 'AbCdEf123'],
    ['others become nine', 'call_1', { max: 64, nine: true }, /^[0-9a-z]{9}$/],
  ];
  for (const [name, id, rules, sent] of table)
    test(name, () => {
      const found = upstreamToolId(clientToolId(id), rules);
      if (typeof sent === 'string') assert.equal(found, sent);
      else assert.match(found, sent);
    });

  test('a call and its result agree, whoever made the call', () => {
    for (const ours of [
      clientToolId('functions.Read:0'),
      'toolu_01AbC',
      derivedToolId('msg_1', 0),
      clientToolId('x'.repeat(600)),
    ])
      for (const rules of [{ max: 64 }, { max: 40 }, { max: 64, nine: true }])
        assert.equal(upstreamToolId(ours, rules), upstreamToolId(originalToolId(ours), rules));
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
  assert.equal(clientToolId('functions.Read:0'), 'toolu_occ1_ZnVuY3Rpb25zLlJlYWQ6MA');
  assert.equal(
    tagSignature({ format: 'chat', provider: 'opencode-go', modelId: 'kimi-k3' }, 'S'),
    'occ1.Y2hhdC9vcGVuY29kZS1nby9raW1pLWsz.S',
  );
});
