/** Tests the page of doctor while a run goes on, on a clock that the test advances, and the report as JUnit XML. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { openPage } from '../../lib/commands/doctor/live-page.ts';
import type { Check, CheckResult, Subject } from '../../lib/doctor/check.ts';
import { renderJunit } from '../../lib/doctor/junit.ts';
import { exitCodeOf } from '../../lib/doctor/report.ts';
import type { Instance } from '../../lib/doctor/select.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { matchesGolden } from '../support/golden.ts';
import { manualClock } from '../support/clock.ts';
import {
  after,
  check,
  fine,
  instance,
  problem,
  providerWith,
  runScripted,
  type ScriptedRun,
} from '../doctor/scripted.ts';

const pageOf = async (run: ScriptedRun): Promise<string[]> => (await run.ended).page;

describe('findings are printed when they are known', () => {
  test('in the order of the report, and never earlier than those before them', async () => {
    const clock = manualClock();
    const run = await runScripted(
      [
        instance(check('node', () => fine)),
        instance(check('slow', after(clock, 3000, fine))),
        instance(check('quick', after(clock, 1000, fine))),
        instance(check('last', after(clock, 5000, fine))),
      ],
      { clock },
    );
    assert.deepEqual(run.lines, ['✓ node   fine']);
    await run.advance(1000);
    assert.equal(run.lines.length, 1);
    await run.advance(2000);
    assert.deepEqual(run.lines.slice(1), ['✓ slow   fine', '✓ quick  fine']);
    await run.advance(2000);
    assert.deepEqual((await pageOf(run)).slice(3), [
      '✓ last   fine',
      '',
      'No problem found: 4 checks passed',
    ]);
  });

  test('each subject once, with a heading; the checks that take minutes last', async () => {
    const clock = manualClock();
    const [provider, ...models] = providerWith('go', ['a', 'b']) as [Subject, ...Subject[]];
    const answers = check('model', (_, { name }) => (name === 'go/b' ? problem('warn', 'odd') : fine), {
      scope: 'model',
    });
    const long = (of: 'live' | 'offline'): Check =>
      check('two-minute', after(clock, 126_000, fine), { long: true, kind: of, limitMs: 200_000 });
    const run = await runScripted(
      [
        instance(check('node', () => fine)),
        instance(check('key', after(clock, 1000, fine)), provider),
        ...models.map((model) => instance(answers, model)),
        instance(long('offline')),
        instance(long('live'), models[0]),
      ],
      { clock },
    );
    assert.deepEqual(run.lines, ['✓ node        fine']);
    await run.advance(1000);
    const [, ...rest] = run.lines;
    assert.deepEqual(rest, [
      '',
      'go',
      '✓ key         fine',
      '',
      'go/a',
      '✓ model       fine',
      '',
      'go/b',
      '! model       odd',
      '    Correct it:',
      '        occ config edit',
    ]);
    await run.advance(125_000);
    assert.deepEqual((await pageOf(run)).slice(12), [
      '',
      'Long streams',
      '✓ two-minute  fine',
      '✓ two-minute  go/a: fine',
      '',
      '1 warning, 5 checks passed',
    ]);
  });

  test('and the last line says what runs, with the seconds of the long one', async () => {
    const clock = manualClock();
    const run = await runScripted(
      [
        instance(check('node', () => fine)),
        instance(check('two-minute', after(clock, 126_000, fine), { long: true, limitMs: 170_000 })),
        ...['a', 'b', 'c', 'd'].map((code) => instance(check(code, after(clock, 2000, fine)))),
      ],
      { clock },
    );
    assert.equal(run.status(), '1 of 6 done; a, b … two-minute 0 of 126 s');
    await run.advance(42_500);
    assert.equal(run.status(), '5 of 6 done; two-minute 42 of 126 s');
    await run.advance(100_000);
    assert.equal(run.status(), '6 of 6 done');
  });
});

describe('an interrupted run', () => {
  test('prints what is known, and the rest in one line', async () => {
    const clock = manualClock();
    const run = await runScripted(
      [
        instance(check('node', () => fine)),
        instance(check('eof', after(clock, 9000, fine))),
        instance(check('cancel', after(clock, 1000, problem('fail', 'late')))),
        instance(check('usage', after(clock, 9000, fine))),
        instance(check('two-minute', after(clock, 126_000, fine), { long: true })),
      ],
      { clock },
    );
    await run.advance(1000);
    await run.interrupt();
    const { report, page } = await run.ended;
    assert.deepEqual(page, [
      '✓ node        fine',
      '✗ cancel      late',
      '    The fault is on this machine.',
      '    Correct it:',
      '        occ config edit',
      '- not checked, interrupted: eof, usage',
      '',
      'Long streams',
      '- not checked, interrupted: two-minute',
      '',
      'Interrupted: 1 problem, 1 check passed, 3 not checked',
    ]);
    assert.equal(exitCodeOf(report), 130);
  });
});

describe('a run in which nothing could be looked at', () => {
  const record = check('record', () => fine);
  const running = check('running', () => ({
    level: 'skipped',
    summary: 'no proxy is running',
    skipped: { because: 'not_applicable' },
  }));

  test('says why, and is wrong usage, although a check that was needed passed', async () => {
    const run = await runScripted([instance(record, undefined, false), instance(running)], {
      why: 'no proxy is running',
    });
    const { report, page } = await run.ended;
    assert.equal(page.at(-1), 'Nothing was checked: no proxy is running');
    assert.equal(exitCodeOf(report), 2);
  });

  test('is a failure if a check that was needed failed', async () => {
    const broken = check('keys', () => problem('fail', 'no key'));
    const key = check('key', () => fine, { needs: ['keys'] });
    const { report } = await (await runScripted([instance(broken, undefined, false), instance(key)])).ended;
    assert.equal(exitCodeOf(report), 1);
  });

  test('without any check has only a summary', async () => {
    const { report, page } = await (await runScripted([], { why: 'there is nothing' })).ended;
    assert.deepEqual(page, ['Nothing was checked: there is nothing']);
    assert.equal(exitCodeOf(report), 2);
  });

  test('is not one in which one of several checks could look', async () => {
    const { report } = await (await runScripted([instance(record), instance(running)])).ended;
    assert.equal(exitCodeOf(report), 0);
  });
});

/** A run with everything that is folded. */
async function folded(columns?: number): Promise<string[]> {
  const clock = manualClock();
  const six = ['a', 'b', 'c', 'd', 'e', 'f'];
  const without = providerWith('go', six);
  const within = providerWith('zen', ['glm-5.3', 'kimi-k3', 'minimax-m3']);
  const keys = check(
    'keys',
    (_, { name }) =>
      name === 'go'
        ? problem('fail', 'no key: none is set; looked in OCC_API_KEY, OPENCODE_API_KEY', {
            remedy: { text: 'give go a key', commands: ['occ config set api_key --stdin'] },
          })
        : fine,
    {
      scope: 'provider',
      unmet: 'no key',
    },
  );
  const spent = problem('warn', 'its quota is spent: 429 GoUsageLimitError: try again in 3 hours', {
    remedy: { text: 'see how much is used and when it resets', commands: ['occ usage'] },
  });
  const answers = (name: string): CheckResult => (name === 'zen/glm-5.3' ? fine : spent);
  const model = check('model', (_, { name }) => answers(name), { scope: 'model', needs: ['keys'] });
  const tools = check('parallel-tools', () => fine, { scope: 'model', needs: ['model'], kind: 'live' });
  const quota = check('quota', () => fine, { scope: 'provider', needs: ['keys'] });
  const eof = check('eof', () =>
    problem('fail', 'an answer that broke off (cut) reached the client as complete', {
      fault: 'occ',
      detail: 'In the formats chat, gemini',
    }),
  );
  const slow = check('two-minute', after(clock, 60_000, fine), { long: true });
  const providerInstances = ([provider, ...models]: readonly Subject[]): Instance[] => [
    instance(keys, provider),
    instance(quota, provider),
    ...models.flatMap((each) => [instance(model, each), instance(tools, each)]),
  ];
  const run = await runScripted(
    [
      instance(check('node', () => ({ level: 'ok', summary: 'v24.1.0 at /usr/local/bin/node' }))),
      instance(eof),
      instance(check('refusals', after(clock, 20_000, fine))),
      ...providerInstances(without),
      ...providerInstances(within),
      instance(slow),
    ],
    {
      clock,
      limitMs: 8000,
      saveEvidence: () => '/home/me/.local/state/occ/doctor/eof.txt',
      ...(columns !== undefined && { columns }),
    },
  );
  await run.advance(8000);
  return pageOf(run);
}

