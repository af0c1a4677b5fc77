/** Tests how checks are run: needs, limits, order and concurrency. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { Check, Context, CheckResult } from '../../lib/doctor/check.ts';
import { examine, type Examination } from '../../lib/doctor/examine.ts';
import { machine } from '../../lib/doctor/subjects.ts';
import { CheckFailure } from '../../lib/doctor/laws/fault.ts';

const fine: CheckResult = { level: 'ok', summary: 'fine' };

function check(code: string, run: Check['run'], more: Partial<Check> = {}): Check {
  return { code, title: code, kind: 'offline', scope: 'machine', needs: [], limitMs: 5000, run, ...more };
}

function examineAll(checks: readonly Check[], more: Partial<Examination> = {}) {
  return examine({
    instances: checks.map((each) => ({ check: each, subject: machine })),
    context: {} as Omit<Context, 'signal'>,
    signal: new AbortController().signal,
    saveEvidence: () => undefined,
    redact: (text) => text,
    ...more,
  });
}

const untilAborted: Check['run'] = ({ signal }) =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
  );

test('a failure skips the checks that need it, and those that need these', async () => {
  const made: string[] = [];
  const note =
    (code: string, result: CheckResult): Check['run'] =>
    () => (made.push(code), result);
  const findings = await examineAll([
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

test('a warning skips no other check', async () => {
  const findings = await examineAll([
    check('first', () => ({ level: 'warn', summary: 'odd' })),
    check('second', () => fine, { needs: ['first'] }),
  ]);
  assert.equal(findings[1]?.level, 'ok');
});

test('a need applies to the same provider and model', async () => {
  const by = check('need', (_, { name }) => ({ ...fine, level: name === 'a' ? 'fail' : 'ok' }), {
    scope: 'provider',
  });
  const on = check('use', () => fine, { needs: ['need'], scope: 'model' });
  const findings = await examineAll([], {
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

test('independent checks run concurrently', async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const findings = await examineAll([
    check('waits', async () => (await gate, fine)),
    check('frees', () => (release(), fine)),
  ]);
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['ok', 'ok'],
  );
});

test('a check that exceeds its limit fails, with the provider at fault if it is live', async () => {
  const [offline, live] = await examineAll([
    check('slow', untilAborted, { limitMs: 20 }),
    check('far', untilAborted, { limitMs: 20, kind: 'live' }),
  ]);
  assert.deepEqual(
    [offline?.level, offline?.summary, offline?.fault],
    ['fail', 'not finished within 0.02 s', 'occ'],
  );
  assert.equal(live?.fault, 'provider');
});

test('a check that the run has no time for is skipped', async () => {
  const [slow, quick] = await examineAll([check('slow', untilAborted), check('quick', () => fine)], {
    limitMs: 40,
  });
  assert.deepEqual(
    [slow?.level, slow?.summary],
    ['skipped', 'not finished within the ten seconds of --quick'],
  );
  assert.equal(quick?.level, 'ok');
});

test('aborting a run aborts every check and rejects', async () => {
  const interrupt = new AbortController();
  let ended = 0;
  const counted: Check['run'] = async (context, subject) => {
    try {
      return await untilAborted(context, subject);
    } finally {
      ended++;
    }
  };
  const running = examineAll([check('a', counted), check('b', counted)], { signal: interrupt.signal });
  await sleep(5);
  interrupt.abort();
  await assert.rejects(running, { name: 'AbortError' });
  assert.equal(ended, 2);
});

test('a CheckFailure names who is at fault; any other error is a fault of occ', async () => {
  const [failed, thrown] = await examineAll([
    check('failed', () => {
      throw new CheckFailure('provider', 'it cuts off');
    }),
    check('thrown', () => {
      throw new TypeError('oops');
    }),
  ]);
  assert.deepEqual([failed?.level, failed?.fault, failed?.summary], ['fail', 'provider', 'it cuts off']);
  assert.deepEqual([thrown?.level, thrown?.fault], ['fail', 'occ']);
});

test('at most four live checks run concurrently', async () => {
  let running = 0;
  let most = 0;
  const counted = async (): Promise<CheckResult> => {
    most = Math.max(most, ++running);
    await sleep(5);
    running--;
    return fine;
  };
  await examineAll(Array.from({ length: 12 }, (_, i) => check(`c${i}`, counted, { kind: 'live' })));
  assert.equal(most, 4);
});
