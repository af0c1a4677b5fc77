/** Server tools for models without them: the system prompt names them as unavailable, in every format. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { Quirks } from '../../../lib/wire/quirks.ts';
import { captured, routeOf } from '../../support/requests.ts';
import type { Format } from '../../support/turns.ts';

/** Claude Code's request for a web search, its only tool. */
const search = captured(15);
const unavailable = /Not available in this conversation: web_search\..*invent no results/;

const systemOf: Record<Format, (body: Record<string, unknown>) => unknown> = {
  chat: ({ messages }) => (messages as { role: string }[]).filter(({ role }) => role === 'system'),
  messages: ({ system }) => system,
  responses: ({ instructions }) => instructions,
  gemini: ({ systemInstruction }) => systemInstruction,
};

function systemText(format: Format, request = search, quirks: Partial<Quirks> = {}): string {
  const body = codecs[format].encodeRequest(request, routeOf({ format, quirks })) as Record<string, unknown>;
  return JSON.stringify(systemOf[format](body));
}

for (const format of Object.keys(systemOf) as Format[]) {
  test(`${format}: without a web search, the system prompt says so when the client requests one`, () => {
    assert.match(systemText(format), unavailable);
    assert.doesNotMatch(systemText(format, { ...search, tools: [] }), /Not available/);
  });
}

for (const format of ['responses', 'gemini'] as const) {
  test(`${format}: with its own web search, only other tools are named as unavailable`, () => {
    assert.doesNotMatch(systemText(format, search, { webSearch: true }), /Not available/);
    const code = { type: 'code_execution_20250825', name: 'code_execution' };
    const both = { ...search, tools: [...(search.tools ?? []), code] };
    assert.match(systemText(format, both, { webSearch: true }), /conversation: code_execution\./);
  });
}

test('gemini: the search is unavailable together with functions', () => {
  const withFunction = { ...search, tools: [...(search.tools ?? []), { name: 'Bash', input_schema: {} }] };
  assert.match(systemText('gemini', withFunction, { webSearch: true }), unavailable);
});

test('messages: the system prompt for Claude is unchanged', () => {
  const body = codecs.messages.encodeRequest(
    search,
    routeOf({ format: 'messages', quirks: { betas: true } }),
  ) as Record<string, unknown>;
  assert.deepEqual(body['system'], search.system);
});
