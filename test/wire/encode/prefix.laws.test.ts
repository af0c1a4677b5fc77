/** Tools keep their place while a conversation grows (P12), in every format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { WireRoute } from '../../../lib/wire/formats.ts';
import { isObject, toArray, toObject, type Json, type JsonObject } from '../../../lib/json.ts';
import {
  toBlocks,
  type MessagesRequest,
  type RequestMessage,
  type Tool,
} from '../../../lib/anthropic/request.ts';
import {
  assistant,
  call,
  captured,
  capturedRequests,
  requestOf,
  result,
  routeOf,
  user,
} from '../../support/requests.ts';
import { runsOf } from '../../support/sampling.ts';
import { formats, readable, type Format } from '../../support/turns.ts';

/** What each format sends of the tools, in order. */
const toolsIn: Record<Format, (body: JsonObject) => Json[]> = {
  chat: ({ tools }) => toArray(tools),
  messages: ({ tools }) => toArray(tools),
  responses: ({ tools }) => toArray(tools),
  gemini: ({ tools }) => toArray(tools).flatMap((tool) => toArray(toObject(tool)['functionDeclarations'])),
};

/** Beside the plain model of each format, one that gets the client's messages as they are, and one with its own search. */
const routes: readonly (readonly [string, WireRoute])[] = [
  ...formats.map((format) => [format, routeOf({ format })] as const),
  ['messages, unchanged', routeOf({ format: 'messages', quirks: { betas: true } })],
  ['responses with a web search', routeOf({ format: 'responses', quirks: { webSearch: true } })],
];

function sentTools(request: MessagesRequest, route: WireRoute): Json[] {
  const body = JSON.parse(JSON.stringify(codecs[route.format].encodeRequest(request, route, 's'))) as Json;
  assert.ok(isObject(body));
  return toolsIn[readable(route.format)](body);
}

/** The names that the results of a tool search have loaded. */
function loadedIn(messages: readonly RequestMessage[]): Set<string> {
  const found = [...JSON.stringify(messages).matchAll(/"tool_reference","tool_name":"([^"]+)"/g)];
  return new Set(found.map(([, name]) => name ?? ''));
}

/** The requests that the client sent before this one: a tool is listed as deferred only once it has been loaded. */
function earlier(request: MessagesRequest): MessagesRequest[] {
  const { messages, tools = [] } = request;
  return messages.flatMap((message, at) => {
    const calls = toBlocks(message.content).some(({ type }) => type === 'tool_use');
    if (message.role !== 'assistant' || !(calls || at > 0)) return [];
    const before = messages.slice(0, at);
    const loaded = loadedIn(before);
    const listed = tools.filter(
      (tool) =>
        tool['defer_loading'] !== true || loaded.has(tool.name) || tool.name === 'DeferredToolPlaceholder',
    );
    return [{ ...request, messages: before, tools: listed }];
  });
}

for (const [name, route] of routes) {
  test(`P12: tools that a search loads are appended, ${name}, captured requests`, () => {
    let compared = 0;
    for (const { kind, body } of capturedRequests()) {
      const whole = sentTools(body, route);
      for (const before of earlier(body)) {
        const sent = sentTools(before, route);
        assert.deepEqual(whole.slice(0, sent.length), sent, kind);
        compared++;
      }
    }
    assert.ok(compared > 20);
  });

  test(`P12: tools that a search loads are appended, ${name}, generated conversations`, () => {
    const names = ['Agent', 'Bash', 'Cron', 'Monitor', 'NotebookEdit', 'Read', 'WebFetch', 'Write'];
    const listed: Tool[] = names.map((tool) => ({ name: tool, input_schema: { type: 'object' } }));
    const search: Tool = { type: 'web_search_20250305', name: 'web_search' };
    const load = fc.subarray(names, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.subarray(names), fc.array(load, { maxLength: 4 }), (first, loads) => {
        const messages = [user('go')];
        let before: Json[] = [];
        for (const [at, loading] of [[], ...loads].entries()) {
          if (at > 0) {
            const references = loading.map((tool) => ({ type: 'tool_reference', tool_name: tool }));
            // The model calls a tool that is not loaded yet, and gets an error.
            const early = call(`b${at}`, {}, 'Write');
            messages.push(
              assistant(call(`a${at}`, {}, 'ToolSearch'), early),
              user(result(`a${at}`, references), result(`b${at}`, 'no such tool', true)),
            );
          }
          const loaded = loadedIn(messages);
          const tools = listed
            .filter((tool) => first.includes(tool.name) || loaded.has(tool.name))
            .map((tool) =>
              first.includes(tool.name) ? tool : Object.assign({}, tool, { defer_loading: true }),
            );
          const sent = sentTools(requestOf(messages, { tools: [...tools, search] }), route);
          assert.deepEqual(sent.slice(0, before.length), before);
          before = sent;
        }
      }),
      runsOf(200),
    );
  });
}

test('P12: what a tool search loaded comes last, in the order in which it was loaded (captured request 23)', () => {
  const names = (format: Format): unknown[] =>
    sentTools(captured(23), routeOf({ format })).map((tool) => {
      const { name, function: inner } = toObject(tool);
      return name ?? toObject(inner)['name'];
    });
  for (const format of formats)
    assert.deepEqual(names(format).slice(-3), ['Write', 'WebFetch', 'NotebookEdit'], format);
});
