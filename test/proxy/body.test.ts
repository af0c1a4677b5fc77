/** Reading a body by its events: order, pauses, and each way in which the reading ends. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { readBounded, readStream } from '../../lib/proxy/body.ts';
import { bodyOf } from '../support/bodies.ts';

const text = (piece: Uint8Array): string => Buffer.from(piece).toString();

test('the next piece and the end wait for a promise', async () => {
  const source = new PassThrough();
  const taken: string[] = [];
  let release = (): void => {};
  const reading = readStream(source, (piece) => {
    taken.push(text(piece));
    return new Promise((resolve) => (release = () => resolve(true)));
  });
  source.write('a');
  await setImmediate();
  source.write('b');
  source.end();
  await setImmediate();
  assert.deepEqual(taken, ['a']);
  release();
  await setImmediate();
  assert.deepEqual(taken, ['a', 'b']);
  let ended = false;
  void reading.then(() => (ended = true));
  await setImmediate();
  assert.equal(ended, false);
  release();
  await reading;
});

test('an error that arrives while a piece is taken is rejected after it, as it is described', async () => {
  const source = new PassThrough();
  let release = (): void => {};
  const waits = new Promise<boolean>((resolve) => (release = () => resolve(true)));
  let failed: unknown;
  const reading = readStream(
    source,
    () => waits,
    () => new Error('described'),
  ).catch((error: unknown) => (failed = error));
  source.write('a');
  await setImmediate();
  source.destroy(new Error('reset'));
  await setImmediate();
  assert.equal(failed, undefined);
  release();
  await reading;
  assert.match(String(failed), /described/);
});

test('false ends the reading at once, and what the reader throws is rejected as it is', async () => {
  for (const later of [false, true]) {
    const stopped = new PassThrough();
    stopped.write('a');
    await readStream(stopped, () => (later ? Promise.resolve(false) : false));
    assert(stopped.destroyed);
    const broken = new PassThrough();
    broken.write('a');
    const fault = new Error('a fault');
    const take = (): Promise<boolean> => {
      if (!later) throw fault;
      return Promise.reject(fault);
    };
    await assert.rejects(
      readStream(broken, take, () => new Error('described')),
      fault,
    );
    assert(broken.destroyed);
  }
});

test('a body that breaks off without an error is not a whole one', async () => {
  const source = new PassThrough();
  const reading = readStream(source, () => true);
  source.destroy();
  await assert.rejects(reading, /Premature close/);
});

test('a bounded body ends soon after its limit', async () => {
  let sent = 0;
  const endless = function* (): Iterable<Uint8Array> {
    for (;;) {
      sent += 65_536;
      yield Buffer.alloc(65_536, 'x');
    }
  };
  const read = await readBounded(bodyOf(endless()));
  assert(read.length > 256 * 1024 && read.length < 512 * 1024, `${read.length}`);
  assert(sent < 2 * 1024 * 1024, `${sent}`);
});
