/** A configuration, settings and a request from a pipe of the shell: `--config <(sops -d config.json)`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClient, home, recordIn, type Home } from './program.ts';

const bash = process.platform === 'win32' ? { skip: 'needs bash' } : {};

/** A home with a file that a shell can pass as a pipe. */
function homeWithFile(t: Parameters<typeof home>[0]): Home {
  const at = home(t);
  at.write(
    'plain.json',
    JSON.stringify({ models: { default: { provider: 'emulator', model_id: 'emulator-chat' } } }),
  );
  return at;
}

test('commands that read a configuration take one from a pipe', bash, async (t) => {
  const at = homeWithFile(t);
  for (const command of [
    'config check',
    'config show',
    'config get models',
    'models',
    'route',
    'doctor config',
  ]) {
    const { code, stdout, stderr } = await at.shell(`occ ${command} --config <(cat plain.json)`);
    assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  }
  const variable = await at.shell('OCC_CONFIG=<(cat plain.json) occ route');
  assert.match(variable.stdout, /emulator\/emulator-chat/);
  const stdin = await at.shell('cat plain.json | occ config get models.default.model_id --config /dev/stdin');
  assert.equal(stdin.stdout, 'emulator-chat\n', stdin.stderr);
});

test('a launch takes its configuration and the settings of its client from pipes', bash, async (t) => {
  const at = homeWithFile(t);
  at.program('claude', fakeClient('process.exit(0)'));
  const { code, stderr } = await at.shell(
    `occ launch --config <(cat plain.json) --settings <(printf '{"env":{"FROM_PIPE":"1"}}') -p hi`,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /sonnet, .*emulator-chat/);
  assert.match(stderr, /came from a pipe, so later changes of it are not noticed/);
  assert.equal(at.seen().env['FROM_PIPE'], '1');
});

test('a pipe that is not a configuration, is empty or never ends is refused', bash, async (t) => {
  const at = homeWithFile(t);
  for (const [made, words] of [
    ['cat /dev/zero', /\/dev\/fd\/\d+.*\n.*larger than 4194304 bytes/],
    ['true', /line 1, column 1/],
    ['echo nonsense', /line 1, column 1/],
  ] as const) {
    const { code, stderr } = await at.shell(`occ config show --config <(${made})`);
    assert.equal(code, 78, stderr);
    assert.match(stderr, words);
  }
});

test('a pipe is not edited, and not used where it would have to be read again', bash, async (t) => {
  const at = homeWithFile(t);
  for (const command of [
    'config set port 1',
    'config unset port',
    'config edit',
    'config init --provider emulator',
    'use glm-5.3',
  ]) {
    const { code, stderr } = await at.shell(`occ ${command} --config <(cat plain.json)`);
    assert.deepEqual([command, code], [command, 2], stderr);
    assert.match(stderr, /\/dev\/fd\/\d+ is a pipe of the shell, which can be read but not changed/);
  }
  for (const line of ['occ start --config <(cat plain.json)', 'OCC_CONFIG=<(cat plain.json) occ start']) {
    const { code, stderr } = await at.shell(line);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /pipe of the shell, which another process cannot read.*\n.*occ start --foreground/);
  }
  assert.equal(recordIn(at.dir), undefined);
});

test('a proxy in the foreground uses a pipe; it is not restarted without it', bash, async (t) => {
  const at = homeWithFile(t);
  const { code, stdout, stderr } = await at.shell(`
    occ start --foreground --port 0 --config <(cat plain.json) 2>start.err >/dev/null &
    until occ status >/dev/null; do :; done
    occ restart; echo "restart $?"
    occ launch --attach exec -- true; echo "attach $?"
    occ env >/dev/null; echo "env $?"
    occ stop
    wait
    cat start.err >&2`);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^restart 2\nattach 2\nenv 0\nproxy on .* stopped\n$/);
  assert.match(stderr, /got its configuration from a pipe, which cannot be read again\n.*occ stop/);
  assert.match(stderr, /got its configuration from a pipe, which a launch cannot read again\n.*occ env/);
  assert.match(stderr, /came from a pipe, so later changes of it are not noticed/);
});

test('a request and settings that never end are refused', bash, async (t) => {
  const at = homeWithFile(t);
  const piped = await at.shell(
    `occ route --config plain.json --request <(printf '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}')`,
  );
  assert.equal(piped.code, 0, piped.stderr);
  const endless = await at.run(['route', '--config', 'plain.json', '--request', '/dev/zero']);
  assert.deepEqual([endless.code, /it is not a regular file/.test(endless.stderr)], [1, true]);
  const settings = await at.run(['launch', '--emulator', '--settings', '/dev/zero']);
  assert.deepEqual([settings.code, /--settings: .*not a regular file/.test(settings.stderr)], [2, true]);
});
