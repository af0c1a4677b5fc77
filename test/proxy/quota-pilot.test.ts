/** A plan that runs low and runs out, through the real proxy: background work, paid fallbacks, allowances of single models. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { QuotaPercent } from '../../lib/emulator/respond.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import { manualClock, type ManualClock } from '../support/clock.ts';
import { modelOf, proxyOver, requestBody, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

const ok: Script = [say('ok')];
const minute = 60_000;
const hour = 60 * minute;
const onPlan = (id: string, input: number) =>
  modelOf(id, { provider: 'opencode-go', price: { input, output: input } });
const paid = modelOf('paid', { provider: 'other', price: { input: 0.01, output: 0.01 } });

interface World {
  quota: QuotaPercent;
  clock: ManualClock;
  over: ProxyUnderTest;
  /** The model that answers a request of this tier. */
  ask: (tier?: string) => Promise<string | null>;
  /** Waits until the usage page was read at this time of the clock. */
  looked: () => Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Options extends Partial<Pick<Settings, 'saveQuotaAt' | 'paidFallback'>> {
  /** What a model of the plan answers instead. `resetsInMs` is the time until the plan's windows reset. */
  refusal?: (model: string, quota: QuotaPercent, resetsInMs: number) => Answer | undefined;
}

/** A plan with `main`, `usual` and `small`, followed by a model that costs money. The plan is spent from 100 % of the week on. */
async function world({ refusal = spentPlan, ...keys }: Options = {}): Promise<World> {
  const clock = manualClock();
  const reset = clock.now() + 3 * hour;
  const quota: QuotaPercent = {
    rolling: 3,
    weekly: 12,
    monthly: 40,
    resetsAt: new Date(reset).toISOString(),
  };
  const over = await proxyOver({
    clock,
    models: [onPlan('main', 3), paid],
    emulator: {
      quota,
      script: ({ conversation }) =>
        conversation.model === 'paid' ? ok : (refusal(conversation.model, quota, reset - clock.now()) ?? ok),
    },
    change({ providers, models, ...settings }) {
      const { emulator, other } = providers;
      assert(emulator && other);
      return {
        ...settings,
        ...keys,
        models: { ...models, background: onPlan('usual', 1), fast: onPlan('small', 0.1) },
        providers: { 'opencode-go': { ...emulator, name: 'opencode-go' }, other },
      };
    },
    watchesQuotas: true,
  });
  return {
    quota,
    clock,
    over,
    ask: async (tier = 'sonnet') => {
      const { headers } = await over.send(requestBody({ model: `occ-${tier}` }));
      return headers.get('x-occ-model');
    },
    looked: () => {
      const at = new Date(clock.now()).toISOString();
      return waitUntil(() => over.proxy.quotas()[0]?.at === at, 'the usage page');
    },
    [Symbol.asyncDispose]: () => over[Symbol.asyncDispose](),
  };
}

function spentPlan(_model: string, { weekly }: QuotaPercent, resetsInMs: number): Answer | undefined {
  return weekly < 100
    ? undefined
    : refuse(429, {
        type: 'GoUsageLimitError',
        message: 'Weekly usage limit reached',
        metadata: { limitName: 'weekly' },
        retryAfterSeconds: resetsInMs / 1000,
      });
}

test('background work leaves a plan at the share, and comes back when the window resets', async () => {
  await using it = await world({ saveQuotaAt: '80%' });
  const { quota, clock, ask, looked, over } = it;
  assert.equal(await ask('haiku'), 'opencode-go/usual', 'before the page was read');
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/usual');
  quota.weekly = 80;
  clock.advance(5 * minute);
  await ask();
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/small');
  assert.equal(await ask(), 'opencode-go/main', 'other work stays');
  assert.ok(
    over.log.some(
      ({ route }) => route === 'background work, and 80 % of the weekly window of opencode-go is used',
    ),
  );
  clock.advance(3 * hour);
  assert.equal(await ask('haiku'), 'opencode-go/usual', 'the window that was full has reset');
});

test('background work comes back when the page says that less is used, though only it is asked', async () => {
  await using it = await world({ saveQuotaAt: 80 });
  const { quota, clock, ask, looked } = it;
  quota.weekly = 95;
  await ask('haiku');
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/small');
  quota.weekly = 2;
  clock.advance(5 * minute);
  await ask('haiku');
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/usual');
});

test('the page is read though another provider has taken over the background work', async () => {
  await using it = await world({ saveQuotaAt: 80 });
  const { quota, clock, ask, looked, over } = it;
  const { models } = over.settings;
  (models as Record<string, unknown>)['fast'] = modelOf('local', { provider: 'other' });
  quota.weekly = 95;
  await ask('haiku');
  await looked();
  assert.equal(await ask('haiku'), 'other/local');
  quota.weekly = 2;
  clock.advance(5 * minute);
  assert.equal(await ask('haiku'), 'other/local');
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/usual');
});

test('by default a plan that runs low or out changes nothing but the fallback', async () => {
  await using it = await world();
  const { quota, clock, ask, looked } = it;
  quota.weekly = 99;
  await ask();
  await looked();
  assert.equal(await ask('haiku'), 'opencode-go/usual');
  quota.weekly = 100;
  clock.advance(5 * minute);
  assert.equal(await ask(), 'other/paid');
  assert.equal(await ask('haiku'), 'other/paid');
});

