/** What only the betas of Anthropic's API have: it passes byte for byte, and a whole answer has it as well. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BetaMessageStream } from '@anthropic-ai/sdk/lib/BetaMessageStream';
import { encodeEvent } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder, requestedModel } from '../../support/turns.ts';

const usage = { input_tokens: 5, output_tokens: 1 };
const start = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: requestedModel,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
};

function block(index: number, content: object, ...deltas: object[]): object[] {
  return [
    { type: 'content_block_start', index, content_block: content },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function ending(delta: object, more: object = {}): object[] {
  return [
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, ...delta },
      ...more,
      usage: { output_tokens: 9, iterations: [{ type: 'message', output_tokens: 9 }] },
    },
    { type: 'message_stop' },
  ];
}

const compacted = block(
  0,
  { type: 'compaction', content: null },
  { type: 'compaction_delta', content: 'what was said', encrypted_content: 'E' },
);

const streams: Record<string, object[]> = {
  'a compaction in front of an answer': [
    ...compacted,
    ...block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'done' }),
    ...ending({}, { context_management: null }),
  ],
  'a pause after a compaction': [...compacted, ...ending({ stop_reason: 'compaction' })],
  'a compaction that failed': [
    ...block(0, { type: 'compaction', content: null }, { type: 'compaction_delta', content: null }),
    ...ending({}),
  ],
  'edits of the context, and a container': [
    ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'done' }),
    ...ending(
      { container: { id: 'container_1', expires_at: '2026-12-01T00:00:00Z' } },
      {
        context_management: { applied_edits: [{ type: 'clear_tool_uses_20250919', cleared_tool_uses: 2 }] },
        input_transformations: [{ type: 'image_resize' }],
      },
    ),
  ],
  'calls and results of servers': [
    ...block(
      0,
      { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'find', server_name: 'docs', input: {} },
      { type: 'input_json_delta', partial_json: '{"q":' },
      { type: 'input_json_delta', partial_json: '"a"}' },
    ),
    ...block(1, {
      type: 'mcp_tool_result',
      tool_use_id: 'mcptoolu_1',
      is_error: false,
      content: [{ type: 'text', text: 'found' }],
    }),
    ...block(2, { type: 'container_upload', file_id: 'file_1' }),
    ...block(3, { type: 'text', text: '' }, { type: 'text_delta', text: 'done' }),
    ...ending({}),
  ],
};

const sse = (events: readonly object[]): string[] =>
  events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`);

/** The message that Anthropic's SDK makes of the events. */
async function sdkMessage(events: readonly object[]): Promise<object> {
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(utf8(events.map((event) => `${JSON.stringify(event)}\n`).join('')));
      controller.close();
    },
  });
  const { parsed_output: _, ...message } = await BetaMessageStream.fromReadableStream(bytes).finalMessage();
  return JSON.parse(JSON.stringify(message)) as object;
}

describe('Claude’s betas', () => {
  for (const [name, rest] of Object.entries(streams))
    test(name, async () => {
      const events = [start, ...rest];
      const quirks = { genuineSignatures: true, betas: true };
      const out = run(decoder('messages', { quirks }), [utf8(sse(events).join(''))]).events;
      assert.deepEqual(out.map(encodeEvent), sse(events));
      assert.deepEqual(foldMessage(out), await sdkMessage(events));
    });
});
