/**
 * Encodes scripts as Messages, as observed on OpenCode Go: a ping before `message_start` and wrong token counts in it, empty
 * signatures, a price in a final ping. The flavour `plain` follows Anthropic's documentation.
 */
import {
  argumentsOf,
  countOf,
  cut,
  finishOf,
  join,
  type Finish,
  type Script,
  type SentCharacters,
  type TokenCount,
  type ToolCall,
} from '../script.ts';
import { messagesPrompt } from '../prompt/render.ts';
import { anthropicRules } from '../prompt/rules.ts';
import { inOnePiece, type AnswerHead, type EmulatedFormat, type Frame, type Part } from './format.ts';
import { readMessagesRequest } from './messages-request.ts';

export const messages: EmulatedFormat = {
  format: 'messages',
  endpoint: '/v1/messages',
  // Empty signatures, and wrong counts in `message_start`.
  quirks: { betas: false, thinking: 'adaptive', unsignedThinking: true, wrongStartUsage: true },
  suffix: '/messages',
  keyHeader: 'x-api-key',
  gatewayName: 'anthropic',
  read: readMessagesRequest,
  prompt: messagesPrompt,
  caching: anthropicRules,
  stream,
  whole: (script, head) => inOnePiece(script, wholeAnswer(script, head)),
  errorEvent: (type, message) => event('error', 'error', { error: { type, message } }),
};

function event(part: Part, type: string, data: object = {}): Frame {
  return { type: 'event', part, text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n` };
}

function* stream(script: Script, head: AnswerHead): Generator<Frame> {
  const go = head.flavour === 'go';
  const sent: SentCharacters = { thinking: 0, other: 0 };
  let index = -1;
  let open: 'none' | 'text' | 'thinking' = 'none';
  /** The signature of the open thinking block. */
  let signature: string | undefined;

  function* openBlock(kind: 'text' | 'thinking'): Generator<Frame> {
    if (open === kind) return;
    yield* closeBlock();
    const block =
      kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' };
    yield event('frame', 'content_block_start', { index: ++index, content_block: block });
    open = kind;
  }
  function* closeBlock(): Generator<Frame> {
    if (open === 'none') return;
    if (open === 'thinking') {
      yield delta('frame', {
        type: 'signature_delta',
        signature: signature ?? (go ? '' : inventedSignature(head)),
      });
      signature = undefined;
    }
    open = 'none';
    yield event('frame', 'content_block_stop', { index });
  }
  const delta = (part: Part, change: object): Frame =>
    event(part, 'content_block_delta', { index, delta: change });

  function* toolBlock(made: ToolCall): Generator<Frame> {
    yield* closeBlock();
    index++;
    const block = { type: 'tool_use', id: toolId(made, head, index), name: made.name, input: {} };
    yield event('frame', 'content_block_start', { index, content_block: block });
    for (const piece of cut(argumentsOf(made))) {
      sent.other += piece.length;
      yield delta('content', { type: 'input_json_delta', partial_json: piece });
    }
    yield event('frame', 'content_block_stop', { index });
  }

  if (go) yield event('opening', 'ping');
  yield event('opening', 'message_start', { message: start(head) });
  if (!go) yield event('frame', 'ping');
  for (const step of script) {
    switch (step.type) {
      case 'wait':
        yield step;
        break;
      case 'thinking':
        // A signature without text also needs a block: the thinking is encrypted or omitted.
        if (step.signature !== undefined) {
          yield* openBlock('thinking');
          ({ signature } = step);
        }
        for (const piece of cut(step.text)) {
          yield* openBlock('thinking');
          sent.thinking += piece.length;
          yield delta('content', { type: 'thinking_delta', thinking: piece });
        }
        break;
      case 'text':
        for (const piece of cut(step.text)) {
          yield* openBlock('text');
          sent.other += piece.length;
          yield delta('content', { type: 'text_delta', text: piece });
        }
        break;
      case 'tools':
        for (const made of step.calls) yield* toolBlock(made);
        break;
      case 'usage':
      case 'finish':
        break;
    }
  }
  yield* closeBlock();
  const usage = toUsage(countOf(script, head, sent));
  yield event('finish', 'message_delta', { delta: stopOf(script), usage });
  yield event('end', 'message_stop');
  if (go) yield event('cost', 'ping', { cost: '0' });
}

function start(head: AnswerHead): object {
  const frame = { id: `msg_${head.id}`, type: 'message', role: 'assistant', model: head.model, content: [] };
  // Go's first count is far too low: 56 was observed before 291 in message_delta.
  if (head.flavour === 'go') {
    return {
      ...frame,
      stop_reason: null,
      usage: { input_tokens: Math.ceil(head.inputTokens / 5), output_tokens: 0 },
    };
  }
  const counted: TokenCount = { ...countOf([], head, { thinking: 0, other: 0 }), output: 1 };
  return { ...frame, stop_reason: null, stop_sequence: null, usage: toUsage(counted) };
}

function toUsage({ input, output, cached, written = 0 }: TokenCount): object {
  return {
    input_tokens: input - cached - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}

const stopReasons = {
  stop: 'end_turn',
  tools: 'tool_use',
  length: 'max_tokens',
  filter: 'refusal',
} as const satisfies Record<Finish, string>;

function stopOf(script: Script): { stop_reason: string; stop_sequence: string | null } {
  const { reason, stopSequence } = finishOf(script);
  if (reason === 'stop' && stopSequence !== undefined) {
    return { stop_reason: 'stop_sequence', stop_sequence: stopSequence };
  }
  return { stop_reason: stopReasons[reason], stop_sequence: null };
}

/** An invented signature in the shape of Anthropic's. */
function inventedSignature(head: AnswerHead): string {
  return btoa(`emulator ${head.id}`);
}

function toolId(made: ToolCall, head: AnswerHead, index: number): string {
  return made.id ?? `toolu_${head.id}_${index}`;
}

function wholeAnswer(script: Script, head: AnswerHead): object {
  const content: WholeBlock[] = [];
  const sent: SentCharacters = { thinking: 0, other: 0 };
  for (const step of script) {
    const last = content.at(-1);
    if (step.type === 'text') {
      const text = join(step.text);
      sent.other += text.length;
      if (last?.type === 'text') last.text += text;
      else if (text !== '') content.push({ type: 'text', text });
    }
    if (step.type === 'thinking') {
      const thinking = join(step.text);
      sent.thinking += thinking.length;
      const signature = step.signature ?? (head.flavour === 'go' ? '' : inventedSignature(head));
      if (last?.type === 'thinking') Object.assign(last, { thinking: last.thinking + thinking, signature });
      else content.push({ type: 'thinking', thinking, signature });
    }
    if (step.type === 'tools') {
      for (const made of step.calls) {
        const text = argumentsOf(made);
        sent.other += text.length;
        content.push({
          type: 'tool_use',
          id: toolId(made, head, content.length),
          name: made.name,
          input: toInput(text),
        });
      }
    }
  }
  return {
    ...start(head),
    content,
    ...stopOf(script),
    usage: toUsage(countOf(script, head, sent)),
    ...(head.flavour === 'go' && { cost: '0' }),
  };
}

type WholeBlock =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown };

/** Go wraps invalid arguments like this. */
function toInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { raw_arguments: text };
  }
}