test('never refuses what only a paid model could answer, without a request to it, until the plan has reset', async () => {
  await using it = await world({ paidFallback: 'never' });
  const { quota, clock, over, ask } = it;
  quota.weekly = 100;
  for (let i = 0; i < 2; i++) {
    const { status, headers, error } = await over.send();
    assert.deepEqual([status, headers.get('x-should-retry')], [429, 'false']);
    assert.match(
      error?.message ?? '',
      /other\/paid: not tried, it costs money, and paid_fallback is "never"/,
    );
    assert.match(error?.message ?? '', /Next: occ usage/);
  }
  assert.deepEqual(over.requestedModels(), ['main'], 'the spent plan is not asked twice');
  quota.weekly = 0;
  clock.advance(3 * hour);
  assert.equal(await ask(), 'opencode-go/main');
  await waitUntil(() => over.proxy.recent.list().length === 3, 'the records of three requests');
  const [, refused] = over.proxy.recent.list();
  assert.deepEqual(
    refused?.passedOver.map(({ model, kind }) => [model, kind]),
    [
      ['other/paid', 'paid'],
      ['opencode-go/main', 'quota'],
    ],
  );
});

test('an outage of the plan is no reason to pay either, and the client tries again', async () => {
  await using it = await world({ paidFallback: 'never', refusal: () => refuse(503) });
  const { over } = it;
  const { status, headers } = await over.send();
  assert.deepEqual([status, headers.get('x-should-retry')], [503, null]);
  assert.deepEqual(over.requestedModels(), ['main']);
});

test('ask names the command, which allows the paid model until the plan resets and no longer', async () => {
  await using it = await world({ paidFallback: 'ask' });
  const { quota, clock, over, ask } = it;
  quota.weekly = 100;
  const { status, error } = await over.send();
  assert.equal(status, 429);
  const until = /Next: occ config set paid_fallback "(until [^"]+Z)" \(request /.exec(
    error?.message ?? '',
  )?.[1];
  assert.equal(until, `until ${new Date(clock.now() + 3 * hour + minute).toISOString().slice(0, 16)}Z`);
  Object.assign(over.settings, { paidFallback: until });
  assert.equal(await ask(), 'other/paid');
  clock.advance(3 * hour - minute);
  assert.equal(await ask(), 'other/paid');
  quota.weekly = 0;
  clock.advance(minute);
  assert.equal(await ask(), 'opencode-go/main', 'the plan is used again at its reset');
  quota.weekly = 100;
  clock.advance(minute);
  assert.match((await over.send()).error?.message ?? '', /paid_fallback is "ask"/);
  assert.equal(over.requestedModels().filter((model) => model === 'paid').length, 2);
});

test('a limit that names a model leaves the rest of the plan', async () => {
  for (const error of [
    { message: 'Monthly usage limit of main reached.', metadata: { limitName: 'monthly' } },
    { message: 'Monthly usage limit reached', metadata: { limitName: 'monthly', model: 'main' } },
    { message: 'Monthly usage limit reached', metadata: { limitName: 'main monthly' } },
  ]) {
    const limited = refuse(429, { type: 'GoUsageLimitError', retryAfterSeconds: 7200, ...error });
    await using it = await world({ refusal: (model) => (model === 'main' ? limited : undefined) });
    const { over, ask } = it;
    assert.equal(await ask(), 'other/paid');
    assert.equal(await ask('haiku'), 'opencode-go/usual');
    assert.deepEqual(
      over.proxy.stats().remembered.spent.map(({ who, limit }) => [who, limit]),
      [['opencode-go/main', 'monthly limit']],
      JSON.stringify(error),
    );
  }
});

const unnamed = refuse(429, { type: 'GoUsageLimitError', message: 'Limit reached', retryAfterSeconds: 7200 });

test('a usage page that names the model’s own allowance leaves the rest of the plan', async () => {
  await using it = await world({
    refusal: (model, { models }) => ((models?.[model] ?? 0) >= 100 ? unnamed : undefined),
  });
  const { quota, clock, over, ask, looked } = it;
  quota.models = { main: 100, usual: 20 };
  const spent = (): string[] => over.proxy.stats().remembered.spent.map(({ who }) => who);
  assert.equal(await ask(), 'other/paid');
  await waitUntil(() => spent()[0] === 'opencode-go/main', 'only the model is spent');
  assert.equal(await ask('haiku'), 'opencode-go/usual');
  assert.equal(await ask(), 'other/paid');
  quota.models = { main: 0, usual: 20 };
  clock.advance(5 * minute);
  await ask('haiku');
  await looked();
  await waitUntil(() => spent().length === 0, 'the model’s allowance is back');
  assert.equal(await ask(), 'opencode-go/main');
});

test('a page on which the plan itself is spent leaves nothing of it', async () => {
  await using it = await world({ refusal: () => unnamed });
  const { quota, over, ask, looked } = it;
  quota.models = { main: 100 };
  quota.weekly = 100;
  await ask();
  await looked();
  assert.deepEqual(
    over.proxy.stats().remembered.spent.map(({ who }) => who),
    ['opencode-go'],
  );
});

test('a model’s allowance with room is not used while the page says that the plan is spent', async () => {
  const own = refuse(429, {
    type: 'GoUsageLimitError',
    message: 'Limit of main reached',
    retryAfterSeconds: 7200,
  });
  await using it = await world({ refusal: (model) => (model === 'main' ? own : undefined) });
  const { quota, clock, over, ask, looked } = it;
  quota.models = { main: 0 };
  quota.weekly = 100;
  await ask();
  clock.advance(5 * minute);
  await ask('haiku');
  await looked();
  assert.deepEqual(
    over.proxy.stats().remembered.spent.map(({ who }) => who),
    ['opencode-go/main'],
  );
});
