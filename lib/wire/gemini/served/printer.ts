/** Prints events as generateContent chunks, and a whole answer as one response (laws.md). */
import { statusOf } from '../../../anthropic/errors.ts';
import { unpack } from '../../../anthropic/blocks.ts';
import type { AnswerBlock, Message, StopReason, StreamEvent, Usage } from '../../../anthropic/events.ts';
import { parseJson } from '../../../json.ts';
import type { AnswerHead, Printer, ServedError } from '../../served.ts';
import { answerParts, type AnswerParts } from './answer-parts.ts';
import { chunkText, finishReasonOf, textPart, usageOf, type ChunkHead, type PartText } from './chunk.ts';
import { errorBody } from './endpoints.ts';
import { framingOf, type FramingName } from './framing.ts';

export interface PrinterOptions {
  /** The model as the request named it. */
  model: string;
  framing: FramingName;
  /** Whether the client wants to see thoughts. */
  includesThoughts: boolean;
}

export function geminiPrinter(
  { messageId, requestId }: AnswerHead,
  { model, framing: name, includesThoughts }: PrinterOptions,
): Printer {
  const framing = framingOf(name);
  const parts = answerParts(includesThoughts);
  const head: ChunkHead = { model, responseId: messageId.replace(/^msg_/, '') };
  let usage: Partial<Usage> = {};

  function step(event: StreamEvent): string {
    switch (event.type) {
      case 'message_start':
        usage = event.message.usage;
        return '';
      case 'message_delta': {
        usage = { ...usage, ...event.usage };
        const reason = event.delta.stop_reason;
        return lastChunk(head, parts.end(reason), reason, usage, parts);
      }
      default: {
        const made = parts.step(event);
        return made.length === 0 ? '' : chunkText(head, made);
      }
    }
  }

  function print(event: StreamEvent): string {
    if (event.type === 'error') {
      const { type, message } = event.error;
      return fail({ status: statusOf(type), type, message, requestId });
    }
    const chunk = event.frames === undefined ? printed(event) : passed(event, event.frames);
    return event.type === 'message_stop' ? chunk + framing.end() : chunk;
  }

  function printed(event: StreamEvent): string {
    const json = step(event);
    return json === '' ? '' : framing.chunk(json);
  }

  /** The frames in place of the event, which later events may build on. */
  function passed(event: StreamEvent, frames: string | Uint8Array): string {
    parts.step(event);
    return framing.frames(typeof frames === 'string' ? frames : new TextDecoder().decode(frames));
  }

  function fail(error: ServedError): string {
    return framing.fail(JSON.stringify(errorBody(error)));
  }

  return {
    contentType: framing.contentType,
    start(first) {
      usage = first.message.usage;
      return framing.heartbeat;
    },
    print,
    heartbeat: framing.heartbeat,
    error: fail,
    whole: (message) => toWhole(message, head, includesThoughts),
  };
}

/** The response that holds the whole answer. */
function toWhole(message: Message, head: ChunkHead, includesThoughts: boolean): unknown {
  const parts = answerParts(includesThoughts);
  const made = message.content.flatMap((block, index) =>
    eventsOf(block, index).flatMap((event) => parts.step(event)),
  );
  const reason = message.stop_reason;
  return parseJson(lastChunk(head, [...made, ...parts.end(reason)], reason, message.usage, parts));
}

/** The events that fold into a block. */
function eventsOf(block: AnswerBlock, index: number): StreamEvent[] {
  const { start, deltas } = unpack(block);
  // The fold has left out the calls that are not whole.
  if (block.type === 'tool_use' && deltas.length === 0)
    deltas.push({ type: 'input_json_delta', partial_json: '{}' });
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta): StreamEvent => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

/** The chunk that ends an answer. It has a part in any case: Google's client discards an answer with a chunk without one. */
function lastChunk(
  head: ChunkHead,
  parts: readonly PartText[],
  reason: StopReason | null,
  usage: Partial<Usage>,
  answer: AnswerParts,
): string {
  const found = answer.grounding();
  return chunkText(head, parts.length > 0 ? parts : [textPart('')], {
    candidate: { finishReason: finishReasonOf(reason), ...(found && { groundingMetadata: found }) },
    chunk: { usageMetadata: usageOf(usage) },
  });
}
