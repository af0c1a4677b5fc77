import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorder, recorderLimits, type RecorderLimits } from '../../../lib/proxy/recording/recorder.ts';
import type { RecordingStart } from '../../../lib/proxy/recording/recording.ts';
import type { Tape } from '../../../lib/proxy/recording/tape.ts';
import { manualClock } from '../../support/clock.ts';

const kilobyte = 1024;

/** What a recorder is given of a request whose body has this many bytes. */
const startOf = (bytes: number) => given(Buffer.alloc(bytes));
const given = (body: Buffer): [RecordingStart, Buffer] => [
  { headers: {} } as unknown as RecordingStart,
  body,
];

const textsIn = (body: Tape | undefined): string[] =>
  (body?.pieces() ?? []).map(({ bytes }) => bytes.toString());

function recorderOf(limits: Partial<RecorderLimits> = {}) {
  const clock = manualClock();
  return { clock, recorder: recorder(clock, { ...recorderLimits, ...limits }) };
}

test('what is written is kept with the time since the arrival', () => {
  const { clock, recorder } = recorderOf();
  clock.advance(100);
  const open = recorder.begin('req_1', 40, ...startOf(10));
  open.head(200, { a: 'b' });
  open.wrote('one');
  clock.advance(5);
  open.wrote('two');
  recorder.end('req_1');
  const kept = recorder.find('req_1');
  assert(kept?.ended);
  assert.deepEqual([kept.reply.status, kept.reply.headers], [200, { a: 'b' }]);
  const pieces = kept.reply.body.pieces();
  assert.deepEqual(
    pieces.map(({ ms }) => ms),
    [60, 65],
  );
  assert.deepEqual(textsIn(kept.reply.body), ['one', 'two']);
});

test('the latest recording is found by the start of its id', () => {
  const { recorder } = recorderOf();
  for (const id of ['req_a1', 'req_a2', 'req_b']) recorder.begin(id, 0, ...startOf(1));
  assert.equal(recorder.find('req_a')?.id, 'req_a2');
  assert.equal(recorder.find('')?.id, 'req_b');
  assert.equal(recorder.find('req_c'), undefined);
  assert.deepEqual(
    recorder.list().map(({ id }) => id),
    ['req_b', 'req_a2', 'req_a1'],
  );
});

test('what ended first makes room', () => {
  const { recorder } = recorderOf({ total: 100 * kilobyte, each: 100 * kilobyte });
  for (const id of ['a', 'b', 'c']) {
    recorder.begin(id, 0, ...startOf(30 * kilobyte));
    if (id !== 'a') recorder.end(id);
  }
  assert.deepEqual(
    recorder.list().map(({ id }) => id),
    ['c', 'a'],
    'a still runs',
  );
});

test('a recording that becomes too large keeps its beginning', () => {
  const { recorder } = recorderOf({ each: 20 * kilobyte });
  const open = recorder.begin('req_1', 0, ...startOf(900));
  for (let i = 0; i < 30; i++) open.wrote('x'.repeat(kilobyte));
  open.wrote('short');
  const kept = recorder.find('req_1');
  assert(kept);
  const texts = textsIn(kept.reply.body);
  assert(texts.length < 20 && texts.length > 10);
  assert.equal(texts.length + kept.dropped, 31);
  assert(!texts.includes('short'));
});

test('requests that run at once share the room, and none is stopped', () => {
  const { recorder } = recorderOf({ total: 200 * kilobyte });
  const open = Array.from({ length: 30 }, (_, i) => recorder.begin(`req_${i}`, 0, ...startOf(kilobyte)));
  for (let i = 0; i < 20; i++) for (const one of open) one.wrote('x'.repeat(kilobyte));
  const bytes = recorder
    .list()
    .flatMap(({ reply }) => textsIn(reply.body))
    .join('').length;
  assert(bytes > 20 * kilobyte && bytes < 200 * kilobyte, `${bytes} bytes`);
});

test('a body that is larger than a recording is not recorded', () => {
  const { recorder } = recorderOf({ each: 20 * kilobyte });
  recorder.begin('req_1', 0, ...startOf(30 * kilobyte)).wrote('x');
  assert.deepEqual(recorder.list(), []);
  recorder.end('req_1');
  assert.equal(recorder.find('req_1'), undefined);
});

test('the body of the request comes back, however long it is', () => {
  const { recorder } = recorderOf();
  for (const size of [0, 1, 4000, 4080, 4081, 200_000]) {
    const body = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
    recorder.begin(`req_${size}`, 0, ...given(body)).wrote('x'.repeat(5000));
    assert.deepEqual(textsIn(recorder.find(`req_${size}`)?.body), [body.toString()]);
  }
});

for (const byList of [false, true])
  test(`memory is used again, but not that of a recording that somebody ${byList ? 'has listed' : 'has found'}`, () => {
    const { recorder } = recorderOf({ total: 30 * kilobyte });
    const record = (id: string) => {
      const open = recorder.begin(id, 0, ...given(Buffer.from(`body of ${id}`)));
      open.wrote(`reply of ${id}`.repeat(100));
      recorder.end(id);
      return open;
    };
    const late = record('req_0');
    record('req_1');
    const had = byList ? recorder.list()[0] : recorder.find('req_1');
    assert(had);
    const before = [textsIn(had.body), textsIn(had.reply.body)];
    for (let i = 2; i < 100; i++) record(`req_${i}`);
    assert.equal(recorder.find('req_1'), undefined, 'it was removed');
    assert.deepEqual([textsIn(had.body), textsIn(had.reply.body)], before);
    // What still arrives for one that was removed goes nowhere.
    late.wrote('late'.repeat(500));
    for (const { id, body, reply } of recorder.list()) {
      assert.deepEqual(textsIn(body), [`body of ${id}`]);
      assert.deepEqual(textsIn(reply.body), [`reply of ${id}`.repeat(100)]);
    }
  });

test('a recording that has ended and still grows is removed, and nothing of it is counted any more', () => {
  const { recorder } = recorderOf({ total: 60 * kilobyte });
  const open = Array.from({ length: 5 }, (_, i) => recorder.begin(`req_${i}`, 0, ...startOf(10)));
  for (let round = 0; round < 30; round++) {
    const late = recorder.begin('req_late', 0, ...startOf(10));
    recorder.end('req_late');
    assert.equal(recorder.list().length, 6, `round ${round}`);
    for (let i = 0; i < 30; i++) late.wrote('x'.repeat(kilobyte));
    assert.equal(recorder.list().length, 5);
  }
  for (const one of open) one.wrote('x');
  assert(recorder.list().every(({ reply }) => textsIn(reply.body).join('') === 'x'));
});
