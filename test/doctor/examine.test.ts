/** Tests how checks are run: needs, limits, order, concurrency and interruption. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check, CheckResult, Finding } from '../../lib/doctor/check.ts';
import { CheckFailure } from '../../lib/doctor/laws/fault.ts';
import { manualClock } from '../support/clock.ts';
import { after, check, fine, instance, problem, runScripted, type ScriptOptions } from './scripted.ts';

async function findAll(checks: readonly Check[], options: ScriptOptions = {}): Promise<Finding[]> {
  const run = await runScripted(
    checks.map((each) => instance(each)),
    options,
  );
  return (await run.ended).findings;
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
  const findings = await findAll([
    check('third', note('third', fine), { needs: ['second'] }),
    check('first', note('first', problem('fail', 'broken'))),
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
  const findings = await findAll([
    check('first', () => problem('warn', 'odd')),
    check('second', () => fine, { needs: ['first'] }),
  ]);
  assert.equal(findings[1]?.level, 'ok');
});

test('a need applies to the same provider and model', async () => {
  const by = check('need', (_, { name }) => (name === 'a' ? problem('fail', 'broken') : fine), {
    scope: 'provider',
  });
  const on = check('use', () => fine, { needs: ['need'], scope: 'model' });
  const run = await runScripted(
    [
      [by, 'a'],
      [by, 'ab'],
      [on, 'a/m'],
      [on, 'ab/m'],
    ].map(([each, name]) => instance(each as Check, { name: name as string })),
  );
  assert.deepEqual(
    (await run.ended).findings.map(({ subject, level }) => `${subject} ${level}`),
    ['a fail', 'ab ok', 'a/m skipped', 'ab/m ok'],
  );
});

test('independent checks run concurrently', async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const findings = await findAll([
    check('waits', async () => (await gate, fine)),
    check('frees', () => (release(), fine)),
  ]);
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['ok', 'ok'],
  );
});

describe('a time limit', () => {
  test('that is reached is a failure, at the provider if the check is live', async () => {
    const clock = manualClock();
    const run = await runScripted(
      [
        instance(check('slow', untilAborted, { limitMs: 20_000 })),
        instance(check('far', untilAborted, { limitMs: 20_000, kind: 'live' })),
      ],
      { clock },
    );
    await run.advance(20_000);
    const [offline, live] = (await run.ended).findings;
    assert.deepEqual(
      [offline?.level, offline?.summary, offline?.fault],
      ['fail', 'not finished within 20 s', 'occ'],
    );
    assert.deepEqual(offline?.remedy?.commands, ['occ doctor slow --offline']);
    assert.equal(live?.fault, 'provider');
  });

  test('does not count the time that other programs took', async () => {
    const clock = manualClock();
    // Of every second, 0.75 are lost.
    const lostMs = (): number => clock.monotonic() * 0.75;
    const run = await runScripted(
      [instance(check('slow', after(clock, 70_000, fine), { limitMs: 20_000 }))],
      { clock, lostMs },
    );
    await run.advance(70_000);
    assert.equal((await run.ended).findings[0]?.level, 'ok');
  });

  test('is reached on a busy machine, too, when its own time is over', async () => {
    const clock = manualClock();
    const lostMs = (): number => clock.monotonic() * 0.75;
    const run = await runScripted([instance(check('slow', untilAborted, { limitMs: 20_000 }))], {
      clock,
      lostMs,
    });
    await run.advance(79_000);
    assert.deepEqual(run.lines, []);
    await run.advance(2000);
    assert.equal((await run.ended).findings[0]?.level, 'fail');
  });

  test('that the machine never lets pass ends as skipped', async () => {
    const clock = manualClock();
    const lostMs = (): number => clock.monotonic() * 0.95;
    const run = await runScripted([instance(check('slow', untilAborted, { limitMs: 20_000 }))], {
      clock,
      lostMs,
    });
    await run.advance(120_000);
    const [found] = (await run.ended).findings;
    assert.deepEqual([found?.level, found?.skipped], ['skipped', { because: 'busy' }]);
    assert.match(found?.summary ?? '', /other programs keep this machine busy/);
  });

  test('of the whole run skips what is not finished, and what needs that', async () => {
    const clock = manualClock();
    const run = await runScripted(
      [
        instance(check('slow', untilAborted)),
        instance(check('needs-it', () => fine, { needs: ['slow'] })),
        instance(check('quick', () => fine)),
      ],
      { clock, limitMs: 8000 },
    );
    await run.advance(8000);
    const [slow, needsIt, quick] = (await run.ended).findings;
    assert.deepEqual([slow?.level, slow?.skipped], ['skipped', { because: 'time' }]);
    assert.deepEqual(needsIt?.skipped, { because: 'time' });
    assert.equal(quick?.level, 'ok');
  });

  test('of the whole run holds when a check ignores it', async () => {
    const clock = manualClock();
    const run = await runScripted([instance(check('deaf', () => new Promise(() => {})))], {
      clock,
      limitMs: 8000,
    });
    await run.advance(8000);
    await run.advance(1000);
    assert.equal((await run.ended).findings[0]?.level, 'skipped');
  });
});

test('with little time left, no check that uses the processor is started', async () => {
  const made: string[] = [];
  const note =
    (code: string): Check['run'] =>
    () => (made.push(code), fine);
  const findings = await findAll(
    [check('probe', note('probe'), { heavy: true }), check('look', note('look'))],
    { limitMs: 500 },
  );
  assert.deepEqual(made, ['look']);
  assert.deepEqual(findings[0]?.skipped, { because: 'time' });
});

test('the evidence of a check that exceeds its limit is what it recorded until then', async () => {
  const clock = manualClock();
  const exchange = { request: {}, upstream: [], client: {} } as never;
  const recorded: Check['run'] = ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ ...fine, exchanges: [exchange] }), { once: true }),
    );
  const saved: string[] = [];
  const run = await runScripted([instance(check('slow', recorded, { limitMs: 1000 }))], {
    clock,
    saveEvidence: ({ code }) => (saved.push(code), '/evidence'),
  });
  await run.advance(1000);
  const [found] = (await run.ended).findings;
  assert.deepEqual([found?.level, found?.evidence, saved], ['fail', '/evidence', ['slow']]);
});

test('an interrupted run ends every check, keeps what is known and skips the rest', async () => {
  let ended = 0;
  const counted: Check['run'] = async (context, subject) => {
    try {
      return await untilAborted(context, subject);
    } finally {
      ended++;
    }
  };
  const run = await runScripted(
    [
      check('known', () => fine),
      check('a', counted),
      check('b', counted),
      check('c', () => fine, { needs: ['b'] }),
    ].map((each) => instance(each)),
  );
  await run.interrupt();
  const { findings, report } = await run.ended;
  assert.deepEqual(
    findings.map(({ level, skipped }) => skipped?.because ?? level),
    ['ok', 'interrupted', 'interrupted', 'interrupted'],
  );
  assert.equal(ended, 2);
  assert.deepEqual(report.counts, { passed: 1, warnings: 0, failed: 0, skipped: 3 });
});

test('a CheckFailure names who is at fault; any other error is a fault of occ', async () => {
  const [failed, thrown] = await findAll([
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

for (const [name, more, limit] of [
  ['live checks', { kind: 'live' }, 4],
  ['checks that use the processor', { heavy: true }, 3],
] as const)
  test(`at most ${limit} ${name} run concurrently`, async () => {
    const clock = manualClock();
    let running = 0;
    let most = 0;
    const counted: Check['run'] = async (context, subject) => {
      most = Math.max(most, ++running);
      const result = await after(clock, 5, fine)(context, subject);
      running--;
      return result;
    };
    const run = await runScripted(
      Array.from({ length: 12 }, (_, i) => instance(check(`c${i}`, counted, more))),
      { clock },
    );
    for (let i = 0; i < 4; i++) await run.advance(5);
    assert.equal((await run.ended).findings.length, 12);
    assert.equal(most, limit);
  });
