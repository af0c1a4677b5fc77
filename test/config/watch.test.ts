/** Changes of the configuration as editors, package managers and people make them, on the real file system. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchConfig, type WatchOptions } from '../../lib/config/watch.ts';
import { put, scratchHome } from './scratch.ts';

/** Long enough for the steps of one test to be one burst. */
const quietMs = 60;

interface Watching {
  dir: string;
  file: string;
  /** Resolves when so many changes have been told, and a while later no more; fails when they do not come. */
  told(times: number): Promise<void>;
  close(): void;
}

function watching(
  t: TestContext,
  prepare: (dir: string) => string,
  more: Partial<WatchOptions> = {},
): Watching {
  const dir = scratchHome(t);
  const file = prepare(dir);
  let changes = 0;
  const watch = watchConfig({
    files: [file, join(dir, 'other/config.json')],
    onChange: () => changes++,
    quietMs,
    ...more,
  });
  t.after(() => watch.close());
  return {
    dir,
    file,
    async told(times) {
      for (const end = performance.now() + 5000; performance.now() < end; await sleep(5))
        if (changes >= times) break;
      await sleep(quietMs * 3);
      assert.equal(changes, times);
    },
    close: () => watch.close(),
  };
}

const there = (dir: string): string => put(join(dir, 'occ/config.json'), '{}');

const ways: Record<string, { before?: (dir: string) => string; act: (at: Watching) => void }> = {
  'written over': { act: ({ file }) => writeFileSync(file, '{ "port": 1 }') },
  'replaced by renaming, as editors do': {
    act: ({ file }) => {
      writeFileSync(`${file}.tmp`, '{ "port": 1 }');
      renameSync(`${file}.tmp`, file);
    },
  },
  'moved away and written anew, as others do': {
    act: ({ file }) => {
      renameSync(file, `${file}~`);
      writeFileSync(file, '{ "port": 1 }');
      unlinkSync(`${file}~`);
    },
  },
  removed: { act: ({ file }) => unlinkSync(file) },
  'made where there was none': {
    before: (dir) => {
      mkdirSync(join(dir, 'occ'));
      return join(dir, 'occ/config.json');
    },
    act: ({ file }) => writeFileSync(file, '{}'),
  },
  'made with its directories': {
    before: (dir) => join(dir, 'a/b/occ/config.json'),
    act: ({ file }) => void put(file, {}),
  },
  'behind a link, changed where it is': {
    before: (dir) => {
      put(join(dir, 'dotfiles/occ.json'), '{}');
      mkdirSync(join(dir, 'occ'));
      symlinkSync('../dotfiles/occ.json', join(dir, 'occ/config.json'));
      return join(dir, 'occ/config.json');
    },
    act: ({ dir }) => void put(join(dir, 'dotfiles/occ.json'), '{ "port": 1 }'),
  },
  'behind a link that comes to point elsewhere': {
    before: (dir) => {
      put(join(dir, 'one.json'), '{}');
      put(join(dir, 'two.json'), '{ }');
      symlinkSync('one.json', join(dir, 'config.json'));
      return join(dir, 'config.json');
    },
    act: ({ dir, file }) => {
      symlinkSync('two.json', join(dir, 'new'));
      renameSync(join(dir, 'new'), file);
    },
  },
  'in a directory that is replaced as a whole': {
    before: there,
    act: ({ dir, file }) => {
      put(join(dir, 'new/config.json'), '{ "port": 1 }');
      renameSync(join(dir, 'occ'), join(dir, 'old'));
      renameSync(join(dir, 'new'), join(dir, 'occ'));
      assert.ok(file.startsWith(join(dir, 'occ')));
    },
  },
};

describe('a change is told once', () => {
  for (const [how, { before = there, act }] of Object.entries(ways)) {
    test(`the file is ${how}`, async (t) => {
      const at = watching(t, before);
      act(at);
      await at.told(1);
      // Whatever was replaced, the next change is seen as well.
      put(at.file, '{ "port": 22 }');
      await at.told(2);
    });
  }

  test('the other place comes to have a file', async (t) => {
    const at = watching(t, there);
    put(join(at.dir, 'other/config.json'), {});
    await at.told(1);
  });
});

describe('nothing is told', () => {
  test('of other files beside it', async (t) => {
    const at = watching(t, there);
    put(join(at.dir, 'occ/config.json.bak'), {});
    put(join(at.dir, 'occ/.config.json.swp'), {});
    await at.told(0);
  });

  test('once it is closed', async (t) => {
    const at = watching(t, there);
    put(at.file, '{ "port": 1 }');
    at.close();
    rmSync(at.file);
    await at.told(0);
  });
});

test('what changed before it was watched is told, if that was after the settings were read', async (t) => {
  await watching(t, there, { since: Date.now() - 60_000 }).told(1);
  await watching(t, there, { since: Date.now() + 60_000 }).told(0);
});

test('where the system cannot watch, a look now and then does it', async (t) => {
  const at = watching(t, there, {
    pollMs: 20,
    quietMs: 10,
    watchDirectory: () => {
      throw Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
    },
  });
  put(at.file, '{ "port": 1 }');
  await at.told(1);
});
