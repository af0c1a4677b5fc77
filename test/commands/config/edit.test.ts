import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { home } from '../program.ts';
import { hangMs } from '../../support/limits.ts';
import { desk, keptCopy } from './world.ts';
import { keys } from '../../support/typist.ts';

const posix = { skip: process.platform === 'win32' && 'the editors here are shell scripts' };
const old = '{\n  // mine\n  "port": 4000, // and this\n}\n';

test('a valid file is saved as typed, with one backup beside it', posix, async (t) => {
  const { occ, file, home, write, read, editor } = desk(t);
  write(old);
  const EDITOR = editor(`
    stat -c %a "$1" "$(dirname "$1")" > ${home}/modes 2>/dev/null || stat -f %Lp "$1" "$(dirname "$1")" > ${home}/modes
    echo "$1" > ${home}/copy
    ls "$(dirname "$1")" > ${home}/beside
    sed 's/4000/5000/' "$1" > "$1.new" && mv "$1.new" "$1"`);
  const said = await occ(['edit'], { env: { EDITOR } });
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /is changed; the previous version is .*config\.json\.bak\n$/);
  assert.equal(read(), old.replace('4000', '5000'));
  assert.equal(readFileSync(`${file}.bak`, 'utf8'), old);
  for (const path of [file, `${file}.bak`]) assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(home, 'modes'), 'utf8'), '600\n700\n');
  assert.equal(readFileSync(join(home, 'beside'), 'utf8'), 'config.jsonc\nconfig.schema.json\n');
  assert.equal(existsSync(readFileSync(join(home, 'copy'), 'utf8').trim()), false);
  assert.deepEqual(readdirSync(dirname(file)).sort(), ['config.json', 'config.json.bak']);
  await occ(['edit'], { env: { EDITOR: editor(`sed -i.x 's/5000/6000/' "$1"`) } });
  assert.equal(readFileSync(`${file}.bak`, 'utf8'), old.replace('4000', '5000'));
});

test('an unchanged file is not written', posix, async (t) => {
  const { occ, file, write, read } = desk(t);
  write('{ not even JSON');
  const said = await occ(['edit'], { env: { EDITOR: 'true' } });
  assert.deepEqual([said.code, said.stdout], [0, '']);
  assert.match(said.stderr, /nothing was changed, so nothing was written/);
  assert.equal(read(), '{ not even JSON');
  assert.equal(existsSync(`${file}.bak`), false);
});

test('without a file, the template is opened and saved only if it was changed', posix, async (t) => {
  const { occ, file, read, editor, home } = desk(t);
  const none = await occ(['edit'], { env: { EDITOR: 'true' } });
  assert.equal(none.code, 0);
  assert.match(none.stderr, /the file still does not exist/);
  assert.equal(existsSync(file), false);
  const EDITOR = editor(`cp "$1" ${home}/given; sed -i.x 's/3456/4567/' "$1"`);
  assert.equal((await occ(['edit'], { env: { EDITOR } })).code, 0);
  const given = readFileSync(join(home, 'given'), 'utf8');
  assert.match(given, /"\$schema": "\.\/config\.schema\.json"/);
  assert.match(given, /"auth_token": "[\w-]{43}"/);
  assert.equal(read(), given.replace('3456', '4567'));
  assert.deepEqual(readdirSync(dirname(file)).sort(), ['config.json', 'config.schema.json']);
  assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
});

const wrong = `cat > "$1" <<'END'
{
  "port": "x",
  "models": { "default": { "provider": "nobody", "model_id": "m" } },
  "retry": { "attempts": -1 }
}
END`;

test(
  'without a terminal, all mistakes are reported, nothing is written, and the copy is kept',
  posix,
  async (t) => {
    const { occ, write, read, editor } = desk(t);
    write(old);
    const said = await occ(['edit'], { env: { EDITOR: editor(wrong) } });
    assert.equal(said.code, 78);
    assert.match(said.stderr, /✗ port \(line 2\): found a string, expected a whole number/);
    assert.match(said.stderr, /✗ models\.default\.provider \(line 3\): found the unknown provider "nobody"/);
    assert.match(said.stderr, /✗ retry\.attempts \(line 4\): found -1, expected 0 or more/);
    assert.equal(read(), old);
    assert.match(readFileSync(keptCopy(said), 'utf8'), /"nobody"/);
    assert.equal(statSync(keptCopy(said)).mode & 0o777, 0o600);
  },
);

