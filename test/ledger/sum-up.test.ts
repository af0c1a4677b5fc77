/** Lines that are scanned add up to what `JSON.parse` makes of them, whatever a line contains. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineScanner } from '../../lib/ledger/line-scanner.ts';
import { toLedgerRecord, type LedgerRecord } from '../../lib/ledger/record.ts';
import { addSums, noSums, type Sums } from '../../lib/ledger/rows.ts';
import { sumUp } from '../../lib/ledger/sum-up.ts';
import { arrived, type AttemptRecord, type EndedRequest } from '../../lib/proxy/recent.ts';
import type { Spent } from '../../lib/proxy/spent.ts';
import { runsOf } from '../support/sampling.ts';
import { record } from './scratch.ts';
import { yearRecord } from './year.ts';

const day = '2026-11-29';

/** Whether the scanner knows the line. */
function isKnown(line: string): boolean {
  const bytes = Buffer.from(`${line}\n`);
  const scanner = new LineScanner(bytes);
  const known = scanner.scan(0);
  if (known) assert.equal(scanner.end, bytes.length);
  return known;
}

/** The same lines as `JSON.parse` reads them: the scanner knows no line that begins with a space. */
function parsed(file: Buffer): Buffer {
  const lines = file.toString('latin1').split('\n');
  return Buffer.from(lines.map((line) => (line === '' ? '' : ` ${line}`)).join('\n'), 'latin1');
}

function addUpAlike(file: Buffer): void {
  assert.deepEqual(sumUp(file, day), sumUp(parsed(file), day));
}

/** Most texts and numbers are those that the scanner knows, or it would know no whole line. */
const letters = fc.constantFrom('a', 'b/c', 'é', '日本', ' ', '"', '\\', '\u2028', '\u007f', '😀', '\ud800');
const oddName = fc.array(letters, { maxLength: 4 }).map((parts) => parts.join(''));
const name = fc.oneof({ weight: 30, arbitrary: fc.constantFrom('a', 'bé', '日本', '') }, oddName);
const key = fc.oneof({ weight: 30, arbitrary: fc.constantFrom('one', 'two', 'three/four') }, oddName);
const plainAmount = fc.oneof(
  fc.nat(100_000),
  fc.nat(1_000_000).map((whole) => whole / 10_000),
);
const oddAmount = fc.oneof(
  fc.double({ min: 0, max: 1000, noNaN: true }),
  fc.constantFrom(0, -1, 1e21, 1e-9, Number.MAX_SAFE_INTEGER, 0.1 + 0.2),
);
const amount = fc.oneof({ weight: 30, arbitrary: plainAmount }, oddAmount);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const use = fc.record({
  model: key,
  input: maybe(amount),
  cache_read: maybe(amount),
  cache_write: maybe(amount),
  cache_write_1h: maybe(amount),
  output: maybe(amount),
  reasoning: maybe(amount),
  cost: maybe(amount),
  cost_source: maybe(fc.constantFrom('provider', 'catalogue', 'configuration')),
  covered: maybe(amount),
  estimated: maybe(fc.constant(true)),
});

/** Records in the order of the fields in which the ledger writes them. */
const records = fc
  .record({
    v: fc.constant(1),
    at: fc.constant('2026-11-29T12:00:00.000Z'),
    id: name,
    by: name,
    session: maybe(key),
    agent: maybe(key),
    project: maybe(key),
    class: maybe(name),
    tier: maybe(name),
    asked: maybe(name),
    model: maybe(key),
    format: maybe(fc.constant('chat')),
    ending: fc.constantFrom('answered', 'refused', 'cut', 'left', 'answered?', 'lef'),
    ms: amount,
    first_ms: maybe(amount),
    token_ms: maybe(amount),
    attempts: maybe(fc.nat(3)),
    fallback_from: maybe(name),
    repairs: maybe(fc.nat(3)),
    uses: fc.oneof({ weight: 6, arbitrary: fc.tuple(use) }, maybe(fc.array(use, { maxLength: 2 }))),
  })
  .map((value) => {
    // Most requests are answered by the model that used the tokens.
    const own = value.uses?.[0]?.model;
    return JSON.stringify(own !== undefined && value.ms > 1 ? { ...value, model: own } : value);
  });

