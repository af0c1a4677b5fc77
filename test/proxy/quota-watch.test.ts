/** Quota usage is requested in the background, at limited intervals, and never delays a request. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider, Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import type { Body } from '../../lib/proxy/body.ts';
import { systemClock } from '../../lib/proxy/clock.ts';
import { quotaWatch } from '../../lib/proxy/quota-watch.ts';
import type { Answer as HttpAnswer } from '../../lib/proxy/upstream.ts';
import { bodyOf } from '../support/bodies.ts';
import { defaults, modelOf, proxyOver, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

const minute = 60_000;
const go = defaults.providers['opencode-go'] ?? assert.fail('no opencode-go');
const withKey: Provider = {
  ...go,
  keys: [{ reveal: () => 'sk-secret-0123456789' }] as unknown as Provider['keys'],
};
delete (withKey as { missingKey?: string }).missingKey;

const textBody = (text: string): Body => bodyOf([new TextEncoder().encode(text)]);

/** A quota watch whose requests get these answers in order, the last one repeatedly; with its requests and log. */
function watchWith(...answers: (HttpAnswer | Error)[]) {
  const requests: { url: string; headers: Record<string, string>; signal: AbortSignal }[] = [];
  const log: LogEntry[] = [];
  const watch = quotaWatch(
    {
      get: (url, headers, signal) => {
        requests.push({ url, headers, signal });
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as HttpAnswer);
      },
    },
    (entry) => log.push(entry),
    systemClock,
  );
  return { requests, log, watch };
}
const usageOf = (percent: number): HttpAnswer => ({
  status: 200,
  headers: {},
  body: textBody(JSON.stringify({ usage: { rolling: { percent } } })),
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('usage is requested after the first answer, then every five minutes, and after a minute if the quota is spent', async () => {
  const { requests, watch } = watchWith(usageOf(1), usageOf(2), usageOf(3));
  watch.note(withKey, 'answered', 0);
  watch.note(withKey, 'answered', 1);
  await settled();
  watch.note(withKey, 'answered', 4.9 * minute);
  assert.equal(requests.length, 1);
  assert.equal(requests[0]?.headers['authorization'], 'Bearer sk-secret-0123456789');
  watch.note(withKey, 'answered', 5 * minute);
  await settled();
  watch.note(withKey, 'spent', 5.5 * minute);
  assert.equal(requests.length, 2);
  watch.note(withKey, 'spent', 6 * minute);
  await settled();
  assert.equal(requests.length, 3);
  assert.deepEqual(
    watch.list().map(({ provider, windows }) => [provider, windows[0]?.percent]),
    [['opencode-go', 3]],
  );
});

test('repeated failures are logged once, without the key, and the last usage is kept', async () => {
  const { log, watch } = watchWith(usageOf(7), new Error('no way to reach sk-secret-0123456789'));
  watch.note(withKey, 'answered', 0);
  await settled();
  for (const at of [10, 20, 30]) {
    watch.note(withKey, 'answered', at * minute);
    await settled();
  }
  assert.deepEqual(
    log.map(({ event, percent, unknown }) => [event, percent ?? unknown]),
    [
      ['plan', { rolling: 7 }],
      ['plan', 'no way to reach •••'],
    ],
  );
  assert.equal(watch.list()[0]?.windows[0]?.percent, 7);
});

test('closing aborts the request and prevents later ones', async () => {
  const { requests, watch, log } = watchWith({ status: 200, headers: {}, body: textBody('') });
  watch.note(withKey, 'answered', 0);
  watch.close();
  assert.equal(requests[0]?.signal.aborted, true);
  await settled();
  watch.note(withKey, 'answered', 60 * minute);
  assert.deepEqual([requests.length, log], [1, []]);
});

test('a provider without a quota page is not requested', () => {
  const { requests, watch } = watchWith(usageOf(1));
  watch.note({ ...withKey, name: 'opencode-zen' }, 'answered', 0);
  assert.equal(requests.length, 0);
});

/** Settings in which the emulator is the provider opencode-go. */
function asGo(settings: Settings): Settings {
  const { emulator } = settings.providers;
  assert(emulator);
  const name = 'opencode-go';
  return { ...settings, providers: { [name]: { ...emulator, name } } };
}
const quotasOf = ({ proxy }: ProxyUnderTest) => proxy.quotas();

test('the proxy requests the quota after an answer and reports it', async () => {
  await using over = await proxyOver({
    emulator: { script: () => [say('hello')], quota: { rolling: 12, weekly: 85, monthly: 40 } },
    models: [modelOf('first', { provider: 'opencode-go' })],
    change: asGo,
    watchesQuotas: true,
  });
  assert.deepEqual(quotasOf(over), []);
  assert.equal((await over.send()).text, 'hello');
  await waitUntil(() => quotasOf(over).length > 0, 'the quota');
  assert.deepEqual(
    quotasOf(over)[0]?.windows.map(({ window, percent }) => [window, percent]),
    [
      ['rolling', 12],
      ['weekly', 85],
      ['monthly', 40],
    ],
  );
  await over.send();
  await over.send();
  assert.equal(over.emulator.requests.filter(({ path }) => path.endsWith('/usage')).length, 1);
});

test('a quota error triggers a request without an answer', async () => {
  await using over = await proxyOver({
    emulator: {
      script: () => refuse(429, { type: 'GoUsageLimitError', message: 'Weekly usage limit reached.' }),
      quota: { rolling: 12, weekly: 100, monthly: 40 },
    },
    models: [modelOf('first', { provider: 'opencode-go' })],
    change: asGo,
    watchesQuotas: true,
  });
  assert.equal((await over.send()).status, 429);
  await waitUntil(() => quotasOf(over).length > 0, 'the quota');
  assert.equal(quotasOf(over)[0]?.windows[1]?.spent, true);
});
