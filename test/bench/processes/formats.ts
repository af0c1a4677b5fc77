/** The events of a streamed answer in the wire formats, as bytes that are ready to be written. */
import { mark, stampDigits } from './answer.ts';

export type Format = 'chat' | 'messages';

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