/** What a writer of something else, a bad disk or a person may leave. */
const inserted = fc.oneof(
  fc.constantFrom(...Array.from(' \n\r\t\0"\\{}[],:-.09+E')),
  fc.constantFrom(
    'e5',
    'null',
    'true',
    ',"session":"x"',
    ',"input":5',
    '"v":1,',
    '"ms":',
    '\\u0041',
    '\u00ff',
    '{}',
  ),
);
const damage = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), inserted });

function damaged(
  line: string,
  { share, cut, inserted: more }: { share: number; cut: number; inserted: string },
): string {
  const at = Math.floor(share * line.length);
  return line.slice(0, at) + more + line.slice(at + cut);
}

const lines = fc.oneof(
  { weight: 3, arbitrary: records },
  { weight: 2, arbitrary: fc.tuple(records, damage).map(([line, one]) => damaged(line, one)) },
);

test('most records of these tests are scanned', () => {
  const sample = fc.sample(records, { numRuns: 500, seed: 1 });
  const share = sample.filter(isKnown).length / sample.length;
  assert.ok(share > 0.4 && share < 0.9, String(share));
});

test('files of records and of damaged records add up to what JSON.parse makes of them', () => {
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 12 }), fc.constantFrom('', '\n'), (all, end) =>
      addUpAlike(Buffer.from(all.join('\n') + end)),
    ),
    runsOf(20_000),
  );
});

test('a byte that was changed, or the end that is missing, makes no difference between the two', () => {
  const { uses = [], ...rest } = yearRecord(day, 0);
  const used = { ...uses[0], covered: 0.5, estimated: true };
  const text = JSON.stringify({ ...rest, fallback_from: 'a/b', repairs: 2, uses: [used] });
  assert.ok(isKnown(text));
  const line = `${text}\n`;
  const before = Buffer.from(line);
  for (let at = 0; at < before.length; at++) {
    for (const byte of [0x00, 0x0a, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x37, 0x5c, 0x5d, 0x7d, 0xc3, 0xff]) {
      const changed = Buffer.from(line);
      changed[at] = byte;
      addUpAlike(Buffer.concat([before, changed, before]));
    }
    addUpAlike(Buffer.concat([before, before.subarray(0, at)]));
    // One byte less, and one twice.
    addUpAlike(Buffer.concat([before.subarray(0, at), before.subarray(at + 1), before]));
    addUpAlike(Buffer.concat([before.subarray(0, at + 1), before.subarray(at), before]));
  }
});

test('every number of a line counts exactly, and only a number of JSON', () => {
  const values = [
    '0',
    '7',
    '0.1',
    '0.0123',
    '12.34',
    '123456789012345',
    '0.00000000000001',
    '1234567.12345678',
  ];
  const others = [
    '007',
    '1.',
    '.5',
    '-1',
    '+1',
    '1e5',
    '1E-5',
    '0x1',
    '',
    ' 1',
    '1 ',
    '1234567890123456',
    'NaN',
    '""',
  ];
  for (const name of ['ms', 'first_ms', 'token_ms', 'attempts', 'input', 'cache_read', 'output', 'cost'])
    for (const value of [...values, ...others]) {
      const line = JSON.stringify(yearRecord(day, 0)).replace(
        new RegExp(`"${name}":[^,}]*`),
        `"${name}":${value}`,
      );
      addUpAlike(Buffer.from(`${line}\n${line}\n`));
      assert.equal(isKnown(line), values.includes(value), line);
    }
});

