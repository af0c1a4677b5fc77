/** Reads the log across its rotated files, and follows it through rotations. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseLogLine, readLog } from '../../lib/log/read-log.ts';
import { waitUntil } from '../support/limits.ts';

function logIn(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'occ-log-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'occ.log');
}

async function allOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const read of readLog(path)) lines.push(read === 'caught up' ? '(end)' : read.line);
  return lines;
}

test('rotated files come first, the oldest one before all', async (t) => {
  const path = logIn(t);
  assert.deepEqual(await allOf(path), ['(end)'], 'no file');
  writeFileSync(`${path}.10`, 'a\n');
  writeFileSync(`${path}.2`, 'b\nc\n');
  writeFileSync(`${path}.1`, 'd\n');
  writeFileSync(`${path}.old`, 'no log\n');
  writeFileSync(path, 'e\nün');
  assert.deepEqual(
    await allOf(path),
    ['a', 'b', 'c', 'd', 'e', '(end)'],
    'a line without its end is not whole',
  );
});

test('following continues in the middle of a line, and through several rotations', async (t) => {
  const path = logIn(t);
  writeFileSync(path, 'a\nhalf of ');
  const stopped = new AbortController();
  // Also after a failure, so that the test ends.
  t.after(() => stopped.abort());
  const lines: string[] = [];
  const reading = (async () => {
    for await (const read of readLog(path, { follow: true, signal: stopped.signal, pollMs: 1 }))
      lines.push(read === 'caught up' ? '(end)' : read.line);
  })();
  const reached = (line: string) => waitUntil(() => lines.includes(line), line);
  await reached('(end)');
  appendFileSync(path, 'a line\n');
  await reached('half of a line');
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, 'last of the old\n');
  renameSync(`${path}.1`, `${path}.2`);
  writeFileSync(`${path}.1`, 'between\n');
  writeFileSync(path, 'new\n');
  await reached('new');
  appendFileSync(path, 'newer\n');
  await reached('newer');
  stopped.abort();
  await reading;
  assert.deepEqual(lines, ['a', '(end)', 'half of a line', 'last of the old', 'between', 'new', 'newer']);
});

test('a torn or foreign line is no entry of the log', () => {
  const line = '{"time":"2026-11-29T10:00:00.000Z","pid":1,"level":"info","event":"request","new":[1]}';
  assert.equal(parseLogLine(line)?.event, 'request');
  for (const other of ['', line.slice(0, 40), 'null', '[]', '{"level":"info"}', line.replace('info', 'loud')])
    assert.equal(parseLogLine(other), undefined, other);
});
