/** How much of a plan is used: asked in the background, rarely, and nobody waits for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider, Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { systemClock } from '../../lib/proxy/clock.ts';
import { quotaWatch } from '../../lib/proxy/quota-watch.ts';
import type { Answer as HttpAnswer } from '../../lib/proxy/upstream.ts';
import { defaults, modelOf, proxyOver, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

const minute = 60_000;
const go = defaults.providers['opencode-go'] ?? assert.fail('no opencode-go');
const withKey: Provider = {
  ...go,
  keys: [{ reveal: () => 'sk-secret-0123456789' }] as unknown as Provider['keys'],
};
delete (withKey as { missingKey?: string }).missingKey;

async function* bodyOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** What is asked and logged, with answers in turn; the last one again and again. */
function asking(...answers: (HttpAnswer | Error)[]) {
  const asked: { url: string; headers: Record<string, string>; signal: AbortSignal }[] = [];
  const log: LogEntry[] = [];
  const kept = quotaWatch(
    {
      get: (url, headers, signal) => {
        asked.push({ url, headers, signal });
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as HttpAnswer);
      },
    },
    (entry) => log.push(entry),
    systemClock,
  );
  return { asked, log, kept };
}
const told = (percent: number): HttpAnswer => ({
  status: 200,
  headers: {},
  body: bodyOf(JSON.stringify({ usage: { rolling: { percent } } })),
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('asked after the first answer, then every five minutes at most, and after a minute when it ran out', async () => {
  const { asked, kept } = asking(told(1), told(2), told(3));
  kept.note(withKey, 'answered', 0);
  kept.note(withKey, 'answered', 1);
  await settled();
  kept.note(withKey, 'answered', 4.9 * minute);
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.headers['authorization'], 'Bearer sk-secret-0123456789');
  kept.note(withKey, 'answered', 5 * minute);
  await settled();
  kept.note(withKey, 'spent', 5.5 * minute);
  assert.equal(asked.length, 2);
  kept.note(withKey, 'spent', 6 * minute);
  await settled();
  assert.equal(asked.length, 3);
  assert.deepEqual(
    kept.list().map(({ provider, windows }) => [provider, windows[0]?.percent]),
    [['opencode-go', 3]],
  );
});

test('a failure is logged once, without the key, and keeps what was known', async () => {
  const { log, kept } = asking(told(7), new Error('no way to reach sk-secret-0123456789'));
  kept.note(withKey, 'answered', 0);
  await settled();
  for (const at of [10, 20, 30]) {
    kept.note(withKey, 'answered', at * minute);
    await settled();
  }
  assert.deepEqual(
    log.map(({ event, percent, unknown }) => [event, percent ?? unknown]),
    [
      ['plan', { rolling: 7 }],
      ['plan', 'no way to reach •••'],
    ],
  );
  assert.equal(kept.list()[0]?.windows[0]?.percent, 7);
});

test('closing ends what is asked, and nothing is asked afterwards', async () => {
  const { asked, kept, log } = asking({ status: 200, headers: {}, body: bodyOf('') });
  kept.note(withKey, 'answered', 0);
  kept.close();
  assert.equal(asked[0]?.signal.aborted, true);
  await settled();
  kept.note(withKey, 'answered', 60 * minute);
  assert.deepEqual([asked.length, log], [1, []]);
});

test('a provider that has no such page is not asked', () => {
  const { asked, kept } = asking(told(1));
  kept.note({ ...withKey, name: 'opencode-zen' }, 'answered', 0);
  assert.equal(asked.length, 0);
});

/** The emulator as opencode-go. */
function asGo(settings: Settings): Settings {
  const { emulator } = settings.providers;
  assert(emulator);
  const name = 'opencode-go';
  return { ...settings, providers: { [name]: { ...emulator, name } } };
}
const quotasOf = ({ proxy }: ProxyUnderTest) => proxy.stats().quotas;

test('the road asks its provider once it has answered, and tells what it said', async () => {
  await using over = await proxyOver({
    emulator: { script: () => [say('hello')], quota: { rolling: 12, weekly: 85, monthly: 40 } },
    models: [modelOf('first', { provider: 'opencode-go' })],
    change: asGo,
    watchesQuotas: true,
  });
  assert.deepEqual(quotasOf(over), []);
  assert.equal((await over.send()).text, 'hello');
  await waitUntil(() => quotasOf(over).length > 0, 'the plan to be told');
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

test('an allowance that ran out is asked about although nothing was answered', async () => {
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
  await waitUntil(() => quotasOf(over).length > 0, 'the plan to be told');
  assert.equal(quotasOf(over)[0]?.windows[1]?.spent, true);
});
