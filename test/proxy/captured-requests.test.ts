/**
 * Every captured request of Claude Code, sent through the proxy: the upstream receives its tools, calls, results, texts,
 * images and thinking, and the client receives the complete answer.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Quirks } from '../../lib/wire/quirks.ts';
import { callTogether, say, think, type Script } from '../../lib/emulator/script.ts';
import { assertSameContent } from '../support/same-content.ts';
import { clientContent } from '../support/client-content.ts';
import { modelOf, proxyOver, token, type ProxyUnderTest } from '../support/proxy.ts';
import { readReceived } from '../support/received.ts';
import { capturedRequests } from '../support/requests.ts';
import { formats, type Format } from '../support/turns.ts';
import { upstreamContent } from '../support/upstream-content.ts';

/** Models that accept thinking of other models, where the format allows it. */
const quirks: Record<Format, Partial<Quirks>> = {
  chat: { replayReasoning: 'always', thinking: 'effort' },
  messages: { betas: false, unsignedThinking: true, thinking: 'adaptive' },
  responses: { thinking: 'effort', mediaInResults: true },
  gemini: { thinking: 'effort', mediaInResults: true, signedCalls: true },
};

const requests = capturedRequests();

for (const format of formats) {
  for (const vision of [true, false]) {
    describe(`${format}, ${vision ? 'with' : 'without'} vision`, () => {
      let over: ProxyUnderTest;
      let answer: Script = [];
      before(async () => {
        const model = modelOf('only', { wire_format: format, vision, quirks: quirks[format] });
        over = await proxyOver({ models: [model], emulator: { keep: 1, script: () => answer } });
      });
      after(() => over[Symbol.asyncDispose]());

      for (const { kind, body } of requests) {
        test(kind, async () => {
          const [tool = 'Nothing', other = tool] = clientContent(body).tools.map(({ name }) => name);
          const calls = [
            { name: tool, input: { file_path: '/ö', n: [1, { '🙂': null }] }, id: 'call_1' },
            { name: other, input: {}, id: 'call_2' },
          ];
          answer = [think('Hm, 大きさ.'), say('Größe 🙂\n"quoted"'), callTogether(...calls)];
          // Each is a conversation of its own; they were captured in one session.
          // A request for a count has no limit.
          const whole = { max_tokens: 1000, ...body };
          const response = await over.send(whole, { headers: { 'x-claude-code-session-id': kind } });
          assert.equal(response.status, 200, response.body);
          const upstream = over.emulator.requests.at(-1);
          assert(upstream?.format === format);

          assertSameContent(format, clientContent(body), upstreamContent(format, upstream.body), vision);
          assert.equal(upstream.conversation.model, 'only');
          assert.equal(upstream.conversation.stream, true);
          assert.doesNotMatch(JSON.stringify(upstream.body), /x-anthropic-billing-header/);

          const message = response.message?.content ?? [];
          const streamed = readReceived(response.events);
          const received = response.message
            ? {
                text: message.map(({ text }) => text ?? '').join(''),
                thinking: message.map(({ thinking }) => thinking ?? '').join(''),
                calls: message.flatMap(({ name, input }) => (name === undefined ? [] : [{ name, input }])),
              }
            : {
                text: streamed.text,
                thinking: streamed.thinking,
                calls: streamed.calls.map(({ name, args }) => ({ name, input: JSON.parse(args) as unknown })),
              };
          assert.deepEqual(received, {
            text: 'Größe 🙂\n"quoted"',
            thinking: 'Hm, 大きさ.',
            calls: calls.map(({ name, input }) => ({ name, input })),
          });
          assert.equal(response.stopReason, 'tool_use');
        });
      }

      test('there are no warnings', () => assert.deepEqual(over.warnings(), []));
    });
  }
}

test('the two requests without a prompt are answered by the proxy itself', async () => {
  await using over = await proxyOver([]);
  const head = await fetch(`${over.url}/api/hello`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  const authorization = `Bearer ${token}`;
  const models = await fetch(`${over.url}/v1/models?limit=1000`, { headers: { authorization } });
  assert.equal(models.status, 200);
  assert.ok(Array.isArray(((await models.json()) as { data: unknown }).data));
  assert.deepEqual(over.emulator.requests, []);
});
