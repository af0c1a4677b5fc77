/** Tools that only Anthropic's servers run, asked of models that have no such servers: the model is told so, in every format. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { WireFormat } from '../../../lib/wire/codec.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { Quirks } from '../../../lib/wire/quirks.ts';
import { captured, routeOf } from '../../support/requests.ts';

/** Claude Code's request for a web search, which offers nothing else. */
const search = captured(15);
const told = /Not available in this conversation: web_search\..*invent no results/;

const systemOf: Record<WireFormat, (body: Record<string, unknown>) => unknown> = {
  chat: ({ messages }) => (messages as { role: string }[]).filter(({ role }) => role === 'system'),
  messages: ({ system }) => system,
  responses: ({ instructions }) => instructions,
  gemini: ({ systemInstruction }) => systemInstruction,
};

function spoken(format: WireFormat, request = search, quirks: Partial<Quirks> = {}): string {
  const body = codecs[format].encodeRequest(request, routeOf({ format, quirks })) as Record<string, unknown>;
  return JSON.stringify(systemOf[format](body));
}

for (const format of Object.keys(systemOf) as WireFormat[]) {
  test(`${format}: a model without a search is told not to make one up, and only when it is asked for one`, () => {
    assert.match(spoken(format), told);
    assert.doesNotMatch(spoken(format, { ...search, tools: [] }), /Not available/);
  });
}

for (const format of ['responses', 'gemini'] as const) {
  test(`${format}: a model with a search of its own hears of what else is missing, and of nothing more`, () => {
    assert.doesNotMatch(spoken(format, search, { webSearch: true }), /Not available/);
    const code = { type: 'code_execution_20250825', name: 'code_execution' };
    const both = { ...search, tools: [...(search.tools ?? []), code] };
    assert.match(spoken(format, both, { webSearch: true }), /conversation: code_execution\./);
  });
}

test('gemini: its search cannot stand beside functions, so there it is missing', () => {
  const beside = { ...search, tools: [...(search.tools ?? []), { name: 'Bash', input_schema: {} }] };
  assert.match(spoken('gemini', beside, { webSearch: true }), told);
});

test('messages: Claude has the servers, and its system prompt stays as it came', () => {
  const body = codecs.messages.encodeRequest(
    search,
    routeOf({ format: 'messages', quirks: { betas: true } }),
  ) as Record<string, unknown>;
  assert.deepEqual(body['system'], search.system);
});
