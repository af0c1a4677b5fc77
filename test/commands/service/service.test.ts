/** `occ service` with a systemd that the test plays. The real one is in real-systemd.test.ts. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ServiceCall, ServiceOptions } from '../../../lib/commands/service/call.ts';
import { install } from '../../../lib/commands/service/install.ts';
import { status } from '../../../lib/commands/service/status.ts';
import { uninstall } from '../../../lib/commands/service/uninstall.ts';
import { OccError } from '../../../lib/errors.ts';
import {
  recordingSystem,
  shown,
  supervised,
  type Printed,
  type Supervised,
} from '../../support/service-system.ts';

interface World extends Printed, Supervised {
  home: string;
  unit: string;
  call: (options?: ServiceOptions) => ServiceCall;
  write: (file: string, text: string) => string;
}

interface WorldOptions {
  env?: Record<string, string>;
  platform?: NodeJS.Platform;
  json?: boolean;
  answer?: Parameters<typeof supervised>[0];
}

async function world(t: TestContext, { answer, ...options }: WorldOptions = {}): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'occ-service-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const env = { OCC_PORT: '1', ...options.env };
  const printed = await recordingSystem(home, { ...options, env });
  const fake = supervised(answer);
  return {
    ...printed,
    ...fake,
    home,
    unit: join(home, '.config/systemd/user/occ.service'),
    call: (given = {}) => ({ options: given, system: printed.system, output: printed.output, run: fake.run }),
    write(file, text) {
      const path = join(home, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
  };
}

/** Nothing listens on port 1, so no proxy of anybody else is found there. */
const withKey = '{ "api_key": "sk-of-the-configuration-123456", "port": 1 }';

function failsWith(code: string, what: RegExp, next: RegExp, exitCode = 1): (error: unknown) => boolean {
  return (error) => {
    assert(error instanceof OccError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, what);
    assert.match(error.remedy, next);
    assert.equal(error.exitCode, exitCode);
    return true;
  };
}

const changing = (commands: readonly string[]) =>
  commands.filter((command) => !/ (?:show|show-environment|show-user) /.test(`${command} `));

test('without a start, it is written and enabled only', async (t) => {
  const at = await world(t);
  at.write('.config/occ/config.json', withKey);
  assert.equal(await install(at.call({ start: false })), 0);
  assert.deepEqual(changing(at.commands), [
    'systemctl --user daemon-reload',
    'systemctl --user enable occ.service',
    'systemctl --user reset-failed occ.service',
  ]);
  const text = readFileSync(at.unit, 'utf8');
  assert.match(text, /^ExecStart=\S+ .*start --foreground --quiet$/m);
  assert.doesNotMatch(text, /sk-of-the/);
  assert.match(at.stdout(), /the service is installed: ~\/\.config\/systemd\/user\/occ\.service/);
  assert.match(at.stderr(), /starts with your next session/);
});

