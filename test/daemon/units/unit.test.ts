/** The unit of systemd: what it holds is what systemd reads back, whatever is in a path. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderUnit } from '../../../lib/daemon/units/unit.ts';
import { hostileProgram } from './hostile.ts';

/** The values of a setting, in order. */
function valuesOf(unit: string, name: string): string[] {
  return unit
    .split('\n')
    .flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
}

/** The words of a line as systemd.syntax(7) describes them. */
function words(line: string): string[] {
  const found: string[] = [];
  for (let rest = line; rest !== '';) {
    const [whole, inner, bare] =
      /^(?:"((?:[^"\\]|\\.)*)"|([^\s"'\\]+))(?: |$)/.exec(rest) ?? assert.fail(rest);
    found.push(unescaped(inner ?? bare ?? ''));
    rest = rest.slice(whole.length);
  }
  return found;
}

function unescaped(word: string): string {
  const plain = word.replace(/\\(?:x([\da-f]{2})|(["\\]))/g, (_, hex: string | undefined, own: string) =>
    hex === undefined ? own : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  assert.doesNotMatch(plain.replaceAll('%%', ''), /%/, 'a specifier');
  return plain.replaceAll('%%', '%');
}

test('the command and the variables are read back as they were', () => {
  const unit = renderUnit(hostileProgram);
  const [program, ...args] = words(valuesOf(unit, 'ExecStart')[0] ?? '');
  assert.equal(program, hostileProgram.command[0]);
  const expanded = args.map((arg) => {
    assert.doesNotMatch(arg.replaceAll('$$', ''), /\$/, 'a variable');
    return arg.replaceAll('$$', '$');
  });
  assert.deepEqual(expanded, hostileProgram.command.slice(1));
  const variables = valuesOf(unit, 'Environment').map((line) => words(line)[0]);
  assert.deepEqual(
    variables,
    Object.entries(hostileProgram.variables).map(([name, value]) => `${name}=${value}`),
  );
  assert.deepEqual(valuesOf(unit, 'EnvironmentFile'), ['-/home/me/100%% mine/$x/service.env']);
});

test('a program whose path systemd refuses is run by a shell', () => {
  for (const program of ['/opt/no"de', "/opt/o'node", String.raw`/opt/no\de`, '/opt/no\nde']) {
    const unit = renderUnit({ ...hostileProgram, command: [program, '$x'] });
    const given = words(valuesOf(unit, 'ExecStart')[0] ?? '').map((word) => word.replaceAll('$$', '$'));
    assert.deepEqual(given, ['/bin/sh', '-c', 'exec "$0" "$@"', program, '$x']);
  }
});

test('no line of the unit can be added by a value', () => {
  const lines = renderUnit({ ...hostileProgram, variables: {} }).split('\n').length;
  const command = ['/node', 'a\nExecStartPre=/bin/rm', '\r\n[Service]', '\u0000'];
  const unit = renderUnit({ ...hostileProgram, command, variables: {} });
  assert.equal(unit.split('\n').length, lines);
  assert.deepEqual(words(valuesOf(unit, 'ExecStart')[0] ?? ''), command);
  assert.doesNotMatch(renderUnit({ ...hostileProgram, variables: {} }), /\{\{|^Environment=/m);
});

test('it keeps what occ start prints on stdout out of the journal, and lets live streams finish', () => {
  const unit = renderUnit(hostileProgram);
  for (const [name, value] of [
    ['StandardOutput', 'null'],
    ['Restart', 'on-failure'],
    ['KillMode', 'mixed'],
    ['TimeoutStopSec', '25'],
    ['RestartPreventExitStatus', '2 78'],
    ['WantedBy', 'default.target'],
  ] as const)
    assert.deepEqual(valuesOf(unit, name), [value]);
});

const verifies = spawnSync('systemd-analyze', ['--version']).status === 0;
const skip = verifies ? false : 'systemd-analyze is not installed';
test('systemd-analyze verify reports nothing', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'occ-unit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const node = join(folder, 'no %h $HOME de');
  copyFileSync('/bin/true', node);
  const file = join(folder, 'occ.service');
  for (const program of [node, '/opt/quo"te']) {
    writeFileSync(
      file,
      renderUnit({ ...hostileProgram, command: [program, ...hostileProgram.command.slice(1)] }),
    );
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', file], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder },
    });
    const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('occ.service'));
    assert.deepEqual(about, []);
    assert.equal(status, 0, stderr);
  }
});