test('on a terminal, the editor is opened again until the file is valid', posix, async (t) => {
  const { occ, write, read, editor, home } = desk(t);
  write(old);
  const EDITOR = editor(`
    if [ -e ${home}/second ]; then grep -q nobody "$1" && echo '{ "port": 1 }' > "$1"; exit; fi
    touch ${home}/second
    ${wrong}`);
  const said = await occ(['edit'], { env: { EDITOR }, typed: [[/Edit it again/, 'y']] });
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /✗ port[^]*Edit it again\?/);
  assert.equal(read(), '{ "port": 1 }\n');
});

for (const [name, typed] of [
  ['no', 'n'],
  ['Ctrl-C', keys.ctrlC],
] as const) {
  test(`answering the question with ${name} ends with 78 and keeps the copy`, posix, async (t) => {
    const { occ, write, read, editor } = desk(t);
    write(old);
    const said = await occ(['edit'], { env: { EDITOR: editor(wrong) }, typed: [[/Edit it again/, typed]] });
    assert.equal(said.code, 78);
    assert.equal(read(), old);
    assert.match(readFileSync(keptCopy(said), 'utf8'), /"nobody"/);
  });
}

const misspelt = `echo '{ "prot": 1, "old_key": 2 }' > "$1"`;

for (const [name, typed, saved] of [
  ['no, which saves it', 'n', true],
  ['Ctrl-C, which saves nothing', keys.ctrlC, false],
] as const) {
  test(`on a terminal, an unknown key is asked about; ${name}`, posix, async (t) => {
    const { occ, write, read, editor } = desk(t);
    write('{ "old_key": 1 }');
    const env = { EDITOR: editor(misspelt) };
    const said = await occ(['edit'], { env, typed: [[/Edit it again/, typed]] });
    assert.match(
      said.stderr,
      /found 1 unknown key\n! prot \(line 1\): unknown key, ignored; did you mean "port"\?/,
    );
    assert.equal(said.code, saved ? 0 : 130);
    assert.equal(/prot/.test(read()), saved);
    if (!saved) assert.match(readFileSync(keptCopy(said), 'utf8'), /"prot"/);
  });
}

test('an unknown key is corrected in the editor, which is opened again', posix, async (t) => {
  const { occ, write, read, editor, home } = desk(t);
  write('{}');
  const EDITOR = editor(`
    if [ -e ${home}/second ]; then echo '{ "port": 1 }' > "$1"; exit; fi
    touch ${home}/second
    ${misspelt}`);
  const said = await occ(['edit'], { env: { EDITOR }, typed: [[/Edit it again/, 'y']] });
  assert.equal(said.code, 0, said.stderr);
  assert.equal(read(), '{ "port": 1 }\n');
});

test('a name that is almost a scenario is asked about as well', posix, async (t) => {
  const { occ, write, editor } = desk(t);
  write('{ "models": { "default": { "model_id": "glm-5.3" } } }');
  const EDITOR = editor(`sed -i.x s/default/defualt/ "$1"`);
  const said = await occ(['edit'], { env: { EDITOR }, typed: [[/Edit it again/, 'n']] });
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /models\.defualt \(line 1\): is not a scenario; did you mean "default"\?/);
});

test('without a terminal, a file with unknown keys is saved with a warning', posix, async (t) => {
  const { occ, write, read, editor } = desk(t);
  write('{}');
  const said = await occ(['edit'], { env: { EDITOR: editor(misspelt) } });
  assert.equal(said.code, 0);
  assert.match(said.stderr, /prot.*unknown key/);
  assert.match(read(), /prot/);
});

test('invalid JSON is reported with line and column, once per line', posix, async (t) => {
  const { occ, write, read, editor } = desk(t);
  write(old);
  const EDITOR = editor(`printf '{\\n  "port": 1\\n  "host": oops\\n}\\n' > "$1"`);
  const said = await occ(['edit'], { env: { EDITOR } });
  assert.equal(said.code, 78);
  assert.match(said.stderr, /✗ line 3, column 3: expected ","/);
  assert.equal(said.stderr.match(/✗ line 3/g)?.length, 1);
  assert.equal(read(), old);
});

