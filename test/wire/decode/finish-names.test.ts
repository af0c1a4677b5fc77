/** Finish reasons of all vendors, as they arrive in any format. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FinishMeaning } from '../../../lib/wire/decode/finish.ts';
import { finishMeaning } from '../../../lib/wire/decode/finish-names.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder, type Format } from '../../support/turns.ts';

const named: [source: string, reason: string, meaning: FinishMeaning][] = [
  ['Google’s OpenAI endpoint', 'function_call_filter: MALFORMED_FUNCTION_CALL', 'malformed'],
  ['Google’s OpenAI endpoint', 'function_call_filter: UNEXPECTED_TOOL_CALL', 'malformed'],
  ['a gateway in lower case, NousResearch/hermes-agent#83886', 'malformed_function_call', 'malformed'],
  ['a gateway as Google writes it, theopenco/llmgateway#2218', 'UNEXPECTED_TOOL_CALL', 'malformed'],
  ['ai.google.dev, FinishReason', 'TOO_MANY_TOOL_CALLS', 'malformed'],
  ['ai.google.dev, FinishReason', 'MALFORMED_RESPONSE', 'malformed'],
  ['Amazon Bedrock, Converse', 'malformed_tool_use', 'malformed'],
  ['Amazon Bedrock, Converse', 'malformed_model_output', 'malformed'],
  ['camel case', 'MalformedFunctionCall', 'malformed'],
  ['with spaces', 'Invalid tool call', 'malformed'],
  ['an unnamed server', 'tool_call_error', 'malformed'],
  ['an unnamed server', 'function-call-failed', 'malformed'],
  ['Google’s OpenAI endpoint', 'content_filter: RECITATION', 'refusal'],
  ['Google’s OpenAI endpoint', 'content_filter: SOMETHING_NEW', 'refusal'],
  ['Google’s reasons in the chat format, HKUDS/Vibe-Trading#308', 'PROHIBITED_CONTENT', 'refusal'],
  ['Amazon Bedrock, Converse', 'guardrail_intervened', 'refusal'],
  ['Amazon Bedrock, Converse', 'content_filtered', 'refusal'],
  ['Google’s reasons in the chat format', 'MAX_TOKENS', 'max_tokens'],
  ['DeepSeek', 'insufficient_system_resource', 'failure'],
  ['Zhipu', 'network_error', 'failure'],
  ['SGLang and vLLM', 'abort', 'failure'],
  ['an unnamed server', 'internal_server_error', 'failure'],
  ['an unnamed server', 'cancelled', 'failure'],
  ['OpenAI', 'tool_calls', 'tool_use'],
  ['OpenAI', 'function_call', 'tool_use'],
  ['Anthropic', 'stop_sequence', 'end_turn'],
  ['nobody', 'constructor', 'unknown'],
  ['nobody', 'tool', 'unknown'],
  ['nobody', 'unexpected', 'unknown'],
  ['nobody', '', 'unknown'],
  ['nobody', ': ', 'unknown'],
];

describe('the meaning of a finish reason', () => {
  for (const [source, reason, meaning] of named)
    test(`${reason || 'none'} (${source})`, () => assert.equal(finishMeaning(reason), meaning));

  test('a name of the format’s own comes first, in any case', () => {
    const own = new Map<string, FinishMeaning>([['stop', 'failure']]);
    assert.equal(finishMeaning('STOP', own), 'failure');
    assert.equal(finishMeaning('length', own), 'max_tokens');
  });
});

/** An answer with words that ends for `reason`. */
const answers: Record<Format, (reason: string) => unknown[]> = {
  chat: (reason) => [
    { choices: [{ index: 0, delta: { content: 'I call.' }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: reason }] },
  ],
  gemini: (reason) => [
    { candidates: [{ content: { parts: [{ text: 'I call.' }] } }] },
    { candidates: [{ content: { parts: [] }, finishReason: reason }] },
  ],
  messages: (reason) => [
    { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'I call.' } },
    { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ],
  responses: (reason) => [
    { type: 'response.output_text.delta', output_index: 0, item_id: 'm', delta: 'I call.' },
    { type: 'response.incomplete', response: { status: 'incomplete', incomplete_details: { reason } } },
  ],
};

for (const format of Object.keys(answers) as Format[]) {
  for (const reason of ['MALFORMED_FUNCTION_CALL', 'malformed_tool_use', 'unexpected_tool_call']) {
    test(`${format}: words, then the finish ${reason}: a failed turn, never an end`, () => {
      const text = answers[format](reason).map((json) => `data: ${JSON.stringify(json)}\n\n`);
      const { all, events } = run(decoder(format), [utf8(text.join(''))]);
      assert.deepEqual(
        all.flatMap((one) => (one.type === 'failed' ? one.reason : [])),
        ['malformed'],
      );
      assert.equal(events.at(-1)?.type, 'error');
      assert.ok(!events.some(({ type }) => type === 'message_delta' || type === 'message_stop'));
    });
  }
}
