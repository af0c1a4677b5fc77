/** Tools that come later follow those sent before, in every format and also where the client lists them in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callableTools } from '../../lib/anthropic/tools.ts';
import type { MessagesRequest, Tool } from '../../lib/anthropic/request.ts';
import { isObject, toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';
import { toolOrders } from '../../lib/proxy/tool-orders.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { assistant, call, requestOf, result, routeOf, user } from '../support/requests.ts';
import { formats } from '../support/turns.ts';

const tool = (name: string, more: object = {}): Tool => ({ name, input_schema: { type: 'object' }, ...more });
const deferred = { defer_loading: true };
const asks = (...tools: Tool[]): MessagesRequest => requestOf([user('go')], { tools });
const search = [
  user('go'),
  assistant(call('a', {}, 'ToolSearch')),
  user(result('a', [{ type: 'tool_reference', tool_name: 'Cron' }])),
];

/** The names of the tools in a body, whatever its format. */
function namesIn(body: unknown): string[] {
  const { tools } = body as JsonObject;
  return toArray(tools).flatMap((one) => {
    const { name, function: inner, functionDeclarations: declared } = toObject(one);
    if (declared !== undefined) return toArray(declared).map((each) => toText(toObject(each)['name']));
    return [toText(name) || (isObject(inner) ? toText(inner['name']) : '')];
  });
}

const routes = [
  ...formats.map((format) => routeOf({ format })),
  routeOf({ format: 'messages', quirks: { betas: true } }),
  routeOf({ format: 'messages', quirks: { betas: true, genuineSignatures: true, thinking: 'claude' } }),
];

for (const route of routes) {
  const { betas, genuineSignatures } = route.quirks;
  test(`${route.format}${betas ? ', unchanged' : ''}${genuineSignatures ? ', for Claude' : ''}: the order of the conversation`, () => {
    const orders = toolOrders();
    const sent = (request: MessagesRequest, session = 's', now = 0): string =>
      namesIn(codecs[route.format].encodeRequest(orders.arrange(request, session, now), route)).join(' ');
    assert.equal(sent(asks(tool('Agent'), tool('Read'))), 'Agent Read');
    // An MCP server connects late, and the client lists its tools by name.
    assert.equal(sent(asks(tool('Agent'), tool('Mcp'), tool('Read'))), 'Agent Read Mcp');
    // It disconnects, another one connects, and the first returns.
    assert.equal(sent(asks(tool('Agent'), tool('Read'))), 'Agent Read');
    assert.equal(sent(asks(tool('Agent'), tool('Bee'), tool('Read'))), 'Agent Read Bee');
    assert.equal(sent(asks(tool('Agent'), tool('Bee'), tool('Mcp'), tool('Read'))), 'Agent Read Mcp Bee');
    // Another conversation, and one that was forgotten, have the order that the client gives.
    const other = asks(tool('Agent'), tool('Bee'), tool('Mcp'), tool('Read'));
    assert.equal(sent(other, 'other'), 'Agent Bee Mcp Read');
    assert.equal(sent(other, 's', 24 * 3_600_000), 'Agent Bee Mcp Read');
  });
}

test('a tool that was loaded stays callable and in its place when a compaction has removed what loaded it', () => {
  const orders = toolOrders();
  const tools = [tool('Agent'), tool('Cron', deferred), tool('Read'), tool('ToolSearch')];
  const names = (request: MessagesRequest): string[] =>
    callableTools(orders.arrange(request, 's', 0)).map(({ name }) => name);
  assert.deepEqual(names(requestOf([user('go')], { tools })), ['Agent', 'Read', 'ToolSearch']);
  const loaded = ['Agent', 'Read', 'ToolSearch', 'Cron'];
  assert.deepEqual(names(requestOf(search, { tools })), loaded);
  // An MCP server connects after that, and its tools are no longer put before what was loaded.
  assert.deepEqual(names(requestOf(search, { tools: [tool('A'), ...tools] })), [...loaded, 'A']);
  assert.deepEqual(names(requestOf([user('a summary')], { tools })), loaded);
});

test('a request without tools is the same object, and so are the tools that already have their order', () => {
  const orders = toolOrders();
  const none = requestOf([user('go')]);
  assert.equal(orders.arrange(none, 's', 0), none);
  const route = routeOf({
    format: 'messages',
    quirks: { betas: true, genuineSignatures: true, thinking: 'claude' },
  });
  const given = asks(tool('Agent'), tool('Read'));
  for (let turn = 0; turn < 2; turn++) {
    const body = codecs.messages.encodeRequest(orders.arrange(given, 's', 0), route) as MessagesRequest;
    assert.equal(body.tools, given.tools);
  }
});

test('a tool that is sent under a shorter name keeps its place', () => {
  const orders = toolOrders();
  const long = `mcp__${'server'.repeat(20)}__read`;
  const route = routeOf({ format: 'messages', quirks: { shortToolNames: true } });
  const sent = [1, 2].map((now) => {
    const request = orders.arrange(asks(tool(long), tool('Read')), 's', now);
    return namesIn(codecs.messages.encodeRequest(request, route, 's'));
  });
  assert.notEqual(sent[0]?.[0], long);
  assert.deepEqual(sent[1], sent[0]);
});
