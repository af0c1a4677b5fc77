/** The commands that an invalid configuration leads to read the file that the user has named. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../lib/config/config-error.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { put, scratchHome } from './scratch.ts';

const cases: readonly (readonly [name: string, content: unknown, remedy: (option: string) => string])[] = [
  ['broken JSON', '{ "port": ', (option) => `correct it, then run occ config check${option}`],
  [
    'a value of a wrong type',
    { retry: 5 },
    (option) => `correct it (occ config edit${option}), then run occ config check${option}`,
  ],
  [
    'a port too large',
    { port: 70_000 },
    (option) => `correct it (occ config edit${option}), then run occ config check${option}`,
  ],
];

for (const [name, content, remedy] of cases)
  test(name, async (t) => {
    const home = scratchHome(t);
    const named = put(join(home, "somebody's files/mine.json"), content);
    put(join(home, '.config/occ/config.json'), content);
    const remedyOf = async (configFile?: string): Promise<string> => {
      const error = await loadSettings({ configFile, env: {}, home }).catch((thrown: unknown) => thrown);
      assert(error instanceof ConfigError, String(error));
      return error.remedy;
    };
    assert.equal(await remedyOf(), remedy(''));
    assert.equal(await remedyOf(named), remedy(` --config '${named.replace("'", `'\\''`)}'`));
  });
