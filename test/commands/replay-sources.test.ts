/** Which recording `occ replay` and `occ report` take from the folder of captures. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { home } from './program.ts';

const text = readFileSync(new URL('../fixtures/captures/cut-after-text.json', import.meta.url), 'utf8');
const { id } = JSON.parse(text) as { id: string };
const folder = '.local/state/occ/captures';
const later = 'req_ffffffffffffffffffffffff';

test('a file that a crash has left, and one that is no capture, do not hide the latest recording', async (t) => {
  const at = home(t);
  at.write(`${folder}/2026-11-01T00-00-00-000Z-${id}.json`, text);
  at.write(`${folder}/2026-11-02T00-00-00-000Z-${later}.json`, text.slice(0, 500));
  at.write(`${folder}/zz.json`, '{}');
  const latest = await at.run(['replay', '--json']);
  assert.equal((JSON.parse(latest.stdout) as { id: string }).id, id, latest.stderr);
  const named = await at.run(['replay', later]);
  assert.equal(named.code, 1);
  assert.match(named.stderr, /req_f{24}\.json cannot be replayed: it is not JSON\n/);
  const foreign = await at.run(['replay', `${folder}/zz.json`]);
  assert.match(foreign.stderr, /zz\.json cannot be replayed: it has no schema, so occ has not written it\n/);
});

test('if no recording can be read, the latest one is named', async (t) => {
  const at = home(t);
  at.write(`${folder}/2026-11-02T00-00-00-000Z-${later}.json`, text.slice(0, 500));
  const { code, stderr } = await at.run(['report', '--yes']);
  assert.equal(code, 1);
  assert.match(stderr, /req_f{24}\.json cannot be replayed: it is not JSON\n/);
});

test('a folder with nothing but other files holds no recording', async (t) => {
  const at = home(t);
  at.write(`${folder}/zz.json`, '{}');
  at.write(`${folder}/2026-11-02T00-00-00-000Z-${later}.skeleton.json`, '{"schema":1,"kind":"skeleton"}');
  const { code, stderr } = await at.run(['replay']);
  assert.equal(code, 1);
  assert.match(stderr, /no request is recorded; looked at .*\n.*occ record on/);
});