test('XDG_CONFIG_HOME moves the unit, and a dry run changes nothing', async (t) => {
  const at = await world(t);
  const env = { ...at.system.env, XDG_CONFIG_HOME: join(at.home, 'elsewhere') };
  const call = { ...at.call({ dryRun: true, port: 4001 }), system: { ...at.system, env } };
  assert.equal(await install(call), 0);
  assert.deepEqual(at.commands, []);
  assert.equal(existsSync(join(at.home, 'elsewhere')), false);
  assert.match(at.stdout(), /^# .*\/elsewhere\/systemd\/user\/occ\.service\n/);
  assert.match(at.stdout(), /start --foreground --quiet --port 4001\n/);
  assert.match(at.stdout(), /\nsystemctl --user restart occ\.service\n$/);
});

test('on macOS a dry run prints the property list', async (t) => {
  const at = await world(t, { platform: 'darwin', json: true });
  assert.equal(await install(at.call({ dryRun: true })), 0);
  const answer = JSON.parse(at.stdout()) as { file: string; text: string; commands: string[] };
  assert.equal(answer.file, join(at.home, 'Library/LaunchAgents/occ-cli.occ.plist'));
  assert.match(answer.text, /<string>--foreground<\/string>/);
  assert.match(answer.commands[1] ?? '', /^launchctl bootstrap gui\/\d+ /);
});

test('a unit that occ did not write is left alone: a file, a link, one that masks it', async (t) => {
  const at = await world(t);
  at.write('.config/occ/config.json', withKey);
  const foreign = failsWith('service_foreign', /occ\.service was not written by occ/, /rename or remove it/);
  at.write('.config/systemd/user/occ.service', '[Service]\nExecStart=/bin/true\n');
  await assert.rejects(install(at.call({ start: false })), foreign);
  await assert.rejects(uninstall(at.call()), foreign);
  assert.equal(await status(at.call()), 3);
  assert.match(at.stdout(), /installed {2}no; .* was not written by occ/);
  const ours = at.write('ours', '# Written by occ service install\n');
  for (const target of ['/dev/null', ours]) {
    rmSync(at.unit);
    symlinkSync(target, at.unit);
    await assert.rejects(install(at.call({ start: false })), foreign);
    await assert.rejects(uninstall(at.call()), foreign);
  }
  assert.equal(existsSync(ours), true);
  assert.deepEqual(changing(at.commands), []);
});

test('a key that only this shell has is refused, with the ways that work', async (t) => {
  const env = { OPENCODE_API_KEY: 'sk-only-in-this-shell-123456' };
  const at = await world(t, { env });
  const unseen = failsWith(
    'service_key_unseen',
    /does not see the variables of this shell \(OPENCODE_API_KEY\)/,
    /occ config set api_key --stdin[^]*api_key_command[^]*\.config\/occ\/service\.env/,
    78,
  );
  await assert.rejects(install(at.call()), unseen);
  assert.equal(existsSync(at.unit), false);
  assert.deepEqual(changing(at.commands), []);

  // The file that systemd reads for the service gives it the variable.
  const file = at.write('.config/occ/service.env', 'OPENCODE_API_KEY=sk-in-the-file-1234567\n');
  assert.equal(await install(at.call({ start: false })), 0);
  assert.doesNotMatch(readFileSync(at.unit, 'utf8'), /sk-/);
  assert.equal(at.stderr().includes('other users'), false);
  chmodSync(file, 0o644);
  await install(at.call({ start: false }));
  assert.match(at.stderr(), /other users may read the keys in .*service\.env: chmod 600 /);
});

test('a key that systemd gives to every service is seen', async (t) => {
  const at = await world(t, {
    env: { OPENCODE_API_KEY: 'sk-of-the-session-123456' },
    answer: (command) =>
      command.endsWith('show-environment')
        ? { stdout: 'OPENCODE_API_KEY=sk-of-the-session-123456\n' }
        : undefined,
  });
  assert.equal(await install(at.call({ start: false })), 0);
  assert.equal(at.stderr().includes('does not see'), false);
});

test('on macOS no file of variables is offered', async (t) => {
  const at = await world(t, {
    platform: 'darwin',
    env: { OPENCODE_API_KEY: 'sk-only-in-this-shell-123456' },
  });
  at.write('.config/occ/service.env', 'OPENCODE_API_KEY=sk-in-the-file-1234567\n');
  await assert.rejects(install(at.call()), (error) => {
    assert(error instanceof OccError && error.code === 'service_key_unseen');
    assert.doesNotMatch(error.remedy, /service\.env/);
    return true;
  });
});

test('a token that only this shell has is warned about', async (t) => {
  const at = await world(t, { env: { OCC_AUTH_TOKEN: 'token-of-this-shell-123456' } });
  at.write('.config/occ/config.json', withKey);
  assert.equal(await install(at.call({ start: false })), 0);
  assert.match(at.stderr(), /the service does not see the variables of this shell \(OCC_AUTH_TOKEN\)/);
});

test('an invalid configuration, or none with a key, is refused before anything is written', async (t) => {
  const at = await world(t);
  await assert.rejects(install(at.call()), failsWith('key_missing', /has no key/, /./, 78));
  at.write('.config/occ/config.json', '{ "port": "x" }');
  await assert.rejects(install(at.call()), (error) => error instanceof OccError && error.exitCode === 78);
  assert.equal(existsSync(at.unit), false);
});

test('a service whose proxy ends is reported with what systemd knows of it', async (t) => {
  const at = await world(t, {
    answer: (command) =>
      command.includes('ActiveState')
        ? shown({
            ActiveState: 'failed',
            UnitFileState: 'enabled',
            MainPID: '0',
            Result: 'exit-code',
            ExecMainStatus: '1',
          })
        : undefined,
  });
  at.write('.config/occ/config.json', withKey);
  await assert.rejects(
    install(at.call()),
    failsWith(
      'service_not_answering',
      /its proxy ended \(exit-code, exit code 1\)/,
      /journalctl --user -u occ\.service/,
    ),
  );
  assert(at.commands.includes('systemctl --user restart occ.service'));
  assert.equal(await status(at.call()), 3);
  assert.match(at.stdout(), /running {4}no: it failed \(exit-code, exit code 1\)/);
});

test('what systemctl refuses is passed on', async (t) => {
  const at = await world(t, {
    answer: (command) =>
      command.endsWith('daemon-reload') ? { code: 1, stderr: 'Access denied' } : undefined,
  });
  at.write('.config/occ/config.json', withKey);
  const failed = failsWith(
    'service_failed',
    /systemctl --user daemon-reload failed: Access denied/,
    /occ start/,
  );
  await assert.rejects(install(at.call()), failed);
});

test('without systemd, or without a session of the user, it says what works instead', async (t) => {
  const missing = await world(t, { answer: () => ({ code: 'missing', stderr: 'there is no systemctl' }) });
  const container = failsWith('service_unsupported', /there is no systemd here/, /occ start --foreground/);
  for (const command of [install, status]) await assert.rejects(command(missing.call()), container);
  assert.equal(await uninstall(missing.call()), 0);
  const without = await world(t, {
    answer: () => ({ code: 1, stderr: 'Failed to connect to bus: No medium found\nmore' }),
  });
  const session = failsWith(
    'service_unsupported',
    /\(Failed to connect to bus: No medium found\)$/,
    /XDG_RUNTIME_DIR/,
  );
  await assert.rejects(install(without.call()), session);
  const windows = await world(t, { platform: 'win32' });
  const platform = failsWith('service_unsupported', /which win32 does not have/, /occ start/);
  for (const command of [install, status, uninstall]) await assert.rejects(command(windows.call()), platform);
  assert.deepEqual(windows.commands, []);
});

test('uninstall stops, disables and removes what occ wrote, and says so if there is nothing', async (t) => {
  const at = await world(t);
  at.write('.config/occ/config.json', withKey);
  assert.equal(await uninstall(at.call()), 0);
  assert.match(at.stdout(), /no service is installed/);
  await install(at.call({ start: false }));
  at.commands.length = 0;
  assert.equal(await uninstall(at.call()), 0);
  assert.deepEqual(changing(at.commands), [
    'systemctl --user disable --now occ.service',
    'systemctl --user daemon-reload',
    'systemctl --user reset-failed occ.service',
  ]);
  assert.equal(existsSync(at.unit), false);
});

test('lingering is named where it is off', async (t) => {
  const answer: WorldOptions['answer'] = (command) =>
    command.startsWith('loginctl') ? { stdout: 'no\n' } : undefined;
  const at = await world(t, { answer });
  at.write('.config/occ/config.json', withKey);
  await install(at.call({ start: false }));
  assert.match(at.stderr(), /ends when you log out; loginctl enable-linger/);
  const json = await world(t, { answer, json: true });
  assert.equal(await status(json.call()), 3);
  assert.deepEqual(JSON.parse(json.stdout()), {
    schema: 1,
    manager: 'systemd',
    file: json.unit,
    installed: false,
    ours: false,
    enabled: false,
    running: false,
    pid: null,
    failure: null,
    url: null,
    proxy_is_service: false,
    lingers: false,
  });
});
