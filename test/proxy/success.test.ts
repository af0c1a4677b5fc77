/** Requests that succeed, with and without streaming, in every format; with their headers, statistics and log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, finish, say, think, usage } from '../../lib/emulator/script.ts';
import { capturedRequests } from '../support/requests.ts';
import { count, modelOf, proxyOver, requestBody } from '../support/proxy.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const;

for (const format of formats) {
  test(`a stream arrives complete, with the model name of the request: ${format}`, async () => {
    await using over = await proxyOver({ answers: [[think('hm'), say('one two')]], format });
    const response = await over.send();
    assert.equal(response.status, 200);
    assert.equal(response.text, 'one two');
    assert.equal(response.stopReason, 'end_turn');
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(response.headers.get('x-occ-model'), 'emulator/first');
    assert.equal(response.headers.get('x-occ-attempts'), '1');
    const [first] = response.events;
    assert(first?.type === 'message_start');
    assert.equal(first.message.model, 'claude-sonnet-5');
    // On a busy machine a count may take longer than its limit, and is estimated then.
    assert.deepEqual(
      over.warnings().filter(({ event }) => event !== 'count'),
      [],
    );
  });

  test(`stream: false is answered with one message: ${format}`, async () => {
    await using over = await proxyOver({
      answers: [[say('words'), call('Read', { path: 'a' }, 'toolu_1')]],
      format,
    });
    const response = await over.send(requestBody({ stream: false }));
    assert.equal(response.status, 200);
    // The signature of a Gemini call is in a thinking block before it.
    assert.deepEqual(
      response.message?.content.filter(({ type }) => type !== 'thinking'),
      [
        { type: 'text', text: 'words', citations: null },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' }, caller: { type: 'direct' } },
      ],
    );
    assert.equal(response.message.stop_reason, 'tool_use');
    assert.match(response.message.id, /^msg_/);
    assert.equal(response.message.model, 'claude-sonnet-5');
    assert.equal(response.headers.get('x-occ-model'), 'emulator/first');
    assert.equal(response.headers.get('x-occ-attempts'), '1');
  });

  test(`the answer to every captured request of Claude Code obeys the laws: ${format}`, async () => {
    await using over = await proxyOver({
      emulator: { keep: 200 },
      models: [modelOf('only', { wire_format: format })],
    });
    const requests = capturedRequests();
    assert.equal(requests.length, 42);
    for (const { kind, body } of requests) {
      const path = kind.includes('count-tokens') ? '/v1/messages/count_tokens' : '/v1/messages?beta=true';
      const response = await over.send(body, { path });
      assert.equal(response.status, 200, `${kind}: ${response.body}`);
      if (path.startsWith('/v1/messages?')) {
        assert.equal(response.events.length > 0, body.stream === true, kind);
        assert.notEqual(response.stopReason, null, kind);
      }
    }
    // On a busy machine a count may take longer than its limit, and is estimated then.
    assert.deepEqual(
      over.warnings().filter(({ event }) => event !== 'count'),
      [],
    );
  });
}

test('an answer with only a tool call begins at index 0', async () => {
  await using over = await proxyOver([[call('Bash', { command: 'ls' })]]);
  const response = await over.send();
  const start = response.events.find((event) => event.type === 'content_block_start');
  assert.equal(start?.index, 0);
  assert.equal(response.stopReason, 'tool_use');
});

test('an answer cut by the output limit has stop reason max_tokens', async () => {
  await using over = await proxyOver([[say('and then'), finish('length')]]);
  assert.equal((await over.send()).stopReason, 'max_tokens');
});

test('tokens, requests and fallbacks are counted', async () => {
  await using over = await proxyOver([[say('a'), usage({ input: 100, output: 7, cached: 40 })]]);
  await over.send();
  await over.attemptsLogged(1);
  const stats = over.proxy.stats();
  assert.deepEqual(
    { requests: stats.requests, failures: stats.failures, fallbacks: stats.fallbacks },
    { requests: 1, failures: 0, fallbacks: 0 },
  );
  assert.equal(stats.inputTokens, 100);
  assert.equal(stats.outputTokens, 7);
});

test('concurrent requests do not mix', async () => {
  await using over = await proxyOver({
    emulator: { script: ({ conversation }) => [say(`you said ${conversation.prompt}`)] },
  });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      over.send(requestBody({ stream: i % 2 === 0, messages: [{ role: 'user', content: `number ${i}.` }] })),
    ),
  );
  assert.deepEqual(
    answers.map(({ text: said }) => said),
    answers.map((_, i) => `you said number ${i}.`),
  );
});

test('the log has a line for each request and attempt, and no text of the conversation', async () => {
  await using over = await proxyOver([[say('the answer is plum')]]);
  const response = await over.send(
    requestBody({ messages: [{ role: 'user', content: 'which fruit is apricot' }] }),
  );
  await over.attemptsLogged(1);
  assert.deepEqual(
    over.log.map(({ event, request }) => [event, request]),
    [
      ['request', response.headers.get('request-id')],
      ['attempt', response.headers.get('request-id')],
    ],
  );
  assert.doesNotMatch(JSON.stringify(over.log), /apricot|plum/);
});

test('each request reads the settings once', async () => {
  let snapshots = 0;
  await using other = await proxyOver([]);
  await using over = await proxyOver({
    settings: () => {
      snapshots++;
      return other.settings;
    },
  });
  await over.send();
  assert.equal(snapshots, 1);
  assert.equal(count(await over.send(), 'message_start'), 0);
  assert.equal(snapshots, 2);
});
