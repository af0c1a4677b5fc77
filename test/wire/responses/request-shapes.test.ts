/** Every captured request of Claude Code, encoded as Responses for every kind of model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResponseCreateParamsStreaming, ResponseInputItem } from 'openai/resources/responses/responses';
import { encodeResponsesRequest } from '../../../lib/wire/responses/request.ts';
import type { InputItem } from '../../../lib/wire/responses/types.ts';
import { captured, capturedRequests } from '../../support/requests.ts';
import { responsesRoutes } from '../../support/responses/encode.ts';
import { brokenRules } from '../../support/responses/rules.ts';

const { gpt } = responsesRoutes;

for (const { kind, body } of capturedRequests()) {
  for (const [name, route] of Object.entries(responsesRoutes)) {
    test(`${kind} obeys the protocol's rules for a model like ${name}`, () => {
      const before = JSON.stringify(body);
      const sent = encodeResponsesRequest(body, route);
      assert.deepEqual(brokenRules(sent), []);
      assert.equal(sent.model, route.modelId);
      assert.equal(JSON.stringify(body), before, 'the input is not changed');
      assert.equal(JSON.stringify(encodeResponsesRequest(body, route)), JSON.stringify(sent), 'equal bytes');
      if (!route.images) assert.doesNotMatch(JSON.stringify(sent), /input_image/);
    });
  }
}

/** Adds the fields of stored items, which occ does not send; the compiler checks the rest. */
function official(item: InputItem): ResponseInputItem {
  if (item.type === 'reasoning') return { id: '', ...item };
  if (item.type === 'message' && item.role === 'assistant') return { id: '', status: 'completed', ...item };
  return item;
}

test('requests match the types of the openai package', () => {
  for (const { body } of capturedRequests()) {
    const { input, reasoning, ...rest } = encodeResponsesRequest(body, gpt, 'ses_1');
    const params: ResponseCreateParamsStreaming = { ...rest, input: input.map(official) };
    assert.equal(params.stream, true);
    assert.equal(params.prompt_cache_key, 'ses_1');
    assert.ok(reasoning);
  }
});

test('parallel results are sent in the order of the calls, with an image inside its result', () => {
  const { input } = encodeResponsesRequest(captured(12), gpt);
  const results = input.filter((item) => item.type === 'function_call_output');
  assert.deepEqual(
    results.map(({ call_id: id }) => id),
    ['toolu_mock25', 'toolu_mock26', 'toolu_mock27'],
  );
  const [a, b, shown] = results.map(({ output }) => output);
  assert.deepEqual([a, b], ['a', 'b']);
  assert.ok(Array.isArray(shown));
  assert.deepEqual(
    shown.map(({ type }) => type),
    ['input_image'],
  );
});

test('an image moves to the next user message if the model accepts only text in results', () => {
  const { input } = encodeResponsesRequest(captured(12), responsesRoutes.muse);
  const at = input.findLastIndex((item) => item.type === 'function_call_output');
  const [result, message] = input.slice(at);
  assert.equal(
    result?.type === 'function_call_output' && result.output,
    '[1 image or file follows in the next user message]',
  );
  assert.ok(message?.type === 'message' && message.role === 'user');
  assert.deepEqual(
    message.content.slice(0, 2).map((part) => (part.type === 'input_text' ? part.text : part.type)),
    ['[from the result of Read, call toolu_mock27]', 'input_image'],
  );
});

test('a PDF is sent as a file to a model that reads documents, and replaced by a note for others', () => {
  const file = JSON.stringify(encodeResponsesRequest(captured(14), gpt).input);
  assert.match(file, /"type":"input_file","filename":"[^"]+","file_data":"data:application\/pdf;base64,/);
  const note = JSON.stringify(encodeResponsesRequest(captured(14), responsesRoutes.muse).input);
  assert.doesNotMatch(note, /input_file/);
  assert.match(note, /\[document[^\]]*application\/pdf[^\]]*not shown/);
});

test('a web search becomes the upstream’s own if it has one, and is not sent otherwise', () => {
  const sent = encodeResponsesRequest(captured(15), gpt);
  assert.deepEqual(sent.tools, [{ type: 'web_search' }]);
  assert.equal(sent.tool_choice, 'auto');
  assert.deepEqual(sent.include, ['reasoning.encrypted_content', 'web_search_call.action.sources']);
  const without = encodeResponsesRequest(captured(15), responsesRoutes.muse);
  assert.deepEqual([without.tools, without.tool_choice], [undefined, undefined]);
});

test('a tool search makes the loaded tools callable', () => {
  const { tools = [] } = encodeResponsesRequest(captured(23), gpt);
  const names = new Set(tools.map((tool) => 'name' in tool && tool.name));
  assert.ok(names.has('WebFetch') && names.has('NotebookEdit'));
  assert.ok(!names.has('DeferredToolPlaceholder'));
});

test('the check of a command disables thinking, whatever the configuration', () => {
  for (const number of [36, 37]) {
    const sent = encodeResponsesRequest(captured(number), { ...gpt, reasoningEffort: 'high' });
    assert.deepEqual(sent.reasoning, { effort: 'none' });
  }
});
