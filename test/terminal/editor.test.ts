import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { OccError } from '../../lib/errors.ts';
import { chooseEditor, editorCommand, waitHint } from '../../lib/terminal/editor.ts';

test('VISUAL takes precedence over EDITOR, and an empty one counts as unset', () => {
  assert.deepEqual(chooseEditor({ VISUAL: 'a -x', EDITOR: 'b' }, 'linux', true), {
    command: 'a -x',
    by: 'VISUAL',
  });
  assert.deepEqual(chooseEditor({ VISUAL: ' ', EDITOR: 'b' }, 'linux', false), {
    command: 'b',
    by: 'EDITOR',
  });
});

test('searches for an installed editor only on a terminal', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'occ-editor-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const [folder, mode] of [
    ['a', 0o644],
    ['b', 0o755],
  ] as const) {
    mkdirSync(join(home, folder));
    const program = join(home, folder, folder === 'a' ? 'nano' : 'vi');
    writeFileSync(program, '');
    chmodSync(program, mode);
  }
  mkdirSync(join(home, 'b', 'editor'));
  const env = { PATH: [join(home, 'a'), join(home, 'b')].join(delimiter) };
  if (process.platform !== 'win32') assert.deepEqual(chooseEditor(env, 'linux', true), { command: 'vi' });
  const nothing = (thrown: unknown): boolean =>
    thrown instanceof OccError &&
    thrown.code === 'no_editor' &&
    thrown.exitCode === 1 &&
    /set VISUAL or EDITOR/.test(thrown.remedy ?? '');
  assert.throws(() => chooseEditor(env, 'linux', false), nothing);
  assert.throws(() => chooseEditor({ PATH: '' }, 'linux', true), nothing);
  assert.deepEqual(chooseEditor({}, 'win32', true), { command: 'notepad' });
});

test('the shell parses the arguments of the editor, but not the file name', () => {
  assert.deepEqual(editorCommand({ command: 'code --wait' }, "/tmp/a b'$x", 'linux'), {
    command: 'sh',
    args: ['-c', 'exec code --wait "$@"', 'code --wait', "/tmp/a b'$x"],
  });
  for (const command of ['LANG=C vi', 'cd / && vi', 'vi; true']) {
    const { args } = editorCommand({ command }, '/x', 'linux');
    assert.deepEqual(args, ['-c', `${command} "$@"`, command, '/x']);
  }
});

/** [command of the editor, whether there is a hint] */
const hints: [string, boolean][] = [
  ['code', true],
  ['/usr/local/bin/subl -n', true],
  ['code --wait', false],
  ['subl -w', false],
  ['vim', false],
  ['encode', false],
];

for (const [command, expected] of hints)
  test(`${command} gets ${expected ? 'a' : 'no'} hint to wait`, () => {
    assert.equal(waitHint({ command, by: 'EDITOR' }) !== undefined, expected);
  });
