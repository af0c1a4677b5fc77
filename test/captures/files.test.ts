import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { captureFiles, type CaptureFiles } from '../../lib/captures/files.ts';
import type { Recording } from '../../lib/proxy/recording/recording.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';

const limits = { maxFiles: 10, maxBytes: 1_000_000 };

function stateDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-captures-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Recordings of as many answered requests, oldest first. */
async function recordings(number: number): Promise<Recording[]> {
  await using world = await proxyOver({ models: [modelOf('only')] });
  for (let i = 0; i < number; i++) {
    const content = `a secret-plan, number ${i}`;
    await world.send(requestBody({ messages: [{ role: 'user', content }] }));
  }
  return world.proxy.recordings.list().reverse();
}

function written(dir: string): { names: string[]; text: string } {
  const names = readdirSync(join(dir, 'captures')).toSorted();
  return { names, text: names.map((name) => readFileSync(join(dir, 'captures', name), 'utf8')).join('\n') };
}

async function keepAll(
  files: CaptureFiles,
  all: readonly Recording[],
  what: 'capture' | 'skeleton',
  most = limits,
) {
  for (const one of all) files.keep(one, what, most);
  await files.settled();
}

test('a capture is private and holds the text, a skeleton holds none of it', async (t) => {
  const dir = stateDir(t);
  const all = await recordings(1);
  const files = captureFiles(dir, assert.fail);
  await keepAll(files, all, 'skeleton');
  assert.doesNotMatch(written(dir).text, /secret|plan|number/);
  assert.match(written(dir).text, /"content_block_delta"/);
  await keepAll(files, all, 'capture');
  const { names, text } = written(dir);
  assert.match(text, /a secret-plan, number 0/);
  assert.doesNotMatch(text, /token-of-this-launch/);
  assert.equal(names.length, 2);
  for (const name of names) assert.equal(statSync(join(dir, 'captures', name)).mode & 0o777, 0o600);
  assert.equal(statSync(join(dir, 'captures')).mode & 0o777, 0o700);
});

test('the oldest of each kind make room', async (t) => {
  const dir = stateDir(t);
  const all = await recordings(5);
  const files = captureFiles(dir, assert.fail);
  await keepAll(files, all, 'skeleton');
  await keepAll(files, all, 'capture', { ...limits, maxFiles: 2 });
  const { names, text } = written(dir);
  assert.equal(names.filter((name) => name.endsWith('.skeleton.json')).length, 5);
  assert.equal(names.length, 7);
  assert.match(text, /number 3[^]*number 4/);
  assert.doesNotMatch(text, /number 2/);
});

test('a capture that is larger than the limit is not written, and named as the failure', async (t) => {
  const dir = stateDir(t);
  const reasons: string[] = [];
  const files = captureFiles(dir, (reason) => reasons.push(reason));
  const all = await recordings(2);
  await keepAll(files, all, 'capture', { ...limits, maxBytes: 100 });
  assert.deepEqual(readdirSync(dir), []);
  assert.equal(reasons.length, 1, reasons.join('\n'));
  assert.match(reasons[0] ?? '', /^req_\w+ has \d+ bytes, more than the 100 of one file$/);
  assert.ok(files.failure()?.startsWith(all[1]?.id ?? '?'), 'the latest one');
});

test('a folder that cannot be written is reported once, and written again when it can be', async (t) => {
  const dir = stateDir(t);
  writeFileSync(join(dir, 'captures'), 'a file in its place');
  const reasons: string[] = [];
  const files = captureFiles(dir, (reason) => reasons.push(reason));
  const all = await recordings(3);
  await keepAll(files, all, 'capture');
  await keepAll(files, all, 'skeleton');
  assert.equal(reasons.length, 1, reasons.join('\n'));
  assert.match(reasons[0] ?? '', /captures/);
  assert.equal(files.failure(), reasons[0]);
  rmSync(join(dir, 'captures'));
  await keepAll(files, all, 'capture');
  assert.equal(written(dir).names.length, 3);
  assert.equal(files.failure(), undefined);
});

test('a probe finds out whether there is room, and leaves nothing', async (t) => {
  const dir = stateDir(t);
  const reasons: string[] = [];
  const files = captureFiles(dir, (reason) => reasons.push(reason));
  writeFileSync(join(dir, 'captures'), 'a file in its place');
  await files.probe();
  assert.deepEqual([reasons.length, files.failure()], [1, reasons[0]]);
  rmSync(join(dir, 'captures'));
  await files.probe();
  assert.equal(files.failure(), undefined);
  assert.deepEqual(written(dir).names, []);
});

test('a link in the folder is not followed', async (t) => {
  const dir = stateDir(t);
  const [one] = await recordings(1);
  assert(one);
  const elsewhere = join(dir, 'elsewhere');
  writeFileSync(elsewhere, 'untouched');
  mkdirSync(join(dir, 'captures'));
  const name = `${one.start.record.at.replace(/[:.]/g, '-')}-${one.id}.json`;
  symlinkSync(elsewhere, join(dir, 'captures', name));
  chmodSync(join(dir, 'captures'), 0o777);
  await keepAll(captureFiles(dir, assert.fail), [one], 'capture');
  assert.equal(readFileSync(elsewhere, 'utf8'), 'untouched');
  assert.match(written(dir).text, /secret-plan/);
  assert.equal(statSync(join(dir, 'captures')).mode & 0o777, 0o700);
});
