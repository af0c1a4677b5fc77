/** Folds the events of a stream into one message, which is the response to `stream: false` (L14). */
import { isObject, parseJson } from '../json.ts';
import {
  cutsTurn,
  type AnswerBlock,
  type Delta,
  type Message,
  type StreamEvent,
  type Usage,
} from './events.ts';

export interface Fold {
  add(event: StreamEvent): void;
  /** The message so far; undefined before `message_start`. Incomplete tool calls are left out. */
  message(): Message | undefined;
}

interface OpenBlock {
  block: AnswerBlock;
  json: string[];
  stopped: boolean;
}

export function fold(): Fold {
  let start: Message | undefined;
  let blocks: OpenBlock[] = [];
  let usage: Usage = { input_tokens: 0, output_tokens: 0 };
  let ending: Partial<Message> = {};

  function add(event: StreamEvent): void {
    switch (event.type) {
      case 'message_start':
        start = event.message;
        usage = { ...event.message.usage };
        blocks = [];
        return;
      case 'content_block_start':
        blocks[event.index] = { block: { ...event.content_block }, json: [], stopped: false };
        return;
      case 'content_block_delta': {
        const open = blocks[event.index];
        if (open) extend(open, event.delta);
        return;
      }
      case 'content_block_stop': {
        const open = blocks[event.index];
        if (open) open.stopped = true;
        return;
      }
      case 'message_delta': {
        const { type: _type, frames: _frames, delta, usage: counted, ...others } = event;
        // Usage in a message_delta is cumulative, so it replaces the earlier values (Anthropic's streaming documentation).
        usage = { ...usage, ...withoutNulls(counted) };
        // Fields beside the delta belong to the message, such as `context_management`.
        ending = { ...withoutNulls(others), ...delta };
        return;
      }
      case 'message_stop':
      case 'ping':
      case 'error':
    }
  }

  function message(): Message | undefined {
    if (!start) return undefined;
    const cut = cutsTurn(ending.stop_reason);
    const content = blocks.flatMap((open) => toContent(open, cut) ?? []);
    return { ...start, content, ...ending, usage };
  }

  return { add, message };
}

/** Folds a whole list of events. */
export function foldMessage(events: Iterable<StreamEvent>): Message | undefined {
  const folded = fold();
  for (const event of events) folded.add(event);
  return folded.message();
}

function extend(open: OpenBlock, delta: Delta): void {
  const { block } = open;
  switch (delta.type) {
    case 'text_delta':
      block.text = (block.text ?? '') + delta.text;
      return;
    case 'thinking_delta':
      block.thinking = (block.thinking ?? '') + delta.thinking;
      return;
    case 'signature_delta':
      block.signature = delta.signature;
      return;
    case 'input_json_delta':
      open.json.push(delta.partial_json);
      return;
    case 'citations_delta':
      block['citations'] = [...(Array.isArray(block['citations']) ? block['citations'] : []), delta.citation];
      return;
    case 'compaction_delta': {
      const { type: _type, ...fields } = delta;
      Object.assign(block, fields);
    }
  }
}

/** Leaves out incomplete calls and empty calls of a cut turn: Claude Code runs every call in a message (measured). */
function toContent({ block, json, stopped }: OpenBlock, cut: boolean): AnswerBlock | undefined {
  const text = json.join('');
  if (block.type !== 'tool_use')
    return text.trim() === '' ? block : { ...block, input: parseJson(text) ?? text };
  if (!stopped || (cut && text.trim() === '')) return undefined;
  if (text.trim() === '') return block;
  const input = parseJson(text);
  if (!isObject(input)) return undefined;
  const call = { ...block, input };
  argumentTexts.set(call, text);
  return call;
}

/** The arguments of folded calls, as they came. */
const argumentTexts = new WeakMap<AnswerBlock, string>();

/** The arguments of a call as the text that the model wrote, for formats in which they are a text (L9). */
export function argumentsIn(call: AnswerBlock): string {
  return argumentTexts.get(call) ?? JSON.stringify(call.input ?? {});
}

function withoutNulls<T extends object>(fields: T): Partial<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}
