/** Tests what `occ status` shows of breakers, quotas and learned limits: in JSON, against the schema, and on the page. */
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { watch } from '../../lib/commands/status/watch.ts';
import { outputFor } from '../../lib/terminal/command-context.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';
import { statusOf } from './status-of.ts';

const plain = await loadStyle(0);

test('shows open breakers, used-up quotas and learned limits with their times', async () => {
  const limit = refuse(429, {
    type: 'GoUsageLimitError',
    metadata: { limitName: '5 hour' },
    retryAfterSeconds: 7200,
  });
  await using over = await proxyOver({
    models: [modelOf('first'), modelOf('second'), modelOf('third', { provider: 'other' })],
    answers: [
      refuse(400, { message: 'temperature is not supported' }),
      [say('ok')],
      refuse(503),
      limit,
      refuse(503),
    ],
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1, resetMs: 60_000 } }),
  });
  await over.send(requestBody({ temperature: 1 }));
  await over.send();
  const status = await statusOf(over);
  const breakers = (status['models'] as { model: string; breaker: { state: string } }[]).map(
    ({ model, breaker }) => [model, breaker.state],
  );
  assert.deepEqual(breakers, [
    ['emulator/first', 'open'],
    ['emulator/second', 'closed'],
    ['other/third', 'open'],
  ]);
  const page = renderStatus(status, '/home/me', plain, 80);
  const line = (pattern: RegExp): string =>
    page.find((text) => pattern.test(text)) ?? assert.fail(page.join('\n'));
  assert.match(line(/learned/), /^ {2}learned {4}emulator: 5-hour limit reached, until .*\d\d:\d\d$/);
  assert.match(line(/takes no/), /^ {13}emulator\/first: takes no temperature, until .*\d\d:\d\d$/);
  assert.equal(page.filter((text) => /^ {4}skipped, until .*\d\d:\d\d$/.test(text)).length, 2);
});

test('says which of several keys is spent, and shows none', async () => {
  const keys = ['sk-one-0123456789', 'sk-two-0123456789'].map((key) => ({
    reveal: () => key,
    toString: () => '•••',
    toJSON: () => '•••',
  }));
  await using over = await proxyOver({
    models: [modelOf('first')],
    provider: { keys, auth: { chat: 'bearer' } },
    answers: [[say('ok')], refuse(429, { type: 'GoUsageLimitError', retryAfterSeconds: 7200 }), [say('ok')]],
  });
  await over.send();
  await over.send();
  const status = await statusOf(over);
  const page = renderStatus(status, '/home/me', plain, 60).join('\n');
  assert.match(page, /learned {4}emulator \(key 1\): usage limit reached, until/);
  assert.doesNotMatch(JSON.stringify(status) + page, /sk-(?:one|two)/);
});

test('omits these lines if there is nothing to show', async () => {
  await using over = await proxyOver([[say('ok')]]);
  await over.send();
  const page = renderStatus(await statusOf(over), '/home/me', plain, 60).join('\n');
  assert.doesNotMatch(page, /learned|skipped|probed|until/);
});

test('--watch replaces the page on a terminal, and appends it elsewhere', async () => {
  for (const columns of [undefined, 80]) {
    let text = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    const stdout = Object.assign(sink, columns === undefined ? {} : { isTTY: true, columns });
    const system = {
      env: {},
      home: '/nonexistent',
      cwd: '/',
      platform: process.platform,
      stdin: new PassThrough(),
      stdout,
      stderr: new PassThrough(),
    };
    const code = await watch(system, await outputFor(system, {}), async (_system, output) => {
      output.print('the page');
      return 3;
    });
    assert.equal(code, 3);
    assert.equal(text, `${columns === undefined ? '' : '\u001b[H\u001b[2J'}the page\n`);
  }
});
