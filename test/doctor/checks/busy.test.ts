/** A busy machine excuses what took too long, and nothing that failed at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider } from '../../../lib/config/settings.ts';
import type { Context } from '../../../lib/doctor/check.ts';
import { keys } from '../../../lib/doctor/checks/machine/config.ts';
import { claude } from '../../../lib/doctor/checks/machine/programs.ts';
import { put, load, scratchHome } from '../../config/scratch.ts';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

const busy = { isBusy: () => true, offline: false };

for (const [what, late, level] of [
  ['that ended with code 3', false, 'fail'],
  ['that was ended after its time limit', true, 'skipped'],
] as const)
  test(`a key command ${what} is ${level} on a busy machine`, async (t) => {
    const loaded = await load(t, {
      api_key_command: 'exit 3',
      models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } },
    });
    const found = loaded.settings.providers['opencode-go'];
    assert.ok(found?.missingKey !== undefined);
    assert.equal(found.keyCommandLate, undefined);
    const provider: Provider = { ...found, ...(late && { keyCommandLate: true }) };
    const context = { ...busy, loaded, machine: { home: '/home/me' } } as unknown as Context;
    assert.equal((await keys.run(context, { name: 'opencode-go', provider })).level, level);
  });

test('a client that crashes at once is reported on a busy machine', async (t) => {
  const home = scratchHome(t);
  chmodSync(put(join(home, '.local/bin/claude'), '#!/bin/sh\nexit 132\n'), 0o755);
  const machine = { home, cwd: home, env: { PATH: '/usr/bin:/bin' }, platform: process.platform };
  const context = { ...busy, machine, signal: new AbortController().signal } as unknown as Context;
  const found = await claude.run(context, { name: '' });
  assert.equal(found.level, 'warn');
  assert.match(found.summary, /does not print its version$/);
});
