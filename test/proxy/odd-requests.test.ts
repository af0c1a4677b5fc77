/** One odd request does not stop all others: what the proxy does with it takes time in proportion to its size. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateTokens } from '../../lib/anthropic/estimate.ts';
import type { RequestMessage } from '../../lib/anthropic/request.ts';
import { toRequest } from '../../lib/wire/messages/served/read.ts';
import { memory } from '../../lib/proxy/memory.ts';
import { printPrompt } from '../../lib/proxy/policy/prompt-print.ts';
import { planRoutes } from '../../lib/proxy/policy/route.ts';
import { sessionOf } from '../../lib/proxy/session.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { toHistory } from '../../lib/wire/encode/history.ts';
import type { WireRoute } from '../../lib/wire/formats.ts';
import { geminiRoutes } from '../support/gemini/encode.ts';
import { growthOf } from '../support/growth.ts';
import { oddRequest, oddShapes } from '../support/odd-requests.ts';
import { proxyOver, requestBody, settingsFor } from '../support/proxy.ts';
import { chatRoutes, messagesRoutes } from '../support/requests.ts';
import { responsesRoutes } from '../support/responses/encode.ts';

const size = 1500;
const factor = 8;
/** How often its share a bigger request may cost: twice to thrice for memory that it needs, 8 times if it grew with the square. */
const slack = 5;

const settings = settingsFor('http://127.0.0.1:1');
/** One route of each format, and the ones with rules of their own for schemas and results. */
const routes = [
  chatRoutes['plain'],
  chatRoutes['kimi'],
  messagesRoutes['claude'],
  messagesRoutes['minimax'],
  Object.values(geminiRoutes)[0],
  Object.values(responsesRoutes)[0],
].filter((route): route is WireRoute => route !== undefined);

/** All that happens to a request before it is sent, and to its print. */
function prepare(body: ReturnType<typeof oddRequest>): void {
  const remembered = memory(() => {});
  const given = toRequest(body);
  const { id } = sessionOf({ session: '', agent: '' }, given);
  remembered.arrange(given, id, 0);
  const request = remembered.arrange(given, id, 0);
  const inputTokens = estimateTokens(request);
  planRoutes({ request, inputTokens, requestClass: '' }, settings, remembered.known(id, 0, id));
  for (const route of routes) {
    const codec = codecs[route.format];
    const sent = codec.encodeRequest(request, route, id);
    JSON.stringify(sent);
    printPrompt(codec.prompt(sent, route));
  }
}

describe('the time for a request grows as its size does', () => {
  for (const shape of oddShapes) {
    test(shape, () => {
      const [small, big] = [oddRequest(shape, size), oddRequest(shape, size * factor)];
      const most = factor * slack;
      const ratio = growthOf(
        () => prepare(small),
        () => prepare(big),
        most,
      );
      assert(ratio <= most, `${factor} times the size took ${ratio.toFixed(1)} times the time`);
    });
  }
});

test('pairing calls and results alone takes time in proportion to their number', () => {
  for (const shape of oddShapes.filter((name) => /calls?|results/.test(name))) {
    const [few, many] = [3000, 3000 * factor].map((calls) => toRequest(oddRequest(shape, calls)).messages);
    const pair = (messages: RequestMessage[] = []) => toHistory(messages, { reminders: true });
    const most = factor * slack;
    const ratio = growthOf(
      () => pair(few),
      () => pair(many),
      most,
    );
    assert(ratio <= most, `${shape}: ${factor} times as many took ${ratio.toFixed(1)} times the time`);
  }
});

test('a long list does not count as deep nesting, and is read like a short one', () => {
  const [one] = toRequest(oddRequest('blocks of text', 200_000)).messages;
  assert(one);
  const request = { ...toRequest(oddRequest('messages', 1)), messages: [one, one] };
  for (const route of routes) codecs[route.format].encodeRequest(request, route, 'ses_1');
});

test('brackets without end are refused', async () => {
  await using over = await proxyOver();
  for (const depth of [20_000, 1_000_000]) {
    const call = { type: 'tool_use', id: 'c', name: 'Read', input: { nested: 'HERE' } };
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: [call] },
    ];
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const response = await over.send(JSON.stringify(requestBody({ messages })).replace('"HERE"', nested));
    assert.deepEqual([response.status, response.error?.type], [400, 'invalid_request_error']);
    assert.match(response.error?.message ?? '', /nested too deeply/);
  }
});
