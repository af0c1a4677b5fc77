/** The events of a streamed answer in the wire formats, as bytes that are ready to be written. */
import { mark, stampDigits } from './answer.ts';

export type Format = 'chat' | 'messages' | 'responses' | 'gemini';

/** The path of a streamed request to an upstream. */
export const upstreamPaths: Record<Format, string> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
  gemini: '/v1beta/models/m:streamGenerateContent?alt=sse',
};

/** The format of a request with this head. */
export function formatOf(head: string): Format {
  const [, path = ''] = head.split(' ', 2);
  if (path.includes('/chat/')) return 'chat';
  if (path.includes('/responses')) return 'responses';
  return path.includes(':stream') ? 'gemini' : 'messages';
}

export interface Rendered {
  before: string;
  /** One content event around its text. */
  content: [start: string, end: string];
  after: string;
}

const chunk = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-8f3a1c5e9b7d2046',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'bench-1',
    system_fingerprint: 'fp_bench',
    choices: [{ index: 0, logprobs: null, finish_reason: null, ...choice }],
    ...more,
  })}\n\n`;

const event = (data: { type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** An event of the Responses API: numbered, with the response or the item that it belongs to. */
const responsesEvent = (type: string, more: object): string =>
  event({ type, sequence_number: 1, output_index: 0, ...more });

const responsesItem = (status: string, content: object[]) => ({
  item: { id: 'msg_bench', type: 'message', role: 'assistant', status, content },
});

const geminiChunk = (parts: object[], more: object = {}): string =>
  `data: ${JSON.stringify({
    candidates: [{ index: 0, content: { role: 'model', parts }, ...more }],
    usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 100, totalTokenCount: 1100 },
    modelVersion: 'bench-1',
    responseId: '8f3a1c5e9b7d2046',
  })}\n\n`;

const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };

export const rendered: Record<Format, Rendered> = {
  chat: {
    before: chunk({ delta: { role: 'assistant', content: '' } }),
    content: around(chunk({ delta: { content: mark } })),
    after: `${chunk({ delta: {}, finish_reason: 'stop' }, { usage })}data: [DONE]\n\n`,
  },
  messages: {
    before:
      event({
        type: 'message_start',
        message: {
          id: 'msg_8f3a1c5e9b7d2046',
          type: 'message',
          role: 'assistant',
          model: 'bench-1',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 1000, output_tokens: 1 },
        },
      }) + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    content: around(
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: mark } }),
    ),
    after:
      event({ type: 'content_block_stop', index: 0 }) +
      event({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 100 },
      }) +
      event({ type: 'message_stop' }),
  },
  responses: {
    before:
      responsesEvent('response.created', {
        response: { id: 'resp_bench', status: 'in_progress', output: [] },
      }) + responsesEvent('response.output_item.added', responsesItem('in_progress', [])),
    content: around(
      responsesEvent('response.output_text.delta', {
        item_id: 'msg_bench',
        content_index: 0,
        delta: mark,
        logprobs: [],
        obfuscation: 'aB3dE5fG7h',
      }),
    ),
    // The whole text is left out of what repeats it, as some servers do, so that the end does not grow with the stream.
    after: responsesEvent('response.completed', {
      response: {
        id: 'resp_bench',
        status: 'completed',
        output: [],
        usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 },
      },
    }),
  },
  gemini: {
    before: '',
    content: around(geminiChunk([{ text: mark }])),
    after: geminiChunk([], { finishReason: 'STOP' }),
  },
};

/** Two tool calls in chat's format, of which the second waits until the first is complete. */
export const heldCalls: Rendered = {
  before:
    chunk({ delta: { role: 'assistant', content: '' } }) +
    call(0, { id: 'call_first', function: { name: 'Bash', arguments: '{"command":"' } }) +
    call(1, { id: 'call_second', function: { name: 'Write', arguments: '{"content":"' } }),
  content: around(call(1, { function: { arguments: mark } })),
  after:
    call(1, { function: { arguments: '"}' } }) +
    call(0, { function: { arguments: 'ls"}' } }) +
    `${chunk({ delta: {}, finish_reason: 'tool_calls' }, { usage })}data: [DONE]\n\n`,
};

function call(index: number, more: object): string {
  return chunk({ delta: { tool_calls: [{ index, type: 'function', ...more }] } });
}

/** Splits a rendered event at its text. */
function around(text: string): [string, string] {
  const [start, end] = text.split(mark);
  if (start === undefined || end === undefined) throw new Error('an event without its mark');
  return [start, end];
}

/** The text of an event: the mark, the time (zeros until it is written), and words up to the length. */
export function textOf(bytes: number): string {
  return `${mark}${'0'.repeat(stampDigits)} ${'x'.repeat(Math.max(0, bytes - stampDigits - 2))}`;
}
