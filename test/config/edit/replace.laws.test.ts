import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { replaceConfig, withConfigLocked } from '../../../lib/config/edit/replace.ts';
import { put, scratchHome } from '../scratch.ts';
import { hangMs } from '../../support/limits.ts';
import { exhaustive } from '../../support/sampling.ts';
import { textOf } from './writer.ts';

const posix = { skip: process.platform === 'win32' && 'Windows has neither modes nor signals' };

test('the previous text is kept as a private backup', posix, (t) => {
  const file = put(join(scratchHome(t), 'config.json'), 'old');
  const replaced = replaceConfig({ file, before: Buffer.from('old'), after: 'new' });
  assert.deepEqual(replaced, { kind: 'written', backup: `${file}.bak` });
  assert.deepEqual([readFileSync(file, 'utf8'), readFileSync(`${file}.bak`, 'utf8')], ['new', 'old']);
  assert.equal(statSync(`${file}.bak`).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dirname(file)).sort(), ['config.json', 'config.json.bak']);
});

test('a file that has changed is not overwritten', (t) => {
  const file = put(join(scratchHome(t), 'config.json'), 'theirs');
  assert.deepEqual(replaceConfig({ file, before: Buffer.from('old'), after: 'new' }), { kind: 'overtaken' });
  assert.deepEqual(replaceConfig({ file, before: undefined, after: 'new' }), { kind: 'overtaken' });
  const gone = join(dirname(file), 'gone.json');
  assert.deepEqual(replaceConfig({ file: gone, before: Buffer.from('old'), after: 'new' }), {
    kind: 'overtaken',
  });
  assert.deepEqual(readdirSync(dirname(file)), ['config.json']);
  assert.equal(readFileSync(file, 'utf8'), 'theirs');
});

test('the target of a link is replaced, and its backup is beside the link', posix, (t) => {
  const home = scratchHome(t);
  const real = put(join(home, 'dotfiles/occ.json'), 'old');
  const file = join(home, 'config.json');
  symlinkSync(real, file);
  replaceConfig({ file, before: Buffer.from('old'), after: 'new' });
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(readFileSync(real, 'utf8'), 'new');
  assert.deepEqual(readdirSync(dirname(real)), ['occ.json']);
  assert.equal(readFileSync(`${file}.bak`, 'utf8'), 'old');
});

test('only one writer runs at a time, and the lock is released after an error', async (t) => {
  const home = scratchHome(t);
  const place = { file: join(home, 'config.json'), configDir: home };
  let working = 0;
  const work = async (): Promise<void> => {
    assert.equal(++working, 1);
    await wait(5);
    working--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withConfigLocked(place, work)));
  const failing = withConfigLocked(place, () => Promise.reject(new RangeError('a bug')));
  await assert.rejects(failing, RangeError);
  assert.deepEqual(readdirSync(home), []);
});

test('the lock of a process that has ended or sleeps is taken over', async (t) => {
  const home = scratchHome(t);
  const place = { file: join(home, 'config.json'), configDir: home };
  const lock = `${place.file}.lock`;
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  writeFileSync(lock, String(child.pid));
  assert.equal(await withConfigLocked(place, () => 'done'), 'done');
  writeFileSync(lock, String(process.pid));
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(lock, longAgo, longAgo);
  assert.equal(await withConfigLocked(place, () => 'done'), 'done');
  assert.deepEqual(readdirSync(home), []);
});

test('a writer that is killed at any moment leaves a complete file', posix, async (t) => {
  const home = scratchHome(t);
  const file = put(join(home, 'config.json'), textOf(0));
  const writer = fileURLToPath(new URL('writer.ts', import.meta.url));
  let writes = 0;
  for (let round = 0; round < (exhaustive ? 24 : 8); round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', writer, file, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: hangMs,
    });
    const wanted = 2 + Math.floor(Math.random() * 6);
    for (let heard = 0; heard < wanted;) heard += ((await once(child.stdout, 'data')) as [Buffer])[0].length;
    await wait(Math.random() * 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const path of [file, `${file}.bak`]) {
      const text = readFileSync(path, 'utf8');
      const { number } = JSON.parse(text) as { number: number };
      assert.equal(text, textOf(number));
      writes = Math.max(writes, number);
    }
  }
  // The writer had started its work.
  assert.ok(writes > 1);
  // The next writer takes over the lock and removes the temporary files.
  writeFileSync(`${file}.0123456789ab.tmp`, 'half');
  const before = readFileSync(file);
  await withConfigLocked({ file, configDir: home }, () => replaceConfig({ file, before, after: 'new' }));
  assert.deepEqual(readdirSync(home).sort(), ['config.json', 'config.json.bak']);
});