test('warnings are reported and do not prevent saving', posix, async (t) => {
  const { occ, write, read, editor } = desk(t);
  write(old);
  const EDITOR = editor(`echo '{ "prot": 1, "host": "$''{UNSET_HERE}" }' > "$1"`);
  const said = await occ(['edit'], { env: { EDITOR, OCC_PORT: 'bad' } });
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /prot \(line 1\): unknown key, ignored; did you mean "port"\?/);
  assert.match(said.stderr, /UNSET_HERE, which it names, is not set/);
  assert.match(said.stderr, /OCC_PORT: the variable OCC_PORT: expected a whole number from 0 to 65535/);
  assert.match(read(), /prot/);
});

/** [what the editor does, its script, expected message, whether the copy is kept] */
const failures: [string, string, RegExp, boolean][] = [
  ['ends with an error', 'echo {} > "$1"; exit 3', /ended with code 3/, true],
  ['ends with an error and has changed nothing', 'exit 3', /ended with code 3/, false],
  ['is killed', 'echo {} > "$1"; kill -9 $$', /was ended by signal 9/, true],
  ['removes the copy', 'rm "$1"', /the editor has removed the copy/, false],
  ['removes the directory of the copy', 'rm -r "$(dirname "$1")"', /the editor has removed the copy/, false],
];

for (const [name, script, words, kept] of failures) {
  test(`an editor that ${name}: nothing is changed`, posix, async (t) => {
    const { occ, write, read, editor, file } = desk(t);
    write(old);
    const said = await occ(['edit'], { env: { EDITOR: editor(script) } });
    assert.equal(said.code, 1);
    assert.match(said.stderr, words);
    assert.equal(read(), old);
    assert.deepEqual(readdirSync(dirname(file)), ['config.json']);
    assert.equal(keptCopy(said) !== '', kept);
    if (kept) assert.equal(readFileSync(keptCopy(said), 'utf8'), '{}\n');
  });
}

test('an editor that is missing or not executable is named with the variable', posix, async (t) => {
  const { occ, write } = desk(t);
  write(old);
  const missing = await occ(['edit'], { env: { VISUAL: 'no-such-editor', EDITOR: 'true' } });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /"no-such-editor", from VISUAL, was not found\n {2}set VISUAL/);
  assert.equal(keptCopy(missing), '');
  const denied = await occ(['edit'], { env: { EDITOR: '/etc/passwd' } });
  assert.match(denied.stderr, /from EDITOR, is not executable/);
  const none = await occ(['edit']);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no editor is set[^]*set VISUAL or EDITOR/);
});

test('an editor may have arguments and quotes, and its path may contain spaces', posix, async (t) => {
  const { occ, write, read, editor, home } = desk(t);
  write(old);
  const program = editor(`[ "$1" = "a b" ] && [ "$2" = -w ] && echo '{ "port": 1 }' > "$3"`);
  mkdirSync(join(home, 'with blanks'));
  const moved = join(home, 'with blanks', 'ed');
  renameSync(program, moved);
  const said = await occ(['edit'], { env: { EDITOR: `'${moved}' "a b" -w` } });
  assert.equal(said.code, 0, said.stderr);
  assert.equal(read(), '{ "port": 1 }\n');
});

test('of two concurrent edits, the second does not overwrite the first', posix, async (t) => {
  const { occ, write, read, editor, home } = desk(t);
  write(old);
  const slow = editor(`
    touch ${home}/open
    n=0; while [ ! -e ${home}/go ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
    sed -i.x 's/4000/2/' "$1"`);
  const quick = editor(`
    n=0; while [ ! -e ${home}/open ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
    sed -i.x 's/4000/1/' "$1"`);
  const second = occ(['edit'], { env: { EDITOR: slow } });
  const first = await occ(['edit'], { env: { EDITOR: quick } });
  writeFileSync(join(home, 'go'), '');
  const said = await second;
  assert.equal(first.code, 0, first.stderr);
  assert.equal(said.code, 1);
  assert.match(said.stderr, /changed by another program while you edited/);
  assert.equal(read(), old.replace('4000', '1'));
  assert.equal(readFileSync(keptCopy(said), 'utf8'), old.replace('4000', '2'));
});