for (const columns of [40, 80])
  test(`the page at ${columns} columns folds what is repeated`, async () => {
    const golden = fileURLToPath(new URL(`doctor-page-${columns}.txt`, import.meta.url));
    const lines = await folded(columns);
    const isCommand = (line: string): boolean => line.startsWith('        ');
    assert.ok(lines.every((line) => line.length <= columns || isCommand(line) || !line.trim().includes(' ')));
    matchesGolden(golden, lines);
  });

test('a pipe is 80 columns wide', async () => {
  assert.deepEqual(await folded(), await folded(80));
});

test('colour adds only escape sequences', async () => {
  const instances = [instance(check('node', () => fine)), instance(check('eof', () => fine))];
  const findings = [
    { ...fine, code: 'node', ms: 0 },
    { ...problem('fail', 'broken'), code: 'eof', ms: 0 },
  ];
  const report = {
    interrupted: false,
    checked: true,
    counts: { passed: 1, warnings: 0, failed: 1, skipped: 0 },
  };
  const [plain, coloured] = await Promise.all(
    ([0, 1] as const).map(async (level) => {
      const page = openPage(instances, await loadStyle(level), 80);
      return [...findings.flatMap((finding, i) => page.add(i, finding)), ...page.end(report, '')].join('\n');
    }),
  );
  assert.notEqual(coloured, plain);
  // eslint-disable-next-line no-control-regex
  assert.equal(coloured?.replace(/\x1b\[\d+m/g, ''), plain);
});

test('JUnit XML has the counts and is escaped', () => {
  const xml = renderJunit({
    interrupted: false,
    checked: true,
    counts: { passed: 1, warnings: 1, failed: 1, skipped: 2 },
    findings: [
      { code: 'node', level: 'ok', summary: 'v24', ms: 1 },
      {
        code: 'eof',
        subject: 'opencode-go/glm-5.3',
        level: 'fail',
        summary:
          'opencode-go <cut> off its answer & sent "nothing" for a long time, as this long line says\u0007',
        fault: 'provider',
        remedy: {
          text: 'use another model',
          commands: ['occ config set models.default.model_id minimax-m3'],
        },
        evidence: '/home/me/.local/state/occ/doctor/eof.txt',
        ms: 1500,
      },
      { code: 'usage', subject: 'opencode-go/glm-5.3', level: 'warn', summary: 'a warning', ms: 2 },
      {
        code: 'two-minute',
        subject: 'opencode-go/glm-5.3',
        level: 'skipped',
        summary: 'needs model',
        skipped: { because: 'need', check: 'model' },
        ms: 0,
      },
      {
        code: 'cancel',
        level: 'skipped',
        summary: 'interrupted',
        skipped: { because: 'interrupted' },
        ms: 0,
      },
    ],
  });
  assert.match(
    xml,
    /<testsuite name="occ doctor" tests="5" failures="1" errors="0" time="1\.503" skipped="2">/,
  );
  assert.match(
    xml,
    /message="opencode-go &lt;cut&gt; off its answer &amp; sent &quot;nothing&quot;[^"]* line says">/,
  );
  assert.match(xml, /occ config set models\.default\.model_id minimax-m3\nevidence: /);
  assert.match(
    xml,
    /<testcase classname="opencode-go\/glm-5\.3" name="two-minute" time="0\.000"><skipped message="needs model"\/>/,
  );
});
