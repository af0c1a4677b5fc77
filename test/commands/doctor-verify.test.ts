/** Tests `occ doctor verify` as a program: its consent, output, exit codes, history and interruption. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promptCache } from '../../lib/emulator/prompt/cache.ts';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { liars, lying } from '../doctor/verify/liars.ts';
import { modelId, verifiedConfig } from '../doctor/verify/verify-emulated.ts';
import { outputFor, type System } from '../../lib/terminal/command-context.ts';
import { runVerify } from '../../lib/commands/doctor/verify/run.ts';
import { toAnswer } from '../support/answers.ts';
import { typist } from '../support/typist.ts';
import { home, type Home } from './program.ts';

const model = `mine/${modelId}`;
const liar = liars.find(({ name }) => name === 'ignores tool_choice');

interface Place {
  at: Home;
  emulator: Emulator;
  /** What the provider does; honest by default. */
  be: (script: ReturnType<typeof lying>) => void;
}

async function place(t: TestContext): Promise<Place> {
  let script = lying(modelId);
  const emulator = await startEmulator({
    flavour: 'plain',
    promptCache: promptCache(),
    script: (request) => script(request),
  });
  t.after(() => emulator.close());
  const at = home(t);
  at.write('.config/occ/config.json', JSON.stringify(verifiedConfig(emulator.url, 'messages')));
  return { at, emulator, be: (other) => void (script = other) };
}

interface Model {
  model: string;
  score: number;
  control: number;
  requests: number;
  ended: string | null;
  verdicts: { code: string; level: string; fault?: string }[];
  since: { score: number; changed: object[] } | null;
  evidence: string | null;
}

function modelIn(stdout: string): Model {
  const [first] = toAnswer('doctor-verify', stdout)['models'] as Model[];
  assert.ok(first);
  return first;
}

test('without a terminal it says what it would cost, and sends nothing without --yes', async (t) => {
  const { at, emulator } = await place(t);
  const { code, stdout, stderr } = await at.run(['doctor', 'verify']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /18 requests \(at most 25 .*tokens in and .* out, about \$0\.\d\d at list prices/);
  assert.match(stderr, /--yes/);
  assert.equal(emulator.requests.length, 0);
});

test('an honest provider has 100 points, a lying one ends with 1, and the next run says what has changed', async (t) => {
  const { at, be } = await place(t);
  const first = await at.run(['doctor', 'verify', '--yes', '--json']);
  assert.equal(first.code, 0, first.stderr);
  const before = modelIn(first.stdout);
  assert.deepEqual(
    [before.model, before.score, before.control, before.requests, before.since, before.evidence],
    [model, 100, 100, 18, null, null],
  );

  be(lying(modelId, liar));
  const second = await at.run(['doctor', 'verify', '--yes', '--json', '--model', model]);
  assert.equal(second.code, 1, second.stderr);
  const after = modelIn(second.stdout);
  assert.ok(after.score < 100);
  assert.deepEqual(after.since?.changed, [{ code: 'tool-choice', before: 'honest', now: 'lie' }]);
  assert.ok(after.evidence !== null && existsSync(after.evidence));
  assert.doesNotMatch(readFileSync(after.evidence, 'utf8'), /sk-test/);

  const third = await at.run(['doctor', 'verify', '--yes']);
  assert.equal(third.code, 1);
  assert.match(
    third.stdout,
    /^mine\/some-model \(messages\): \d\d of 100; the emulator has 100\n✗ forced tool choice/,
  );
  assert.match(third.stdout, /Since [^\n]*: the score was \d\d, too; nothing has changed\./);
  assert.match(third.stdout, /\n1 lie found\n$/);
  const stored = readdirSync(join(at.dir, '.local/state/occ/verify'));
  assert.equal(stored.length, 1);
  const text = readFileSync(join(at.dir, '.local/state/occ/verify', stored[0] ?? ''), 'utf8');
  assert.doesNotMatch(text, /record_order|lantern|sk-test/);
});

test('--budget bounds the requests, and a part of a run is not kept', async (t) => {
  const { at, emulator } = await place(t);
  const { code, stdout } = await at.run(['doctor', 'verify', '--yes', '--json', '--budget', '4']);
  assert.equal(code, 0);
  const { requests, ended } = modelIn(stdout);
  assert.deepEqual([requests, ended, emulator.requests.length], [4, 'budget', 4]);
  assert.ok(!existsSync(join(at.dir, '.local/state/occ/verify')));
});

test('Ctrl-C prints what is known and exits with 130', async (t) => {
  const { at, be, emulator } = await place(t);
  const honest = lying(modelId);
  be((request) =>
    emulator.requests.length < 3
      ? honest(request)
      : { script: [], faults: { breaks: { at: 'before-headers', how: 'silence' } } },
  );
  const running = at.start(['doctor', 'verify', '--yes', '--json']);
  await emulator.received(3);
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130);
  const { ended, verdicts, requests } = modelIn(stdout);
  assert.deepEqual([ended, requests], ['interrupted', 3]);
  assert.equal(verdicts.find((one) => one.code === 'system')?.level, 'honest');
});

test('a provider that cannot be reached is not judged, and not asked again and again', async (t) => {
  const { at, emulator } = await place(t);
  await emulator.close();
  const { code, stdout } = await at.run(['doctor', 'verify', '--yes']);
  assert.equal(code, 2);
  assert.match(stdout, /not rated[^]*3 requests sent\nNothing could be judged/);
});

for (const [typed, sent] of [
  ['n', 0],
  ['y', 18],
] as const)
  test(`on a terminal it asks first, and ${typed} sends ${sent} requests`, async (t) => {
    const { at, emulator } = await place(t);
    const terminal = typist([[/about \$0\.\d\d[^]*Begin\?/, typed]]);
    const system: System = {
      env: { HOME: at.dir, NO_COLOR: '1', CI: '1', TERM: 'xterm' },
      home: at.dir,
      cwd: at.dir,
      platform: process.platform,
      stdin: terminal.stdin,
      stdout: new PassThrough().resume(),
      stderr: terminal.stderr,
    };
    const ended = runVerify({}, undefined, system, await outputFor(system, {}));
    if (sent === 0) await assert.rejects(ended, { code: 'interrupted', exitCode: 130 });
    else assert.equal(await ended, 0);
    assert.deepEqual(terminal.left(), []);
    assert.equal(emulator.requests.length, sent);
  });
