/** The agent of launchd, on any machine: its property list, and the commands in their order. Not run on macOS so far. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { agentLabel, renderAgent } from '../../../lib/daemon/units/agent.ts';
import { launchd } from '../../../lib/daemon/units/launchd.ts';
import { OccError } from '../../../lib/errors.ts';
import { supervised } from '../../support/service-system.ts';
import { hostileProgram } from './hostile.ts';

const target = `gui/501/${agentLabel}`;

const read = spawnSync('python3', ['-c', 'import plistlib']);
const skip = read.status === 0 ? false : 'python3 is not installed';
test('the property list is read back as it was', { skip }, () => {
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: renderAgent(hostileProgram, '/Users/<me> & you'),
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), {
    Label: agentLabel,
    ProgramArguments: hostileProgram.command,
    EnvironmentVariables: hostileProgram.variables,
    WorkingDirectory: '/Users/<me> & you',
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    ExitTimeOut: 25,
    Umask: 0o077,
    StandardOutPath: '/dev/null',
    StandardErrorPath: hostileProgram.errorFile,
  });
});

test('without variables the list is empty, and what XML cannot hold is refused', () => {
  const text = renderAgent({ ...hostileProgram, variables: {} }, '/Users/me');
  assert.match(text, /<key>EnvironmentVariables<\/key>\n {2}<dict>\n {2}<\/dict>/);
  assert.doesNotMatch(text, /\{\{/);
  for (const bad of ['a\nb', 'esc\u001b', '\ud800', '\u0000'])
    assert.throws(
      () => renderAgent({ ...hostileProgram, command: ['/node', bad] }, '/Users/me'),
      (error) => error instanceof OccError && error.code === 'service_name_unusable',
    );
});

/** A launchd whose agent is loaded or not; it needs `rounds` questions until it has unloaded one. */
function fakeLaunchd({ loaded, rounds = 0, pid = 0 }: { loaded: boolean; rounds?: number; pid?: number }) {
  let [isLoaded, left] = [loaded, -1];
  return supervised((command) => {
    const print = command === `launchctl print ${target}`;
    if (command.startsWith('launchctl bootout')) left = rounds;
    if (print && left === 0) isLoaded = false;
    if (print && left > 0) left--;
    if (command.startsWith('launchctl bootstrap')) {
      if (isLoaded) return { code: 5, stderr: 'Bootstrap failed: 5: Input/output error' };
      isLoaded = true;
    }
    if (!print) return undefined;
    const text = `${target} = {\n\tstate = ${pid > 0 ? 'running' : 'not running'}\n${pid > 0 ? `\tpid = ${pid}\n` : ''}\tlast exit code = 78: EX_CONFIG\n}\n`;
    return isLoaded ? { stdout: text } : { code: 113, stderr: 'Could not find service' };
  });
}

const open = (fake: ReturnType<typeof fakeLaunchd>, pauses: number[] = []) =>
  launchd('/Users/me', fake.run, { uid: 501, pause: (ms) => Promise.resolve(pauses.push(ms)) });

test('a first start enables the agent and loads it into the session of the user', async () => {
  const fake = fakeLaunchd({ loaded: false });
  const agent = open(fake);
  assert.equal(agent.file, '/Users/me/Library/LaunchAgents/occ-cli.occ.plist');
  await agent.activate(true);
  assert.deepEqual(fake.commands, [
    `launchctl print ${target}`,
    `launchctl enable ${target}`,
    `launchctl bootstrap gui/501 ${agent.file}`,
  ]);
});

test('a loaded agent is loaded again only when the old one has ended', async () => {
  const fake = fakeLaunchd({ loaded: true, rounds: 3 });
  const pauses: number[] = [];
  await open(fake, pauses).activate(true);
  assert.equal(pauses.length, 3);
  assert.equal(fake.commands.filter((one) => one.startsWith('launchctl bootstrap')).length, 1);
});

test('one that does not end is waited for within a bound, and the refusal is reported', async () => {
  const fake = fakeLaunchd({ loaded: true, rounds: 1e9 });
  const pauses: number[] = [];
  await assert.rejects(open(fake, pauses).activate(true), (error) => {
    assert(error instanceof OccError);
    assert.equal(error.code, 'service_failed');
    assert.match(error.message, /launchctl bootstrap .* failed: Bootstrap failed: 5/);
    return true;
  });
  assert.equal(pauses.length, 100);
});

test('without a start nothing is loaded; a stop unloads, a restart replaces the process', async () => {
  const idle = fakeLaunchd({ loaded: false });
  await open(idle).activate(false);
  await open(idle).stop();
  assert.deepEqual(idle.commands, [`launchctl print ${target}`, `launchctl print ${target}`]);
  const running = fakeLaunchd({ loaded: true, pid: 42 });
  await open(running).restart();
  assert.equal(running.commands.at(-1), `launchctl kickstart -k ${target}`);
  await open(running).deactivate();
  assert(running.commands.includes(`launchctl bootout ${target}`));
});

test('the state has the pid, or how the last run ended', async () => {
  assert.deepEqual(await open(fakeLaunchd({ loaded: true, pid: 42 })).state(), {
    enabled: true,
    running: true,
    pid: 42,
  });
  assert.deepEqual(await open(fakeLaunchd({ loaded: true })).state(), {
    enabled: true,
    running: false,
    failure: 'exit code 78',
  });
  assert.deepEqual(await open(fakeLaunchd({ loaded: false })).state(), { enabled: true, running: false });
  for (const off of ['true', 'disabled']) {
    const fake = supervised((command) =>
      command.includes('print-disabled') ? { stdout: `\t"occ-cli.occ" => ${off}\n` } : { code: 113 },
    );
    assert.equal((await open(fake).state()).enabled, false);
  }
});

test('without a session at the screen it says where to run it', async () => {
  const fake = supervised(() => ({ code: 125, stderr: 'Domain does not support specified action' }));
  const obstacle = await open(fake).obstacle();
  assert.match(obstacle?.why ?? '', /no session of this user \(Domain does not support/);
  assert.match(obstacle?.remedy ?? '', /occ start/);
});
