/**
 * The ten acceptance points of occ, by number, each with a client, the real proxy and an upstream. Point 3 takes minutes
 * and is in `long-streams.long.ts`. `test/proxy/README.md` lists the faults that each test detected.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { liveSettings } from '../../lib/host/live-settings.ts';
import { encodeEvent, messageStart, usageOf, type StreamEvent } from '../../lib/anthropic/events.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { call, callTogether, say, think } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { silent } from '../../lib/log/log.ts';
import { toArray, toObject, toText } from '../../lib/json.ts';
import { put, scratchHome } from '../config/scratch.ts';
import { hangMs } from '../support/limits.ts';
import {
  count,
  modelOf,
  proxyOver,
  requestBody,
  readEvents,
  readUntil,
  token,
  waitUntil,
  withUnhurriedSecond,
} from '../support/proxy.ts';
import { captured } from '../support/requests.ts';

const formats = ['chat', 'messages', 'responses', 'gemini'] as const;
const bounded = { timeout: hangMs };
const second = [say('from second')];

for (const format of formats) {
  test(`1. a long stream with more than 29 tools works: ${format}`, bounded, async () => {
    const request = captured(9);
    const more = Array.from({ length: 12 }, (_, i) => ({
      name: `mcp__server__tool_${i}`,
      input_schema: { type: 'object', properties: { path: { type: 'string' } } },
    }));
    const tools = [...(request.tools ?? []), ...more];
    assert(tools.length >= 29);
    const words = Array.from({ length: 3000 }, (_, i) => `word ${i} é🙂 `);
    const input = { file_path: '/tmp/a', content: words.join('\n') };
    await using over = await proxyOver({
      answers: [[think('hm '.repeat(2000)), say(words), callTogether({ name: 'Write', input })]],
      format,
    });
    const response = await over.send({ ...request, tools, stream: true });
    assert.equal(response.text, words.join(''));
    assert.equal(response.stopReason, 'tool_use');
    assert.deepEqual(JSON.parse(argumentsIn(response.events)), input);
    const offered = over.emulator.requests[0]?.conversation.tools.map(({ name }) => name) ?? [];
    assert.deepEqual(
      offered.filter((name) => name.startsWith('mcp__')),
      more.map(({ name }) => name),
    );
    assert.equal(offered.length, tools.length);
  });
}

test(
  '2. with a configuration of oc-go-cc a long conversation goes to minimax-m3, as Anthropic messages',
  bounded,
  async () => {
    const { settings: ocGoCc } = await loadSettings({
      env: { OC_GO_CC_API_KEY: 'sk-key' },
      home: '/nonexistent',
      configFile: new URL('../fixtures/seed-config.json', import.meta.url).pathname,
    });
    await using over = await proxyOver({
      emulator: { script: () => [say('read it all')] },
      change: ({ providers }) => {
        const go = ocGoCc.providers['opencode-go'];
        assert(go && providers['emulator']);
        const { endpoints } = providers['emulator'];
        return { ...ocGoCc, providers: { ...ocGoCc.providers, 'opencode-go': { ...go, endpoints } } };
      },
    });
    const request = captured(1);
    const long = 'The quick brown fox jumps over the lazy dog. '.repeat(10_000);
    await over.send({ ...request, stream: true, messages: [{ role: 'user', content: long }] });
    await over.send({ ...request, stream: true });
    assert.deepEqual(over.requestedModels(), ['minimax-m3', 'deepseek-v4-flash']);
    assert.deepEqual(
      over.emulator.requests.flatMap(({ format }) => format ?? []),
      ['messages', 'chat'],
    );
  },
);

for (const format of formats) {
  test(
    `4. no “Unexpected EOF”: the Anthropic SDK parses every event, with pings in between: ${format}`,
    bounded,
    async () => {
      const input = { command: `echo "${'ü🙂 '.repeat(30)}"`, nested: { list: [1, 2, { three: '\n\t\\' }] } };
      await using over = await proxyOver({
        emulator: {
          script: ({ conversation: { prompt } }) =>
            prompt === 'cut'
              ? failing([say('half '), call('Bash', input)], { breaks: { at: { bytes: 700 }, how: 'cut' } })
              : failing([say('Now: '), call('Bash', input)], { betweenEventsMs: 3, writes: 5 }),
        },
        format,
        heartbeatMs: 1,
      });
      const client = new Anthropic({ baseURL: over.url, authToken: token, apiKey: null, maxRetries: 0 });
      const send = (content: string) =>
        client.messages
          .stream({ model: 'claude-sonnet-5', max_tokens: 1000, messages: [{ role: 'user', content }] })
          .finalMessage();
      const message = await send('whole');
      assert.deepEqual(
        message.content.flatMap((block) => (block.type === 'tool_use' ? [block.input] : [])),
        [input],
      );
      // A cut stream ends with an error event; the SDK must not have to detect it as a parse error.
      await assert.rejects(send('cut'), (error: Error) => {
        assert.doesNotMatch(error.message, /unexpected end|EOF|JSON|without sending/i);
        return error instanceof Anthropic.APIError;
      });
    },
  );
}

const hanging = failing([say(['first', ' second'])], { breaks: { at: { deltas: 1 }, how: 'silence' } });
const strict = (settings: Settings): Settings => ({
  ...settings,
  circuitBreaker: { failures: 1, resetMs: 60_000 },
});

for (const format of formats) {
  test(
    `5. a client disconnect is not a failure: no “all models failed”, no further attempt, no breaker: ${format}`,
    bounded,
    async () => {
      await using over = await proxyOver({
        answers: [failing(second, { headersAfterMs: 60_000 }), hanging, [say('first again')]],
        format,
        change: strict,
      });
      const early = new AbortController();
      over.post(requestBody(), { signal: early.signal }).catch(() => {});
      await over.emulator.received(1);
      early.abort();
      await over.attemptsLogged(1);
      const late = new AbortController();
      await readUntil(await over.post(requestBody(), { signal: late.signal }), '"first"');
      late.abort();
      await over.attemptsLogged(2);
      assert.deepEqual(over.warnings(), []);
      assert.equal(over.proxy.stats().failures, 0);
      // The first model is tried again at once: a single failure would have opened its breaker.
      assert.equal((await over.send()).text, 'first again');
      assert.deepEqual(over.requestedModels(), ['first', 'first', 'first']);
      assert.doesNotMatch(JSON.stringify(over.log), /all models failed|"event":"breaker"/);
    },
  );
}

test(
  '6. the client’s timeout does not count as a failure; a model’s timeout does, and falls back',
  bounded,
  async () => {
    const late = failing(second, { headersAfterMs: 60_000 });
    const breakers = (log: object[]) => log.filter((entry) => 'event' in entry && entry.event === 'breaker');
    await using ofClient = await proxyOver({
      answers: [late, [say('in time')]],
      models: [modelOf('first')],
      change: strict,
    });
    // The client waits six seconds; occ answers one second before that.
    const clientTimeout = { headers: { 'x-stainless-timeout': '6' } };
    assert.equal((await ofClient.send(requestBody({ stream: false }), clientTimeout)).status, 504);
    assert.deepEqual(breakers(ofClient.log), []);
    assert.equal((await ofClient.send()).text, 'in time');

    await using ofModel = await proxyOver({
      answers: [late, second, second],
      timeouts: { headersMs: 100 },
      change: (settings) => withUnhurriedSecond(strict(settings)),
    });
    assert.equal((await ofModel.send()).text, 'from second');
    assert.equal(breakers(ofModel.log).length, 1);
    assert.equal((await ofModel.send()).text, 'from second');
    assert.deepEqual(ofModel.requestedModels(), ['first', 'second', 'second']);
  },
);

test(
  '7. changed timeouts are read from the file, and a running request keeps its old ones',
  bounded,
  async (t) => {
    const emulator = await startEmulator({
      script: ({ conversation: { prompt } }) => failing([say(prompt)], { headersAfterMs: 60_000 }),
    });
    t.after(() => emulator.close());
    const home = scratchHome(t);
    const file = join(home, '.config/occ/config.json');
    const configure = (timeoutMs: number) =>
      put(file, {
        providers: {
          slow: { wire_format: 'chat', base_url: `${emulator.url}/v1`, api_key: 'k', timeout_ms: timeoutMs },
        },
        models: { default: { provider: 'slow', model_id: 'm', context_window: 200_000 } },
        retry: { attempts: 0 },
      });
    configure(50_000);
    const load = async () => (await loadSettings({ env: {}, home })).settings;
    const first = await load();
    const live = liveSettings({
      given: first,
      first,
      apply: (settings) => Promise.resolve(settings),
      reloadSource: { load, files: [file], report: () => {} },
      log: silent,
      onChange: () => {},
    });
    t.after(() => live.close());
    await using over = await proxyOver({ settings: () => live.current() });

    let isOver = false;
    const controller = new AbortController();
    const running = over
      .post(requestBody(), { signal: controller.signal })
      .catch(() => {})
      .finally(() => (isOver = true));
    await emulator.received(1);
    configure(50);
    await waitUntil(() => live.current() !== first, 'the new configuration to be used');
    const response = await over.send();
    assert.equal(response.status, 504);
    assert.match(response.error?.message ?? '', /no answer within 0.05 s \(timeout_ms\)/);
    assert.equal(isOver, false, 'the running request keeps its timeout of 50 s');
    controller.abort();
    await running;
  },
);

test(
  '8. a raw stream has no ping inside an event, and every event is passed on before the next one arrives',
  bounded,
  async (t) => {
    const sent: StreamEvent[] = [
      messageStart('msg_1', 'm', usageOf(3)),
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...['one', ' "two" \\ ', 'drei\n', '四🙂'].map((text): StreamEvent => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 3 },
      },
      { type: 'message_stop' },
    ];
    const encoded = sent.map(encodeEvent);
    let upstream: ServerResponse | undefined;
    const server = createServer((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(encoded.slice(0, 3).join(''));
      upstream = res;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    await using over = await proxyOver({
      provider: { endpoints: { messages: `http://127.0.0.1:${port}/v1/messages` } },
      models: [modelOf('m', { wire_format: 'messages' })],
      heartbeatMs: 5,
    });

    let { text, reader } = await readUntil(await over.post(requestBody({ model: 'm' })), 'one');
    const decoder = new TextDecoder();
    const more = async () => {
      const { done, value } = await reader.read();
      text += decoder.decode(value, { stream: !done });
      return !done;
    };
    // The upstream waits until the client has each event, so an event that is held back stops the test.
    for (const event of encoded.slice(3, 7)) {
      const half = Math.floor(event.length / 2);
      upstream?.write(event.slice(0, half));
      const pinged = text.length;
      while (!text.slice(pinged).includes('event: ping')) assert(await more());
      upstream?.write(event.slice(half));
      while (!text.includes(event)) assert(await more(), `never received: ${event}`);
    }
    upstream?.end(encoded.slice(7).join(''));
    while (await more());
    const { data } = readEvents(text);
    const passed = data.filter((one) => !one.includes('"message_start"') && !one.includes('"message_delta"'));
    assert.deepEqual(
      passed.filter((one) => !one.includes('"ping"')),
      sent
        .filter(({ type }) => type !== 'message_start' && type !== 'message_delta')
        .map((event) => JSON.stringify(event)),
    );
  },
);

for (const format of formats) {
  test(`9. an answer with only a tool call begins at index 0: ${format}`, bounded, async () => {
    await using over = await proxyOver({
      answers: [failing([call('Bash', { command: 'ls' })], { indexShift: 1 })],
      format,
    });
    const response = await over.send();
    const starts = response.events.flatMap((event) => (event.type === 'content_block_start' ? [event] : []));
    const tools = starts.filter(({ content_block: { type } }) => type === 'tool_use');
    assert.equal(starts[0]?.index, 0);
    assert.equal(tools.length, 1);
    // Gemini signs its calls, and the signature becomes a block before the call.
    if (format !== 'gemini') assert.equal(tools[0]?.index, 0);
    assert.equal(argumentsIn(response.events), '{"command":"ls"}');
    assert.equal(count(response, 'message_stop'), 1);
  });
}

for (const format of formats) {
  test(`10. no tool schema reaches the upstream empty, null or invalid: ${format}`, bounded, async () => {
    const valid = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const schemas: Record<string, unknown> = {
      missing: undefined,
      nothing: null,
      null_text: ' null ',
      empty: {},
      empty_text: '{}',
      without_type: { properties: { path: { type: 'string' } } },
      without_properties: { type: 'object' },
      half: '{"type":',
      list: [],
      valid,
    };
    await using over = await proxyOver({ answers: [[say('accepted')]], format });
    const tools = Object.entries(schemas).map(([name, input_schema]) => ({ name, input_schema }));
    const response = await over.send(
      requestBody({ tools: [{ name: '', input_schema: {} }, { name: ' \t', input_schema: {} }, ...tools] }),
    );
    assert.equal(response.text, 'accepted');
    const sent = over.emulator.requests[0]?.conversation.tools ?? [];
    assert.deepEqual(
      sent.map(({ name }) => name),
      Object.keys(schemas),
    );
    for (const { name, schema } of sent) {
      // A Gemini function without parameters has no schema.
      if (format === 'gemini' && Object.keys(schema).length === 0) continue;
      assert.equal(toText(schema['type']).toLowerCase(), 'object', name);
      if (name === 'valid' || name === 'without_type') {
        assert.equal(Object.keys(toObject(schema['properties'])).length, 1, name);
      }
    }
    assert.deepEqual(toArray(sent.at(-1)?.schema['required']), ['n']);
  });
}

test('the message “all models failed” lists each attempt', bounded, async () => {
  await using over = await proxyOver([refuse(500), refuse(529)]);
  const { error } = await over.send();
  assert.match(error?.message ?? '', /^all models failed\n- emulator\/first: 500 .*\n- other\/second: 529 /);
});

function argumentsIn(events: readonly StreamEvent[]): string {
  return events
    .flatMap((event) =>
      event.type === 'content_block_delta' && event.delta.type === 'input_json_delta'
        ? [event.delta.partial_json]
        : [],
    )
    .join('');
}
