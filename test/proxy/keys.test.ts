/** Limits belong to a key: which key is asked, now and in later requests, and when a spent one is looked at again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { Secret, Settings } from '../../lib/config/settings.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, proxyOver, requestBody, type ProxyOptions, type ProxyUnderTest } from '../support/proxy.ts';

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
/** Another conversation. */
const other = { headers: { 'x-claude-code-session-id': 'other' } };

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
  'a refused key in the words of OpenAI': refuse(401, {
    body: JSON.stringify({
      error: {
        message: 'Incorrect API key provided. You can find your API key at https://platform.openai.com.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    }),
  }),
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
    /^emulator\/first was not tried: its usage limit is reached, resets in 10 min; none of its 2 keys is left\nNext: occ usage \(request req_\w+\)$/,
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
  // Another conversation, since one keeps its key.
  await over.send(requestBody(), other);
  await over.send(requestBody(), other);
  assert.deepEqual(asked(over), ['one', 'two', 'two', 'one', 'one']);
  await using none = await proxyOver(twoKeys((_, __, request) => (request > 2 ? ok : refuse(401))));
  assert.equal((await none.send()).status, 424);
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
  await over.send(requestBody(), other);
  assert.deepEqual(asked(over), ['one', 'two', 'two', 'one']);
});

test('a conversation keeps the key that it used last, while its prompt cache may last', async () => {
  const clock = manualClock();
  const limited = refuse(429, { type: 'rate_limit_error', message: 'slow', retryAfterSeconds: 20 });
  await using over = await proxyOver(
    twoKeys((_, __, request) => (request === 1 || request === 6 ? limited : ok), { clock }),
  );
  await over.send();
  clock.advance(4 * minute);
  await over.send();
  await over.send(requestBody(), other);
  clock.advance(4 * minute);
  await over.send();
  // The kept key is limited in turn.
  await over.send();
  clock.advance(5 * minute);
  await over.send();
  assert.deepEqual(asked(over), ['one', 'two', 'two', 'one', 'two', 'two', 'one', 'one']);
});
