/** `occ replay --against`: a model that does not answer is named with the reason, the exit code and the next step. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { renderReplay, type ReplayResult } from '../../lib/commands/replay/page.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { freePort } from '../support/free-port.ts';
import { home } from './program.ts';

const capture = readFileSync(new URL('../fixtures/captures/cut-after-text.json', import.meta.url), 'utf8');
const plainStyle = await loadStyle(0);
const closed = await freePort();

/** The model, the exit code, and what stdout and stderr say. */
const rows: [string, number, RegExp, RegExp][] = [
  [
    'emulator/refuse-401',
    77,
    /✖ emulator\/refuse-401: .*\n {2}emulator\/refuse-401 answered 401: /,
    /^(?!.*occ doctor)/s,
  ],
  ['emulator/html', 1, /\n {2}emulator\/html failed: .*HTML/, /^(?!.*occ doctor)/s],
  ['emulator/cut', 1, /\n {2}emulator\/cut broke off its answer: /, /^(?!.*occ doctor)/s],
  ['dead/x', 69, /\n {2}dead\/x failed: .*refused/i, /occ doctor reachable --provider dead/],
  ['emulator/fine', 0, /• emulator\/fine: [^]*the first difference/, /^(?!.*occ doctor)/s],
];

describe('a capture that is asked of', () => {
  for (const [model, exit, out, talk] of rows)
    test(model, async (t) => {
      const at = home(t);
      at.write('capture.json', capture);
      const dead = { base_url: `http://127.0.0.1:${closed}/v1`, api_key: 'k' };
      at.write('.config/occ/config.json', JSON.stringify({ providers: { dead } }));
      const { code, stdout, stderr } = await at.run(['replay', 'capture.json', '--against', model]);
      assert.equal(code, exit, stderr);
      assert.match(stdout, out);
      assert.match(stderr, talk);
      assert.doesNotMatch(exit === 0 ? '' : stdout, /has answered|first difference/);
      const json = await at.run(['replay', 'capture.json', '--against', model, '--json']);
      const { failure } = JSON.parse(json.stdout) as ReplayResult;
      assert.equal(failure === null, exit === 0, String(failure));
      assert.ok(failure === null || stdout.includes(failure.split('\n')[0] ?? '?'));
    });
});

test('no line is longer than the terminal, and a pipe gets whole lines', () => {
  const side = { status: 502, events: 1, attempts: 2 };
  const result: ReplayResult = {
    id: 'req_0123456789abcdef01234567',
    at: '2026-11-30T00:00:00.000Z',
    occ: '0.1.0',
    kind: 'capture',
    against: 'provider/model',
    failure: 'provider/model failed: the proxy refused the connection, and that for quite a long time',
    ending: 'answered',
    dropped: 0,
    recorded: side,
    today: side,
    difference: null,
  };
  const lines = renderReplay(result, plainStyle, 40);
  assert.deepEqual(
    lines.filter((line) => line.length > 40),
    [],
  );
  assert.equal(renderReplay(result, plainStyle).length, 3);
  for (const against of [null, 'provider/model'])
    assert.ok(
      renderReplay({ ...result, against, failure: null }, plainStyle, 40).every((line) => line.length <= 40),
    );
});
