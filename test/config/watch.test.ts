/** Changes of the configuration as editors, package managers and users make them, on the real file system. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchConfig, type WatchOptions } from '../../lib/config/watch.ts';
import { waitUntil } from '../support/limits.ts';
import { put, scratchHome } from './scratch.ts';

/** Long enough for the steps of one test to form one burst. */
const quietMs = 60;

interface Watching {
  dir: string;
  file: string;
  /** Resolves if exactly this many changes are reported, else fails. */
  reported(times: number): Promise<void>;
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
    async reported(times) {
      await waitUntil(() => changes >= times, `${times} changes`);
      await sleep(quietMs * 3);
      assert.equal(changes, times);
    },
    close: () => watch.close(),
  };
}

const there = (dir: string): string => put(join(dir, 'occ/config.json'), '{}');

const ways: Record<string, { before?: (dir: string) => string; act: (at: Watching) => void }> = {
  overwritten: { act: ({ file }) => writeFileSync(file, '{ "port": 1 }') },
  'replaced by renaming, as editors do': {
    act: ({ file }) => {
      writeFileSync(`${file}.tmp`, '{ "port": 1 }');
      renameSync(`${file}.tmp`, file);
    },
  },
  'moved away and written again, as other editors do': {
    act: ({ file }) => {
      renameSync(file, `${file}~`);
      writeFileSync(file, '{ "port": 1 }');
      unlinkSync(`${file}~`);
    },
  },
  removed: { act: ({ file }) => unlinkSync(file) },
  created: {
    before: (dir) => {
      mkdirSync(join(dir, 'occ'));
      return join(dir, 'occ/config.json');
    },
    act: ({ file }) => writeFileSync(file, '{}'),
  },
  'created with its directories': {
    before: (dir) => join(dir, 'a/b/occ/config.json'),
    act: ({ file }) => void put(file, {}),
  },
  'a link whose target is changed': {
    before: (dir) => {
      put(join(dir, 'dotfiles/occ.json'), '{}');
      mkdirSync(join(dir, 'occ'));
      symlinkSync('../dotfiles/occ.json', join(dir, 'occ/config.json'));
      return join(dir, 'occ/config.json');
    },
    act: ({ dir }) => void put(join(dir, 'dotfiles/occ.json'), '{ "port": 1 }'),
  },
  'a link that gets another target': {
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

describe('a change is reported once', () => {
  for (const [how, { before = there, act }] of Object.entries(ways)) {
    test(`the file is ${how}`, async (t) => {
      const at = watching(t, before);
      act(at);
      await at.reported(1);
      // The next change is reported as well.
      put(at.file, '{ "port": 22 }');
      await at.reported(2);
    });
  }

  test('another of the files is created', async (t) => {
    const at = watching(t, there);
    put(join(at.dir, 'other/config.json'), {});
    await at.reported(1);
  });
});

describe('nothing is reported', () => {
  test('for other files in the directory', async (t) => {
    const at = watching(t, there);
    put(join(at.dir, 'occ/config.json.bak'), {});
    put(join(at.dir, 'occ/.config.json.swp'), {});
    await at.reported(0);
  });

  test('after the watch is closed', async (t) => {
    const at = watching(t, there);
    put(at.file, '{ "port": 1 }');
    at.close();
    rmSync(at.file);
    await at.reported(0);
  });
});

test('a change between reading the settings and watching is reported', async (t) => {
  await watching(t, there, { since: Date.now() - 60_000 }).reported(1);
  await watching(t, there, { since: Date.now() + 60_000 }).reported(0);
});

test('the files are polled if the system cannot watch', async (t) => {
  const at = watching(t, there, {
    pollMs: 20,
    quietMs: 10,
    watchDirectory: () => {
      throw Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
    },
  });
  put(at.file, '{ "port": 1 }');
  await at.reported(1);
});
