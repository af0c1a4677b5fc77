/** What a proxy tells its owner of what it remembers: in JSON as its schema says, and on the page (contract 2, `status`). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveSettings } from '../../lib/host/live-settings.ts';
import { controlEndpoints } from '../../lib/host/control-endpoints.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { silent } from '../../lib/log/log.ts';
import type { JsonObject } from '../../lib/json.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { toAnswer } from '../support/answers.ts';
import { modelOf, proxyOver, requestBody, type ProxyUnderTest } from '../support/proxy.ts';

const plain = await loadStyle(0);

async function statusOf({ proxy, settings }: ProxyUnderTest): Promise<JsonObject> {
  const given = settings;
  const live = liveSettings({
    given,
    first: given,
    apply: async (same) => same,
    reloadSource: undefined,
    log: silent,
    onChange: () => {},
  });
  const host = { proxy, settings: live, log: silent, logPath: '/log', close: async () => 0 };
  const owner = controlEndpoints({
    instance: 'i',
    token: 't',
    host: () => host,
    startedAt: new Date(),
    variablesFor: () => ({}),
  });
  const status = await owner.control.answers['GET /occ/status']?.({});
  return toAnswer('status', JSON.stringify({ schema: 1, running: true, ...status })) as JsonObject;
}

test('breakers, spent allowances and learned are told, each with its time', async () => {
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
  const page = renderStatus(status, plain, 60);
  const line = (words: RegExp): string =>
    page.find((text) => words.test(text)) ?? assert.fail(page.join('\n'));
  assert.match(line(/remembered/), /^ {2}remembered emulator: 5-hour limit reached, until .*\d\d:\d\d$/);
  assert.match(line(/takes no/), /^ {13}emulator\/first: takes no temperature, until .*\d\d:\d\d$/);
  assert.equal(page.filter((text) => /^ {4}passed over, until .*\d\d:\d\d$/.test(text)).length, 2);
});

test('a proxy that has nothing to remember says nothing of it', async () => {
  await using over = await proxyOver([[say('ok')]]);
  await over.send();
  const page = renderStatus(await statusOf(over), plain, 60).join('\n');
  assert.doesNotMatch(page, /remembered|passed over|probed|until/);
});
