/** The engine: needs, limits, order, and an end to everything that was begun. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { Check, Context, Look } from '../../lib/doctor/check.ts';
import { examine, type Examination } from '../../lib/doctor/examine.ts';
import { machine } from '../../lib/doctor/subjects.ts';
import { Wrong } from '../../lib/doctor/laws/fault.ts';

const fine: Look = { level: 'ok', summary: 'fine' };

function check(code: string, look: Check['look'], more: Partial<Check> = {}): Check {
  return { code, title: code, kind: 'offline', scope: 'machine', needs: [], limitMs: 5000, look, ...more };
}

function run(checks: readonly Check[], more: Partial<Examination> = {}) {
  return examine({
    instances: checks.map((each) => ({ check: each, subject: machine })),
    context: {} as Omit<Context, 'gone'>,
    gone: new AbortController().signal,
    keep: () => undefined,
    clean: (text) => text,
    ...more,
  });
}

const never: Check['look'] = ({ gone }) =>
  new Promise((_, reject) => gone.addEventListener('abort', () => reject(new Error('left')), { once: true }));

test('what failed hides its consequences, and theirs', async () => {
  const made: string[] = [];
  const note =
    (code: string, look: Look): Check['look'] =>
    () => (made.push(code), look);
  const findings = await run([
    check('third', note('third', fine), { needs: ['second'] }),
    check('first', note('first', { level: 'fail', summary: 'broken' })),
    check('second', note('second', fine), { needs: ['first'] }),
    check('other', note('other', fine)),
  ]);
  assert.deepEqual(
    findings.map(({ code, level, summary }) => `${code} ${level} ${summary}`),
    ['third skipped needs first', 'first fail broken', 'second skipped needs first', 'other ok fine'],
  );
  assert.deepEqual(made.sort(), ['first', 'other']);
});

test('a warning hides nothing', async () => {
  const findings = await run([
    check('first', () => ({ level: 'warn', summary: 'odd' })),
    check('second', () => fine, { needs: ['first'] }),
  ]);
  assert.equal(findings[1]?.level, 'ok');
});

test('needs are of the same provider and model', async () => {
  const by = check('need', (_, { name }) => ({ ...fine, level: name === 'a' ? 'fail' : 'ok' }), {
    scope: 'provider',
  });
  const on = check('use', () => fine, { needs: ['need'], scope: 'model' });
  const findings = await run([], {
    instances: [
      { check: by, subject: { name: 'a' } },
      { check: by, subject: { name: 'ab' } },
      { check: on, subject: { name: 'a/m' } },
      { check: on, subject: { name: 'ab/m' } },
    ],
  });
  assert.deepEqual(
    findings.map(({ subject, level }) => `${subject} ${level}`),
    ['a fail', 'ab ok', 'a/m skipped', 'ab/m ok'],
  );
});

test('independent looks go on at the same time', async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const findings = await run([
    check('waits', async () => (await gate, fine)),
    check('frees', () => (release(), fine)),
  ]);
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['ok', 'ok'],
  );
});

test('a look that passes its limit ends and is told so, by whose fault', async () => {
  const [offline, live] = await run([
    check('slow', never, { limitMs: 20 }),
    check('far', never, { limitMs: 20, kind: 'live' }),
  ]);
  assert.deepEqual(
    [offline?.level, offline?.summary, offline?.fault],
    ['fail', 'not done within 0.02 s', 'occ'],
  );
  assert.equal(live?.fault, 'provider');
});

test('what a run has no time for is no failure', async () => {
  const [slow, quick] = await run([check('slow', never), check('quick', () => fine)], { limitMs: 40 });
  assert.deepEqual([slow?.level, slow?.summary], ['skipped', 'not done within the ten seconds of --quick']);
  assert.equal(quick?.level, 'ok');
});

test('the end of a run ends every look, and is told to the caller', async () => {
  const leaving = new AbortController();
  let left = 0;
  const leaves: Check['look'] = async (context, subject) => {
    try {
      return await never(context, subject);
    } finally {
      left++;
    }
  };
  const going = run([check('a', leaves), check('b', leaves)], { gone: leaving.signal });
  await sleep(5);
  leaving.abort();
  await assert.rejects(going, { name: 'AbortError' });
  assert.equal(left, 2);
});

test('a law that is broken names its side; a check that throws is occ’s own fault', async () => {
  const [wrong, thrown] = await run([
    check('wrong', () => {
      throw new Wrong('provider', 'it cuts');
    }),
    check('thrown', () => {
      throw new TypeError('oops');
    }),
  ]);
  assert.deepEqual([wrong?.level, wrong?.fault, wrong?.summary], ['fail', 'provider', 'it cuts']);
  assert.deepEqual([thrown?.level, thrown?.fault], ['fail', 'occ']);
});

test('live looks take turns', async () => {
  let going = 0;
  let most = 0;
  const counted = async (): Promise<Look> => {
    most = Math.max(most, ++going);
    await sleep(5);
    going--;
    return fine;
  };
  await run(Array.from({ length: 12 }, (_, i) => check(`c${i}`, counted, { kind: 'live' })));
  assert.equal(most, 4);
});