test('CRLF, a byte order mark and bytes that are not UTF-8 are preserved', posix, async (t) => {
  const { occ, file, editor } = desk(t);
  mkdirSync(dirname(file), { recursive: true });
  const bytes = Buffer.concat([
    Buffer.from('\uFEFF{\r\n  // gr\u00fc\u00dfe '),
    Buffer.from([0xe9]),
    Buffer.from('\r\n  "port": 4000\r\n}\r\n'),
  ]);
  writeFileSync(file, bytes);
  const EDITOR = editor(`LC_ALL=C sed -i.x 's/4000/5000/' "$1"`);
  assert.equal((await occ(['edit'], { env: { EDITOR } })).code, 0);
  const wanted = Buffer.from(bytes);
  wanted[wanted.indexOf('4000')] = '5'.charCodeAt(0);
  assert.deepEqual(readFileSync(file), wanted);
});

test('a symbolic link is kept, even without a target', posix, async (t) => {
  const { occ, file, home, read, editor } = desk(t);
  mkdirSync(dirname(file), { recursive: true });
  const real = join(home, 'dotfiles.json');
  symlinkSync(real, file);
  const EDITOR = editor(`echo '{ "port": 1 }' > "$1"`);
  assert.equal((await occ(['edit'], { env: { EDITOR } })).code, 0);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(readFileSync(real, 'utf8'), '{ "port": 1 }\n');
  assert.equal((await occ(['edit'], { env: { EDITOR: editor(`echo '{ "port": 2 }' > "$1"`) } })).code, 0);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(read(), '{ "port": 2 }\n');
});

test('if the file cannot be written, the reason is reported and the copy kept', posix, async (t) => {
  const { occ, file, write, read, editor, home } = desk(t);
  write(old);
  mkdirSync(`${file}.bak`);
  const EDITOR = editor(`echo '{ "port": 1 }' > "$1"`);
  const said = await occ(['edit'], { env: { EDITOR } });
  assert.equal(said.code, 1);
  assert.match(said.stderr, /cannot write .*config\.json: it, or its backup, is a directory/);
  assert.equal(read(), old);
  assert.equal(readFileSync(keptCopy(said), 'utf8'), '{ "port": 1 }\n');
  const nowhere = await occ(['edit', '--config', join(home, 'editor-0', 'x.json')], { env: { EDITOR } });
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /part of its path is not a directory|a directory; expected/);
});

test('a file of another tool is never written, whatever names it', posix, async (t) => {
  const { occ, home } = desk(t);
  const theirs = join(home, '.config/oc-go-cc/config.json');
  mkdirSync(dirname(theirs), { recursive: true });
  writeFileSync(theirs, old);
  const EDITOR = 'false';
  const cases: [string[], Record<string, string>][] = [
    [['edit'], {}],
    [['edit', '--config', theirs], {}],
    [['edit'], { OC_GO_CC_CONFIG: '/elsewhere/config.json' }],
    [['set', 'port', '1'], {}],
    [['unset', 'port'], {}],
    [['init', '--force', '-c', theirs], {}],
  ];
  for (const [args, env] of cases) {
    const said = await occ(args, { env: { EDITOR, ...env } });
    assert.equal(said.code, 1, args.join(' '));
    assert.match(
      said.stderr,
      /belongs to another tool and is never written\n {2}to take it over: occ config import/,
    );
  }
  assert.equal(readFileSync(theirs, 'utf8'), old);
  const begun = await occ(['init']);
  assert.equal(begun.code, 0);
  assert.match(begun.stderr, /oc-go-cc\/config\.json, which belongs to another tool, is no longer read/);
});

test('SIGTERM is passed on to the editor, not to the shell that started it', posix, async (t) => {
  const { dir, write, program, start } = home(t);
  const file = write('.config/occ/config.json', old);
  program(
    'ed',
    `#!${process.execPath}
const fs = require('node:fs');
fs.writeFileSync(process.argv[2], '{}');
process.on('SIGTERM', () => { fs.writeFileSync('${dir}/told', ''); process.exit(0); });
setTimeout(() => process.exit(9), ${hangMs});
console.error('editing');
`,
  );
  const running = start(['config', 'edit'], { EDITOR: 'ed' });
  await running.waitFor('editing');
  running.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  // The editor ended with 0, so its changes are saved.
  assert.equal(code, 0, stderr);
  assert.ok(existsSync(join(dir, 'told')));
  assert.equal(readFileSync(file, 'utf8'), '{}');
});