test('fields that stand twice, in another order or with other names are left to JSON.parse', () => {
  const line = JSON.stringify(yearRecord(day, 0));
  const changes: [string, string][] = [
    ['"tier":"sonnet"', '"tier":"sonnet","tier":"opus"'],
    ['"attempts":1', '"attempts":1,"attempts":5'],
    ['"output":321', '"output":321,"output":1'],
    ['"format":"chat","ending":"answered"', '"ending":"answered","format":"chat"'],
    ['"cost":0.0123', '"cost":0.0123,"currency":"EUR"'],
    ['"v":1', '"v":2'],
    ['"v":1', '"v":1.0'],
    ['"id":"req', '"id":["req"],"x":"'],
    ['"class":"main"', '"class":null'],
    ['"class":"main"', '"class":"m\\u0061in"'],
    ['"uses":[{', '"uses":[{},{'],
    ['"uses":[', '"uses":[["x"],'],
    ['{"v"', '{ "v"'],
  ];
  for (const [from, to] of changes) {
    const changed = line.replace(from, to);
    assert.notEqual(changed, line, from);
    assert.equal(isKnown(changed), false, changed);
    addUpAlike(Buffer.from(`${line}\n${changed}\n${line}\n`));
  }
});

test('sessions, agents, projects and models whose texts together are the same are not mixed up', () => {
  const of = (more: Partial<LedgerRecord>) => {
    const { v, at, id, by, ...rest } = record('req');
    return JSON.stringify({ v, at, id, by, ...more, model: more.model ?? 'm', ...rest });
  };
  const all = [
    of({ session: 'ab' }),
    of({ agent: 'ab' }),
    of({ project: 'ab' }),
    of({ session: 'a', agent: 'b' }),
    of({ session: 'a', project: 'b' }),
    of({ agent: 'a', project: 'b' }),
    of({ session: 'a', model: 'bm' }),
    // Equal hashes in the way of Java.
    of({ session: 'Aa' }),
    of({ session: 'BB' }),
  ];
  assert.ok(all.every(isKnown));
  const { rows, unreadable } = sumUp(Buffer.from(all.concat(all).join('\n')), day);
  assert.deepEqual([rows.length, unreadable], [all.length, 0]);
  assert.deepEqual(
    rows.map(({ requests }) => requests),
    all.map(() => 2),
  );
});

test('what the ledger writes is scanned, unless two upstreams used something', () => {
  const used = { input: 5, cacheRead: 1, cacheWrite: 2, cacheWrite1h: 1, output: 3, reasoning: 1 };
  const priced = {
    ...used,
    cost: 0.01,
    costSource: 'catalogue' as const,
    covered: 0.5,
    estimated: true as const,
  };
  const attempt = (model: string, spent?: Spent): AttemptRecord => ({
    model,
    format: 'chat',
    outcome: 'answered',
    ms: 9,
    firstContentMs: 1,
    finishedMs: 9,
    ...(spent && { spent }),
  });
  const ended = (...attempts: AttemptRecord[]): EndedRequest => ({
    ...arrived('req_1', '2026-11-29T12:00:00.000Z'),
    ms: 12,
    session: 'a-session',
    project: '/home/me/ein Ordner für occ',
    ending: 'answered',
    answered: { model: 'a/one', provider: 'a', format: 'chat' },
    attempts,
  });
  const known = (...attempts: AttemptRecord[]) =>
    isKnown(JSON.stringify(toLedgerRecord(ended(...attempts), { by: 'a1b2c3d4' })));
  assert.ok(known(attempt('a/one', priced)));
  assert.ok(known(attempt('b/two'), attempt('a/one', used)));
  assert.ok(known(attempt('a/one')));
  assert.ok(!known(attempt('b/two', priced), attempt('a/one', used)));
});

test('sums are added name by name', () => {
  const ones = Object.fromEntries(Object.keys(noSums()).map((each, at) => [each, at + 1])) as unknown as Sums;
  const sums = noSums();
  addSums(sums, ones);
  assert.deepEqual(sums, ones);
});
