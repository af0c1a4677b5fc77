/** Every error path goes through one place, which prints what happened and the next step. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { types } from 'node:util';
import { fileURLToPath } from 'node:url';
import { elsewhere, rows } from './error-rows.ts';
import { occ } from './run-main.ts';

const lib = fileURLToPath(new URL('../../lib/', import.meta.url));
const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(lib, file), 'utf8') }));

/** The codes that sources give to errors. A code that is not written as text is that of a caught error. */
const codes = new Set(
  sources.flatMap(({ text }) =>
    Array.from(
      text.matchAll(/new OccError\(\s*'([a-z_]+)'|super\('([a-z_]+_[a-z]+)'/g),
      ([, one, other]) => one ?? other ?? '',
    ),
  ),
);

describe('the table of errors', () => {
  test('has a row, or a reason, for every code', () => {
    assert.ok(codes.size > 25);
    const tried = new Set(rows.map(({ code }) => code));
    assert.deepEqual([...codes].filter((code) => !tried.has(code) && !(code in elsewhere)).toSorted(), []);
  });

  test('has no code that does not exist, and no reason for one that is tried', () => {
    assert.deepEqual(
      rows.map(({ code }) => code).filter((code) => !codes.has(code)),
      [],
    );
    assert.deepEqual(
      Object.keys(elsewhere).filter((code) => !codes.has(code) || rows.some((row) => row.code === code)),
      [],
    );
  });
});

for (const json of [false, true]) {
  describe(json ? 'an error with --json' : 'an error', () => {
    for (const { code, args, exit, what, next, given } of rows) {
      test(`${code}: occ ${args.join(' ')}`, async (t) => {
        const at = mkdtempSync(join(tmpdir(), 'occ-error-'));
        t.after(() => rmSync(at, { recursive: true, force: true }));
        const changed = (await given?.(at, t)) ?? {};
        const env =
          changed.env !== undefined && types.isProxy(changed.env)
            ? changed.env
            : { HOME: at, PATH: '/nonexistent', ...changed.env };
        const place = { home: at, cwd: at, ...changed, env };
        const { code: ended, stdout, stderr } = await occ(json ? ['--json', ...args] : args, place);
        const error = stderr.split('\n').slice(0, -1);
        const start = error.findIndex((line) => line.startsWith('occ: ') && what.test(line));
        assert.notEqual(start, -1, stderr);
        const [first = '', ...rest] = error.slice(start);
        assert.equal(ended, exit, stderr);
        assert.equal(stdout, '');
        assert.doesNotMatch(first, /[.:]\s+[A-Z]\w+ |\.$|undefined|\[object|occ: occ:/, 'one sentence');
        assert.ok(rest.length > 0, 'a next step');
        for (const line of rest) assert.match(line, /^ {2}\S/);
        assert.match(rest.join('\n'), next);
      });
    }
  });
}

/** Classes that are thrown inside lib, and by whom they are caught before they could reach the user. */
const caught: Readonly<Record<string, string>> = {
  OccError: 'printed by lib/cli/failure.ts',
  ConfigError: 'an OccError',
  HelpRequest: 'printed as help by lib/cli.ts',
  InvalidArgumentError: 'turned into an error of usage by commander',
  CheckFailure: 'a finding of doctor',
  NotObserved: 'a finding of doctor',
  EncodingError: 'an answer of the proxy',
  UpstreamError: 'an answer of the proxy',
  Refused: 'an answer of the emulator',
  Unservable: 'an answer of the proxy',
  Unparsable: 'an OccError of lib/config/imports/find.ts',
};

/** Errors that only a bug can cause, or that are caught where they are thrown: the files that may throw them. */
const bugs: ReadonlySet<string> = new Set([
  'doctor/checks/machine/config.ts',
  'doctor/bench/live.ts',
  'config/edit/first.ts',
  'commands/models/refresh.ts',
  'captures/virtual-clock.ts',
  'ledger/budgets.ts',
  'captures/scrub/body.ts',
]);

test('nothing else is thrown', () => {
  const thrown = sources.flatMap(({ file, text }) =>
    Array.from(text.matchAll(/\bthrow new (\w+)/g), ([, name = '']) => ({ file, name })),
  );
  assert.ok(thrown.length > 50);
  const others = thrown.filter(
    ({ file, name }) => !(name in caught) && !(name === 'Error' && bugs.has(file)),
  );
  assert.deepEqual(others, []);
});

test('only lib/cli/failure.ts prints errors of the program', () => {
  const printing = sources.filter(({ text }) => /\.remedy\.split\(/.test(text)).map(({ file }) => file);
  assert.deepEqual(printing.toSorted(), ['cli/failure.ts', 'host/live-settings.ts']);
});
