/** Tests `occ doctor` as a program: its output, exit codes and interruption. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { goConfig, startProvider } from '../doctor/emulated-provider.ts';
import { fakeClient, home } from './program.ts';

interface Found {
  code: string;
  level: string;
  summary: string;
}

const findings = (stdout: string): Found[] => toAnswer('doctor', stdout)['findings'] as Found[];
const config = '.config/occ/config.json';

test('--offline --quick without a key warns and exits with 0', async (t) => {
  const at = home(t);
  at.program('claude', fakeClient(`console.log('2.1.330 (Claude Code)'); process.exit(0);`));
  const { code, stdout, stderr } = await at.run(['doctor', '--offline', '--quick']);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^✓ node +v\d/);
  assert.match(stdout, /\n✓ claude +2\.1\.330 at\s/);
  assert.match(stdout, /\n! keys +no key/);
  assert.match(stdout, /\n1 warning, \d+ checks passed/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(stdout, /\x1b/);
  assert.doesNotMatch(stdout, /two-minute/);
});

test('a failure exits with 1, and the summary is the last line', async (t) => {
  const { code, stdout } = await home(t).run(['doctor', 'keys']);
  assert.equal(code, 1);
  assert.match(stdout, /✗ keys +no key[^]*The fault is on this machine\.[^]*occ config set api_key --stdin/);
  assert.equal(stdout.trimEnd().split('\n').at(-1), '1 problem, 1 check passed');
});

test('an invalid configuration is a finding, and the checks that need it are skipped', async (t) => {
  const at = home(t);
  at.write(config, '{ "models": { "default": { "provider": "nobody", "model_id": "x" } } }');
  const { code, stdout } = await at.run(['doctor', 'config', 'eof', 'node', '--json']);
  assert.equal(code, 1);
  assert.deepEqual(
    findings(stdout).map(({ code, level }) => `${level} ${code}`),
    ['ok node', 'fail config', 'ok loopback', 'skipped eof'],
  );
});

test('--json prints one value, and --list prints every check', async (t) => {
  const at = home(t);
  const { checks } = toAnswer('doctor-list', (await at.run(['doctor', '--list', '--json'])).stdout);
  const codes = (checks as Found[]).map(({ code }) => code);
  for (const code of ['two-minute', 'eof', 'tool-first', 'tool-loop', 'parallel-tools', 'thinking', 'usage'])
    assert.ok(codes.includes(code), code);
  const { stdout } = await at.run(['doctor', '-l']);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith(' '))
      .map((line) => line.split(' ')[0]),
    codes,
  );
});

test('--junit prints XML with a case for each finding', async (t) => {
  const { code, stdout } = await home(t).run(['doctor', 'keys', 'node', '--junit']);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^<\?xml [^]*<testsuite name="occ doctor" tests="3" failures="1" errors="0" time="[\d.]+" skipped="0"/,
  );
  assert.match(
    stdout,
    /<testcase classname="opencode-go" name="keys"[^>]*><failure type="client" message="no key/,
  );
});

for (const [args, message] of [
  [['two-minutes'], /no check "two-minutes"[^]*did you mean occ doctor two-minute\?/],
  [
    ['--provider', 'opencode-ho'],
    /no configured model belongs to the provider "opencode-ho"[^]*did you mean "opencode-go"/,
  ],
  [['--model', 'glm-5.4'], /no configured model "glm-5\.4"[^]*did you mean "glm-5\.3"/],
  [['--live', '--offline'], /cannot be used with/],
  [['--quick', '--long'], /cannot be used with/],
] as const)
  test(`occ doctor ${args.join(' ')} is wrong usage`, async (t) => {
    const { code, stdout, stderr } = await home(t).run(['doctor', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  });

test('live checks announce how many requests they send, and send no more', async (t) => {
  const at = home(t);
  const emulator = await startProvider(t);
  at.write(config, JSON.stringify(goConfig(emulator.url)));
  const { code, stdout, stderr } = await at.run(['doctor', '--live', '--model', 'minimax-m3', '--json']);
  assert.equal(code, 0, stdout + stderr);
  const [, announced] =
    /at most (\d+) short live requests to 1 model; --offline sends none/.exec(stderr) ?? [];
  const { length: sent } = emulator.requests;
  // Two are not sent: no proxy runs in the background, and the checks of key and model share one answer.
  assert.equal(sent, Number(announced) - 2);
  const found = findings(stdout);
  assert.ok(found.some(({ code, level }) => code === 'tool-loop' && level === 'ok'));
  assert.ok(emulator.requests.every(({ conversation }) => conversation.model !== 'glm-5.3'));
  assert.doesNotMatch(stdout + stderr, /0123456789abcdef/);
});

test('the check of the background proxy sends its request through that proxy', async (t) => {
  const at = home(t);
  const { url } = await startProvider(t);
  at.write(config, JSON.stringify({ ...goConfig(url), port: 0, auth_token: 'a-token-of-my-own' }));
  const started = await at.run(['start']);
  assert.equal(started.code, 0, started.stderr);
  const { code, stdout } = await at.run(['doctor', 'running', '--json']);
  assert.equal(code, 0, stdout);
  const running = findings(stdout).find((found) => found.code === 'running');
  assert.match(running?.summary ?? '', /answers with a complete stream/);
  await at.run(['stop']);
});

describe('remedies that are occ commands work', () => {
  const commandsOf = (stdout: string): string[][] =>
    (toAnswer('doctor', stdout)['findings'] as { remedy?: { commands: string[] } }[])
      .flatMap(({ remedy }) => remedy?.commands ?? [])
      .filter((command) => command.startsWith('occ config '))
      .map((command) => command.split(' ').slice(1));

  for (const [name, code, change] of [
    ['a cap on streams', 'timeouts', { streaming_timeout_ms: 120_000 }],
    ['a limit that is too short', 'timeouts', { stream_idle_timeout_ms: 5000 }],
  ] as const)
    test(name, async (t) => {
      const at = home(t);
      at.write(config, JSON.stringify({ models: { default: { model_id: 'glm-5.3' } }, opencode_go: change }));
      const before = await at.run(['doctor', code, '--json']);
      assert.notEqual(findings(before.stdout).find((found) => found.code === code)?.level, 'ok');
      for (const command of commandsOf(before.stdout)) assert.equal((await at.run(command)).code, 0);
      const after = await at.run(['doctor', code, '--json']);
      assert.equal(findings(after.stdout).find((found) => found.code === code)?.level, 'ok');
    });

  test('a model that is gone', async (t) => {
    const at = home(t);
    const { url } = await startProvider(t);
    const gone = { ...goConfig(url), models: { default: { provider: 'opencode-go', model_id: 'glm-5' } } };
    at.write(config, JSON.stringify(gone));
    const before = await at.run(['doctor', 'model', '--json']);
    assert.equal(before.code, 1);
    const commands = commandsOf(before.stdout);
    assert.deepEqual(commands, [['config', 'set', 'models.default.model_id', 'glm-5.3']]);
    for (const command of commands) assert.equal((await at.run(command)).code, 0);
    assert.equal((await at.run(['doctor', 'model', '--json'])).code, 0);
  });
});

test('the remedy for a stale record removes it', async (t) => {
  const at = home(t);
  const record = join(at.dir, '.local/state/occ/proxy.json');
  const stale = {
    instance: 'x',
    pid: 2 ** 22 - 1,
    url: 'http://127.0.0.1:9',
    host: '127.0.0.1',
    port: 9,
    version: '0.1.0',
    started_at: '2026-01-01T00:00:00Z',
    control: 'x',
    program: 'occ',
    options: {},
    log: 'x',
  };
  at.write('.local/state/occ/proxy.json', JSON.stringify(stale));
  const { stdout } = await at.run(['doctor', 'record']);
  assert.match(stdout, /! record[^]*occ stop/);
  await at.run(['stop']);
  assert.ok(!existsSync(record));
  assert.match((await at.run(['doctor', 'record'])).stdout, /✓ record/);
});

test('Ctrl-C during the long stream keeps what is known', async (t) => {
  const running = home(t).start(['doctor', 'node', 'two-minute', '--offline']);
  await running.waitFor('✓ loopback');
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130);
  assert.deepEqual(stdout.trimEnd().split('\n').slice(1), [
    '✓ config      no file; the built-in defaults apply',
    '✓ loopback    127.0.0.1 answers',
    '',
    'Long streams',
    '- not checked, interrupted: two-minute',
    '',
    'Interrupted: 3 checks passed, 1 not checked',
  ]);
});

test('Ctrl-C with --json prints the whole report, with the rest skipped', async (t) => {
  const running = home(t).start(['doctor', 'node', 'two-minute', '--offline', '--json']);
  await running.waitFor('occ: running');
  running.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  assert.equal(code, 130);
  assert.match(stderr, /interrupted/);
  const answer = toAnswer('doctor', stdout) as { interrupted: boolean; findings: { skipped?: object }[] };
  assert.equal(answer.interrupted, true);
  assert.deepEqual(answer.findings.at(-1)?.skipped, { because: 'interrupted' });
});

for (const [args, why] of [
  [['running'], 'no proxy is running'],
  [['two-minute', '--quick'], 'two-minute takes minutes, which --quick leaves out'],
  [['two-minute', '--live'], 'two-minute takes minutes: add --long to check it live'],
  [['quota', '--offline'], 'quota cannot be checked with --offline'],
] as const)
  test(`occ doctor ${args.join(' ')} looks at nothing, which is wrong usage`, async (t) => {
    const { code, stdout } = await home(t).run(['doctor', ...args]);
    assert.equal(code, 2);
    assert.equal(stdout.trimEnd().split('\n').at(-1), `Nothing was checked: ${why}`);
  });

test('without a key, the live checks are counted as not checked, and no request is announced for them', async (t) => {
  const { stdout, stderr } = await home(t).run(['doctor', '--live']);
  assert.match(stdout, /\n- 6 models of opencode-go not checked: no key\n/);
  assert.doesNotMatch(stderr, /to 6 models/);
});

test('the remedies for an invalid configuration name the file of --config', async (t) => {
  const at = home(t);
  const file = at.write('other.json', '{ "port": "x" }');
  const { code, stdout } = await at.run(['doctor', 'config', '--config', file]);
  assert.equal(code, 1);
  for (const command of ['edit', 'check'])
    assert.ok(stdout.includes(`occ config ${command} --config ${file}\n`), stdout);
});
