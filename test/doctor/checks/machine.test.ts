/** Tests the checks of this machine. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { wasTested } from '../../../lib/clients/versions.ts';
import { checkNode } from '../../../lib/doctor/checks/machine/programs.ts';
import { put, scratchHome } from '../../config/scratch.ts';
import { finding, runChecks } from '../run-checks.ts';

test('supported and tested versions', () => {
  assert.equal(checkNode('20.18.0').level, 'fail');
  assert.equal(checkNode('20.18.1').level, 'ok');
  assert.equal(checkNode('24.0.0').level, 'ok');
  assert.ok(wasTested('2.1.330', '~2.1.330'));
  assert.ok(wasTested('2.1.1000', '~2.1.330'));
  for (const version of ['2.1.329', '2.2.0', '3.1.330']) assert.ok(!wasTested(version, '~2.1.330'), version);
});

test('Claude Code that is not executable, and one that is too old', async (t) => {
  const home = scratchHome(t);
  const file = put(join(home, '.local/bin/claude'), '#!/bin/sh\necho 1.0.3\n');
  const locked = finding(await runChecks(t, { home, codes: ['claude'] }), 'claude');
  assert.deepEqual([locked.level, locked.remedy?.commands], ['warn', [`chmod +x ${file}`]]);
  chmodSync(file, 0o755);
  const old = finding(
    await runChecks(t, { home, codes: ['claude'], env: { PATH: '/usr/bin:/bin' } }),
    'claude',
  );
  assert.match(old.summary, /^1\.0\.3 at .*; occ was tested with ~2\.1\.330$/);
});

test('a configuration that other users can read', async (t) => {
  const home = scratchHome(t);
  const file = put(join(home, '.config/occ/config.json'), '{ "api_key": "sk-seen-by-all-of-you" }');
  chmodSync(file, 0o644);
  chmodSync(join(home, '.config/occ'), 0o700);
  const found = finding(await runChecks(t, { home, codes: ['config'] }), 'config');
  assert.equal(found.level, 'warn');
  assert.deepEqual(found.remedy?.commands, [`chmod 600 ${file}`]);
  chmodSync(file, 0o600);
  const after = await runChecks(t, { home, codes: ['config', 'keys'] });
  assert.equal(finding(after, 'config').level, 'ok');
  assert.equal(finding(after, 'keys').summary, 'one, from ~/.config/occ/config.json');
  assert.doesNotMatch(JSON.stringify(after), /seen-by-all/);
});

test('a key from the environment is reported by the name of the variable only', async (t) => {
  const findings = await runChecks(t, { codes: ['keys'], env: { OCC_API_KEY: 'sk-0123456789abcdef' } });
  assert.equal(finding(findings, 'keys').summary, 'one, from the variable OCC_API_KEY');
  assert.doesNotMatch(JSON.stringify(findings), /0123456789abcdef/);
});

describe('HTTP proxies of the environment', () => {
  const cases: [string, Record<string, string>, string, RegExp][] = [
    ['none', {}, 'ok', /^none$/],
    [
      'one that excludes this machine',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: '127.0.0.1,x' },
      'ok',
      /excluded/,
    ],
    ['one that does not exclude it', { https_proxy: 'p:1', NO_PROXY: 'x' }, 'warn', /without 127\.0\.0\.1/],
    [
      'one with an unsupported scheme',
      { HTTP_PROXY: 'socks5://u:secret@p:1' },
      'fail',
      /^HTTP_PROXY names a SOCKS proxy, which occ does not support/,
    ],
    [
      'one that is not for https',
      { HTTP_PROXY: 'http://u:secret@p:1', NO_PROXY: '*' },
      'warn',
      /^HTTP_PROXY \(p:1\) is for addresses that begin with http:/,
    ],
    [
      'one that excludes this machine as a network',
      { ALL_PROXY: 'http://u:secret@p:1', NO_PROXY: 'x 127.0.0.0/8' },
      'ok',
      /^ALL_PROXY \(p:1\); this machine is excluded$/,
    ],
  ];
  for (const [name, env, level, summary] of cases)
    test(name, async (t) => {
      const found = finding(await runChecks(t, { codes: ['proxy-env'], env }), 'proxy-env');
      assert.equal(found.level, level);
      assert.match(found.summary, summary);
      assert.doesNotMatch(JSON.stringify(found), /secret/);
    });
});

test('a port in use, and its owner if known', async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const taken = finding(await runChecks(t, { config: { port }, codes: ['port'] }), 'port');
  assert.equal(taken.level, 'warn');
  assert.match(
    taken.summary,
    new RegExp(`^127\\.0\\.0\\.1:${port} is used by (another program|.+ \\(pid ${process.pid}\\))$`),
  );
});

test('an environment variable that makes Claude Code bypass occ', async (t) => {
  const found = finding(
    await runChecks(t, { codes: ['conflicts'], env: { CLAUDE_CODE_USE_BEDROCK: '1' } }),
    'conflicts',
  );
  assert.equal(found.level, 'warn');
  assert.deepEqual(found.remedy?.commands, ['unset CLAUDE_CODE_USE_BEDROCK']);
});

test('a time limit that is too short for a thinking model', async (t) => {
  const config = {
    models: { default: { provider: 'mine', model_id: 'm' } },
    providers: { mine: { base_url: 'http://127.0.0.1:1', stream_idle_timeout_ms: 5000 } },
  };
  const found = finding(await runChecks(t, { config, codes: ['timeouts'] }), 'timeouts');
  assert.equal(found.level, 'warn');
  assert.match(found.summary, /^providers\.mine\.stream_idle_timeout_ms gives up after 5 s/);
  assert.deepEqual(found.remedy?.commands, ['occ config unset providers.mine.stream_idle_timeout_ms']);
});

test('an invalid record', async (t) => {
  const home = scratchHome(t);
  put(join(home, '.local/state/occ/proxy.json'), 'nonsense');
  assert.equal(finding(await runChecks(t, { home, codes: ['record'] }), 'record').level, 'warn');
});
