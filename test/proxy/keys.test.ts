/** Limits belong to a key: which key is asked, now and in later requests, and when a spent one is looked at again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { Secret, Settings } from '../../lib/config/settings.ts';
import { manualClock } from '../support/clock.ts';
import {
  modelOf,
  proxyOver,
  requestBody,
  waitUntil,
  type ProxyOptions,
  type ProxyUnderTest,
} from '../support/proxy.ts';

const secret = (text: string): Secret => ({ reveal: () => text, toString: () => '•••', toJSON: () => '•••' });
const ok: Script = [say('ok')];
const minute = 60_000;
const only = [modelOf('first')];
const goSpent = refuse(429, {
  type: 'GoUsageLimitError',
  message: 'Monthly usage limit reached',
  metadata: { limitName: 'monthly' },
  retryAfterSeconds: 1_587_827,
});

/** A provider with the keys `one` and `two`, each of which has its own answer. */
const twoKeys = (
  byKey: (key: string, model: string, request: number) => Answer | Script,
  more: ProxyOptions = {},
): ProxyOptions => {
  let count = 0;
  return {
    models: only,
    provider: { keys: [secret('one'), secret('two')], auth: { chat: 'bearer' } },
    emulator: {
      script: ({ headers, conversation }) =>
        byKey(String(headers.authorization).replace('Bearer ', ''), conversation.model, ++count),
    },
    ...more,
  };
};
const asked = ({ emulator }: ProxyUnderTest): string[] =>
  emulator.requests
    .filter(({ format }) => format !== undefined)
    .map(({ headers }) => String(headers.authorization).replace('Bearer ', ''));

const refusals: Record<string, Answer> = {
  'a spent plan': goSpent,
  'a spent plan without a reset': refuse(429, { type: 'GoUsageLimitError', message: 'limit reached' }),
  'no money': refuse(402, { message: 'Insufficient Balance' }),
  'no money at a gateway': refuse(401, { type: 'CreditsError', message: 'no credit' }),
  'no money under a 400': refuse(400, {
    message: 'Your credit balance is too low to access the Anthropic API.',
  }),
  'a rate limit': refuse(429, { type: 'rate_limit_error', message: 'slow down', retryAfterSeconds: 30 }),
  'a rate limit without a wait': refuse(429, { type: 'rate_limit_error', message: 'slow down' }),
  'a refused key': refuse(401, { message: 'Invalid API key' }),
};

for (const [name, refusal] of Object.entries(refusals)) {
  test(`${name}: the next key answers, and is the first to be asked in later requests`, async () => {
    await using over = await proxyOver(
      twoKeys((key) => (key === 'one' ? refusal : ok), { retry: { attempts: 1 } }),
    );
    for (let i = 0; i < 3; i++) assert.equal((await over.send(requestBody({ stream: i !== 1 }))).text, 'ok');
    assert.deepEqual(asked(over), ['one', 'two', 'two', 'two']);
    assert.doesNotMatch(JSON.stringify(over.log) + JSON.stringify(over.proxy.stats()), /"(?:one|two)"/);
  });
}

test('an error inside a 200 that reports a spent plan moves to the next key', async () => {
  const inside = (type: string): Answer => ({
    reply: {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `data: ${JSON.stringify({ error: { type, message: 'limit reached' } })}\n\n`,
    },
  });
  for (const type of ['GoUsageLimitError', 'rate_limit_error', 'insufficient_quota']) {
    await using over = await proxyOver(twoKeys((key) => (key === 'one' ? inside(type) : ok)));
    assert.equal((await over.send()).text, 'ok', type);
    assert.deepEqual(asked(over), ['one', 'two']);
  }
});

test('the provider is spent when all its keys are, until the earliest reset', async () => {
  const clock = manualClock();
  const spentFor = (retryAfterSeconds: number) =>
    refuse(429, { type: 'GoUsageLimitError', message: 'limit reached', retryAfterSeconds });
  await using over = await proxyOver(
    twoKeys((key, _, request) => (request > 2 ? ok : spentFor(key === 'one' ? 1200 : 600)), { clock }),
  );
  const first = await over.send();
  assert.deepEqual([first.status, first.headers.get('x-occ-attempts')], [429, '2']);
  const second = await over.send();
  assert.match(
    second.error?.message ?? '',
    /^emulator\/first was not tried: its usage limit is reached, resets in 10 min; none of its 2 keys is left\nNext: occ status/,
  );
  assert.deepEqual(
    over.proxy.stats().remembered.spent.map(({ who, key }) => [who, key]),
    [
      ['emulator', 1],
      ['emulator', 2],
    ],
  );
  clock.advance(600_000);
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(asked(over), ['one', 'two', 'two']);
});

test('a refused key is asked again after an hour, and when all keys are refused', async () => {
  const clock = manualClock();
  let revoked = true;
  await using over = await proxyOver(
    twoKeys((key) => (key === 'one' && revoked ? refuse(401) : ok), { clock }),
  );
  await over.send();
  clock.advance(59 * minute);
  await over.send();
  revoked = false;
  clock.advance(minute);
  await over.send();
  await over.send();
  assert.deepEqual(asked(over), ['one', 'two', 'two', 'one', 'one']);
  await using none = await proxyOver(twoKeys((_, __, request) => (request > 2 ? ok : refuse(401))));
  assert.equal((await none.send()).status, 401);
  assert.equal((await none.send()).text, 'ok');
  assert.deepEqual(asked(none), ['one', 'two', 'one']);
});

test('new settings clear what was remembered about keys', async () => {
  let settings: Settings | undefined;
  await using over = await proxyOver({
    ...twoKeys((key) => (key === 'one' ? refuse(401) : ok)),
    settings: () => settings ?? assert.fail(),
    change: (given) => (settings = given),
  });
  await over.send();
  settings = { ...(settings ?? assert.fail()) };
  await over.send();
  assert.deepEqual(asked(over), ['one', 'two', 'one', 'two']);
});

test('a rate-limited key is asked first again when its wait has passed', async () => {
  const clock = manualClock();
  const limited = refuse(429, { type: 'rate_limit_error', message: 'slow', retryAfterSeconds: 20 });
  await using over = await proxyOver(
    twoKeys((key, _, request) => (key === 'one' && request === 1 ? limited : ok), { clock }),
  );
  await over.send();
  clock.advance(19_000);
  await over.send();
  clock.advance(1000);
  await over.send();
  assert.deepEqual(asked(over), ['one', 'two', 'two', 'one']);
});

const family = [modelOf('first'), modelOf('sibling'), modelOf('elsewhere', { provider: 'other' })];

test('money that is out for one model leaves the provider’s other models', async () => {
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

test('money that is out for two models is out for the provider', async () => {
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
    await waitUntil(() => over.proxy.stats().quotas[0]?.at === at, `look ${times}`);
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
      'all models failed: 429 Monthly usage limit reached (resets in 18 d 9 h)',
      '- emulator/first: 429 Monthly usage limit reached (resets in 18 d 9 h)',
      '- other/elsewhere: 503 down',
      '- emulator/sibling: not tried, its monthly limit is reached, resets in 18 d 9 h',
      `Next: occ status (request ${response.headers.get('request-id')})`,
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
    const expected = code === 'tool_use_failed' ? [502, null] : [400, 'false'];
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
