/** Spent plans and empty balances: which models they concern, and when they are looked at again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, proxyOver, requestBody, waitUntil } from '../support/proxy.ts';

const ok: Script = [say('ok')];
const minute = 60_000;
const only = [modelOf('first')];
const goSpent = refuse(429, {
  type: 'GoUsageLimitError',
  message: 'Monthly usage limit reached',
  metadata: { limitName: 'monthly' },
  retryAfterSeconds: 1_587_827,
});

const family = [modelOf('first'), modelOf('sibling'), modelOf('elsewhere', { provider: 'other' })];

test('an empty balance for one model leaves the provider’s other models', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    models: family,
    emulator: { script: ({ conversation }) => (conversation.model === 'first' ? refuse(402) : ok) },
  });
  for (let i = 0; i < 2; i++)
    assert.equal((await over.send()).headers.get('x-occ-model'), 'emulator/sibling');
  clock.advance(minute);
  await over.send();
  assert.deepEqual(over.requestedModels(), ['first', 'sibling', 'sibling', 'first', 'sibling']);
});

test('an empty balance for two models counts for the provider', async () => {
  const clock = manualClock();
  const models = [...family.slice(0, 2), modelOf('third'), family[2] ?? assert.fail()];
  await using over = await proxyOver({
    clock,
    models,
    emulator: {
      script: ({ conversation }) => (conversation.model === 'elsewhere' ? ok : refuse(402)),
    },
  });
  for (let i = 0; i < 2; i++) assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'sibling', 'elsewhere', 'elsewhere']);
  clock.advance(minute);
  await over.send();
  assert.equal(over.requestedModels()[4], 'first');
});

test('a plan that is spent for weeks is tried by one request every 15 minutes', async () => {
  const clock = manualClock();
  let recovered = false;
  await using over = await proxyOver({
    clock,
    emulator: {
      script: ({ conversation }) => (conversation.model === 'first' && !recovered ? goSpent : ok),
    },
  });
  await over.send();
  clock.advance(15 * minute - 1);
  await over.send();
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'second']);
  clock.advance(1);
  await Promise.all([over.send(), over.send(), over.send()]);
  assert.equal(over.requestedModels().filter((model) => model === 'first').length, 2);
  recovered = true;
  clock.advance(15 * minute);
  for (let i = 0; i < 3; i++) assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels().slice(-3), ['first', 'first', 'first']);
  assert.deepEqual(over.proxy.stats().remembered.spent, []);
});

test('a plan that is spent for weeks is used again soon after its usage page reports room', async () => {
  const clock = manualClock();
  const quota = { rolling: 3, weekly: 100, monthly: 40 };
  await using over = await proxyOver({
    clock,
    models: [modelOf('first', { provider: 'opencode-go' }), modelOf('second', { provider: 'other' })],
    emulator: {
      quota,
      script: ({ conversation }) => (conversation.model === 'first' && quota.weekly >= 100 ? goSpent : ok),
    },
    change({ providers, ...settings }) {
      const { emulator, other } = providers;
      assert(emulator && other);
      return { ...settings, providers: { 'opencode-go': { ...emulator, name: 'opencode-go' }, other } };
    },
    watchesQuotas: true,
  });
  const looks = (): number => over.emulator.requests.filter(({ path }) => path.endsWith('/usage')).length;
  const looked = async (times: number): Promise<void> => {
    const at = new Date(clock.now()).toISOString();
    await waitUntil(() => over.proxy.quotas()[0]?.at === at, `look ${times}`);
    assert.equal(looks(), times);
  };
  await over.send();
  await looked(1);
  clock.advance(5 * minute);
  await over.send();
  await looked(2);
  quota.weekly = 12;
  clock.advance(4 * minute);
  await over.send();
  assert.equal(looks(), 2, 'not more often than every five minutes');
  clock.advance(minute);
  await over.send();
  await looked(3);
  await waitUntil(() => over.proxy.stats().remembered.spent.length === 0, 'the plan is back');
  assert.equal((await over.send()).headers.get('x-occ-model'), 'opencode-go/first');
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'second', 'second', 'second', 'first']);
});

test('a reset that only a header, a body or a sentence names is kept', async () => {
  const clock = manualClock();
  const inTwoHours = new Date(clock.now() + 2 * 60 * minute);
  const body = (error: object) => JSON.stringify({ error });
  for (const spent of [
    refuse(429, {
      headers: { 'anthropic-ratelimit-unified-reset': String(Math.floor(inTwoHours.getTime() / 1000)) },
      type: 'rate_limit_error',
    }),
    refuse(429, {
      body: body({
        message:
          'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
        code: 429,
        metadata: { headers: { 'X-RateLimit-Reset': String(inTwoHours.getTime()) } },
      }),
    }),
    refuse(429, {
      body: body({ code: '1308', message: `Your limit will reset at ${inTwoHours.toISOString()}` }),
    }),
    refuse(400, {
      message: `You have reached your specified API usage limits. You will regain access on ${inTwoHours.toISOString()}.`,
    }),
  ]) {
    await using over = await proxyOver({ clock, answers: [spent, ok, ok] });
    for (let i = 0; i < 2; i++) assert.equal((await over.send()).text, 'ok');
    assert.deepEqual(over.requestedModels(), ['first', 'second', 'second']);
    const [entry] = over.proxy.stats().remembered.spent;
    const lateMs = inTwoHours.getTime() - Date.parse(entry?.until ?? '');
    assert(lateMs >= 0 && lateMs <= 1000, JSON.stringify(entry));
  }
});

test('models that were passed over because this request used up their keys are named', async () => {
  await using over = await proxyOver({
    models: [modelOf('first'), modelOf('sibling'), modelOf('elsewhere', { provider: 'other' })],
    emulator: {
      script: ({ conversation }) =>
        conversation.model === 'first' ? goSpent : refuse(503, { message: 'down' }),
    },
  });
  const response = await over.send(requestBody({ stream: false }));
  assert.equal(
    response.error?.message,
    [
      'all models failed',
      '- emulator/first: 429 Monthly usage limit reached (resets in 18 d 9 h)',
      '- other/elsewhere: 503 down',
      '- emulator/sibling: not tried, its monthly limit is reached, resets in 18 d 9 h',
      `Next: occ usage (request ${response.headers.get('request-id')})`,
    ].join('\n'),
  );
  assert.equal(response.headers.get('x-occ-attempts'), '2');
});

test('a refused request names the model that refused it', async () => {
  await using over = await proxyOver([refuse(400, { message: 'bad field' })]);
  const { headers, error } = await over.send();
  assert.equal(error?.message, 'bad field');
  assert.deepEqual([headers.get('x-occ-model'), headers.get('x-occ-attempts')], ['emulator/first', '1']);
});

test('the filter of one provider and a model’s own mistake lead to the next model', async () => {
  for (const code of ['data_inspection_failed', 'tool_use_failed', 'content_filter']) {
    const filtered = refuse(400, { body: JSON.stringify({ error: { code, message: 'no' } }) });
    await using over = await proxyOver([filtered, ok, ok]);
    assert.equal((await over.send()).text, 'ok', code);
    await over.send();
    assert.deepEqual(over.requestedModels(), ['first', 'second', 'first'], 'not remembered');
    await using alone = await proxyOver({ answers: [filtered], models: only });
    const response = await alone.send();
    const expected = code === 'tool_use_failed' ? [502, null] : [424, 'false'];
    assert.deepEqual([response.status, response.headers.get('x-should-retry')], expected, code);
  }
});

test('a limit of tokens per minute that came as 413 is a rate limit', async () => {
  const body = JSON.stringify({
    error: {
      message:
        'Request too large for model `m` on tokens per minute (TPM): Limit 8000, Requested 14137, please reduce your message size and try again.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    },
  });
  await using over = await proxyOver([refuse(413, { body }), ok]);
  assert.equal((await over.send()).text, 'ok');
  await using alone = await proxyOver({ answers: [refuse(413, { body })], models: only });
  const response = await alone.send();
  assert.deepEqual([response.status, response.error?.type], [429, 'rate_limit_error']);
  assert.doesNotMatch(response.error?.message ?? '', /prompt is too long/);
});
