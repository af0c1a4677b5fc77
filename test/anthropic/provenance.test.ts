/** Encoding the origin of ids and signatures (P9, P10). */
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
/** Any text without lone surrogates, up to the maximum length of a reversible id. */
const id = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 9000 }),
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
  .filter((text) => text.length <= 8192 && (text as unknown as { isWellFormed(): boolean }).isWellFormed());

describe('tool ids for the client', () => {
  test('match Anthropic’s pattern and decode to the upstream’s ids', () => {
    fc.assert(
      fc.property(id, (id) => {
        assert.match(clientToolId(id, kimi), pattern);
        assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
      }),
      { numRuns: 3000 },
    );
  });

  test('are reversible for 8,192 characters of any width', () => {
    for (const id of ['😀'.repeat(4096), '日'.repeat(8192), '.'.repeat(8192), 'a'.repeat(8192)]) {
      assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
      assert.match(clientToolId(id, kimi), pattern);
    }
  });

  test('stay unchanged if they match the pattern', () => {
    for (const id of ['call_1', 'toolu_01AbC-d', 'x'.repeat(64), 'toolu_occ0_x'])
      assert.equal(clientToolId(id, kimi), id);
  });

  test('are encoded if they look like encoded ids', () => {
    for (const id of ['toolu_occ2_QQ', 'toolu_occ2_', 'toolu_occ2_QQ-x']) {
      assert.notEqual(clientToolId(id, kimi), id);
      assert.equal(originalToolId(clientToolId(id, kimi), kimi), id);
    }
  });

  test('decode to themselves if they were not encoded', () => {
    const foreign = fc.string().filter((text) => !text.startsWith('toolu_occ2_'));
    fc.assert(fc.property(foreign, (id) => assert.equal(originalToolId(id, kimi), id)));
    // Not written by occ: leftover bits, bytes that are not text, characters of another alphabet.
    const tag = clientToolId('.', kimi).slice(0, -2);
    for (const id of ['Q', 'QR', '_w', 'Q.Q', ''].map((letters) => tag + letters))
      assert.equal(originalToolId(id, kimi), id);
  });

  test('are hashed beyond 8,192 characters, and stay distinct', () => {
    const a = clientToolId('a'.repeat(8193), kimi);
    const b = clientToolId(`${'a'.repeat(8192)}b`, kimi);
    for (const id of [a, b]) {
      assert.match(id, pattern);
      assert.ok(id.length <= 64);
      assert.equal(originalToolId(id, kimi), id);
    }
    assert.notEqual(a, b);
    assert.equal(clientToolId('a'.repeat(8193), kimi), a);
  });

  test('are distinct for distinct ids', () => {
    fc.assert(
      fc.property(id, id, (a, b) => assert.equal(a === b, clientToolId(a, kimi) === clientToolId(b, kimi))),
    );
  });
});

describe('tool ids for an upstream', () => {
  test('obey its rules and depend only on the client’s ids', () => {
    const rules = fc.record({ max: fc.integer({ min: 9, max: 80 }), nine: fc.boolean() });
    fc.assert(
      fc.property(id, rules, (id, rules) => {
        const clientId = clientToolId(id, kimi);
        const sent = upstreamToolId(clientId, rules, other);
        assert.equal(upstreamToolId(clientId, rules, other), sent);
        assert.ok(sent !== '' && sent.length <= rules.max);
        assert.match(sent, rules.nine ? /^[A-Za-z0-9]{9}$/ : pattern);
        if (clientId !== id) assert.equal(upstreamToolId(clientId, rules, kimi), id);
      }),
      { numRuns: 2000 },
    );
  });

  type Row = [name: string, id: string, rules: ToolIdRules, origin: Origin, sent: string | RegExp];
  const long = `call_1|fc_${'0'.repeat(60)}`;
  const table: Row[] = [
    ['a valid id is unchanged', 'call_1', { max: 64 }, other, 'call_1'],
    ['an encoded id is restored for its origin', 'functions.Read:0', { max: 64 }, kimi, 'functions.Read:0'],
    ['an encoded id is restored even if it is too long', long, { max: 64 }, kimi, long],
    [
      'an encoded id is hashed for another upstream',
      'functions.Read:0',
      { max: 64 },
      other,
      /^call_[0-9a-z]{22}$/,
    ],
    [
      'an id that is too long for others is restored for its origin',
      'x'.repeat(65),
      { max: 64 },
      kimi,
      'x'.repeat(65),
    ],
    [
      'an id that is too long is hashed for another upstream',
      'x'.repeat(65),
      { max: 64 },
      other,
      /^call_[0-9a-z]{22}$/,
    ],
    ['nine alphanumeric characters are unchanged', 'AbCdEf123', { max: 64, nine: true }, other, 'AbCdEf123'],
    ['other ids become nine characters', 'call_1', { max: 64, nine: true }, other, /^[0-9a-z]{9}$/],
  ];
  for (const [name, id, rules, origin, sent] of table)
    test(name, () => {
      const found = upstreamToolId(clientToolId(id, kimi), rules, origin);
      if (typeof sent === 'string') assert.equal(found, sent);
      else assert.match(found, sent);
    });

  // A gateway hides Gemini's signature in the id: BerriAI/litellm#37849.
  test('with a signature inside return unchanged to their origin only', () => {
    for (const tail of ['A+/b'.repeat(450), 'A-_b'.repeat(450)]) {
      const hidden = `call_7f3a__thought__${tail}==`;
      const clientId = clientToolId(hidden, kimi);
      assert.match(clientId, pattern);
      assert.equal(upstreamToolId(clientId, { max: 64 }, kimi), hidden);
      assert.match(upstreamToolId(clientId, { max: 64 }, other), /^call_[0-9a-z]{22}$/);
    }
  });

  test('return unchanged to an origin whose own ids break its rules', () => {
    const rules = fc.record({ max: fc.integer({ min: 9, max: 80 }), nine: fc.boolean() });
    fc.assert(
      fc.property(id, rules, (id, rules) => {
        const clientId = clientToolId(id, kimi, rules);
        assert.match(clientId, pattern);
        assert.equal(upstreamToolId(clientId, rules, kimi), id);
      }),
      { numRuns: 2000 },
    );
  });

  test('are distinct for the same id of two origins', () => {
    const clientId = clientToolId('functions.Read:0', kimi);
    assert.notEqual(clientToolId('functions.Read:0', other), clientId);
    assert.equal(originalToolId(clientId, other), clientId);
  });

  test('of an earlier version without an origin are unchanged', () => {
    const old = 'toolu_occ1_ZnVuY3Rpb25zLlJlYWQ6MA';
    assert.equal(upstreamToolId(old, { max: 64 }, kimi), old);
  });
});

test('a derived id consists of the message id and the position', () => {
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

  test('decode to their exact origin and payload', () => {
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

  test('are not decoded if occ did not make them', () => {
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

test('the encoding of ids and signatures does not change', () => {
  assert.equal(clientToolId('functions.Read:0', kimi), 'toolu_occ2_h6v4uuZnVuY3Rpb25zLlJlYWQ6MA');
  assert.equal(
    tagSignature({ format: 'chat', provider: 'opencode-go', modelId: 'kimi-k3' }, 'S'),
    'occ1.Y2hhdC9vcGVuY29kZS1nby9raW1pLWsz.S',
  );
});
