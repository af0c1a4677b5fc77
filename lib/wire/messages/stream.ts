/**
 * Anthropic's own format, answered: held to the same laws as any other. What breaks a law is repaired or fails the turn;
 * an event that breaks none leaves with its data byte for byte as it came.
 *
 * Known upstreams ping before the start, report wrong input tokens there, leave signatures empty, leak `</think>`, and
 * send a price in a ping after the end (observed on OpenCode Go).
 */
import { errorInside } from '../../anthropic/errors.ts';
import {
  asReceived,
  type AnswerBlock,
  type ApiErrorBody,
  type BlockDelta,
  type BlockStart,
  type BlockStop,
  type Decoded,
  type Delta,
  type FailureReason,
  type MessageDelta,
  type MessageStop,
  type StopReason,
  type Usage,
} from '../../anthropic/events.ts';
import { clientToolId, tagSignature } from '../../anthropic/provenance.ts';
import { toolNames } from '../../anthropic/tool-names.ts';
import { writer } from '../../anthropic/writer.ts';
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../stream/json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import type { Route, Turn } from '../codec.ts';
import { frameDecoder, type Frame } from '../frames.ts';
import { blockTexts } from './texts.ts';
import { startUsage, toStopReason, withNumbers } from './usage.ts';

export function messagesDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), eventDecoder(route, turn));
}

function eventDecoder(route: Route, { request, messageId, inputTokens }: Turn): Transducer<Frame, Decoded> {
  let out: Decoded[] = [];
  const emit = (decoded: Decoded) => void out.push(decoded);
  const { quirks } = route;
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const names = toolNames(request.tools);
  const texts = blockTexts(quirks.leakedThinkEnd);
  const types = new Map<number, string>();
  let usage: Usage = { input_tokens: inputTokens, output_tokens: 0 };
  let finish:
    | { reason: StopReason; stopSequence: string | null; original: MessageDelta | undefined }
    | undefined;

  function read(frame: Frame): void {
    if (frame.type === 'done') return end();
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
    const { json, text } = frame;
    const type = toText(json['type']) || frame.event;
    readCost(json);
    if (answer.phase() === 'after') return;
    const error = errorInside(json) ?? (frame.event === 'error' ? errorInside({ error: json }) : undefined);
    if (error) return fail('upstream', error, error.status);
    switch (type) {
      case 'message_start':
        return start(toObject(json['message']));
      case 'message':
        return whole(json);
      case 'content_block_start':
        return open(json, text);
      case 'content_block_delta':
        return delta(json, text);
      case 'content_block_stop':
        return stop(json, text);
      case 'message_delta':
        return readEnding(json, text);
      case 'message_stop':
        return end(asReceived({ type: 'message_stop' }, text));
      case 'ping':
        if (answer.phase() === 'during' && json['cost'] === undefined)
          emit(asReceived({ type: 'ping' }, text));
        return;
      default:
        emit({ type: 'dropped', what: `an event of type ${type.slice(0, 40) || 'unknown'}` });
    }
  }

  function readCost(json: JsonObject): void {
    const dollars = toNumber(json['cost']);
    if (dollars === undefined) return;
    emit({
      type: 'cost',
      dollars,
      basis: json['x-opencode-type'] === 'inference-cost' ? 'nominal' : 'billed',
    });
  }

  function start(message: JsonObject): void {
    if (answer.phase() !== 'before')
      return emit({ type: 'note', text: 'a second message_start was left out' });
    usage = startUsage(message['usage'], inputTokens, quirks.wrongStartUsage);
    const id = toText(message['id']);
    answer.begin(usage, {
      type: 'message_start',
      message: {
        ...message,
        id: id.startsWith('msg_') ? id : messageId,
        type: 'message',
        role: 'assistant',
        model: request.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage,
      },
    });
  }

  /** A whole message, from an upstream that cannot stream. */
  function whole(message: JsonObject): void {
    start(message);
    for (const [index, block] of toArray(message['content']).entries()) {
      const content = toObject(block);
      const raw = toObject(content['input'])['raw_arguments'];
      open({ index, content_block: typeof raw === 'string' ? { ...content, input: {} } : content }, '');
      if (typeof raw === 'string')
        delta({ index, delta: { type: 'input_json_delta', partial_json: raw } }, '');
      stop({ index }, '');
    }
    const { stop_reason = 'end_turn', stop_sequence } = message;
    readEnding(
      { delta: { stop_reason: stop_reason ?? 'end_turn', stop_sequence }, usage: message['usage'] },
      '',
    );
    end();
  }

  function open(json: JsonObject, text: string): void {
    begin();
    const index = toNumber(json['index']) ?? types.size;
    const block = toObject(json['content_block']) as AnswerBlock;
    types.set(index, block.type);
    texts.open(index);
    const known = toKnown(block);
    const event: BlockStart = { type: 'content_block_start', index, content_block: known };
    answer.open(index, known, known === block ? asReceived(event, text) : event);
  }

  /** The block with its id, name and signature as the client may see them; the same object when nothing changed. */
  function toKnown(block: AnswerBlock): AnswerBlock {
    if (block.type === 'tool_use') {
      const id = toText(block.id) === '' ? '' : clientToolId(toText(block.id));
      const name = names.toClient(toText(block.name));
      return id === block.id && name === block.name ? block : { ...block, id, name };
    }
    if (quirks.genuineSignatures) return block;
    if (block.type === 'redacted_thinking')
      return { ...block, data: tagSignature(route, toText(block.data)) };
    const signed = block.type === 'thinking' && toText(block.signature) !== '';
    return signed ? { ...block, signature: tagSignature(route, toText(block.signature)) } : block;
  }

  function delta(json: JsonObject, text: string): void {
    begin();
    const index = toNumber(json['index']) ?? types.size - 1;
    const given = toObject(json['delta']) as unknown as Delta;
    const type = types.get(index);
    if (given.type === 'text_delta' && type === 'text') return textDelta(index, given, text);
    const fits = type !== undefined && (deltaHomes[given.type] ?? type) === type;
    if (fits) {
      const known = toKnownDelta(given);
      const event: BlockDelta = { type: 'content_block_delta', index, delta: known };
      if (answer.delta(index, known, known === given ? asReceived(event, text) : event)) return;
    }
    stray(given);
  }

  function textDelta(index: number, given: Extract<Delta, { type: 'text_delta' }>, text: string): void {
    const passed = texts.push(index, given.text);
    if (passed === '' && given.text !== '') return;
    const known = passed === given.text ? given : { ...given, text: passed };
    const event: BlockDelta = { type: 'content_block_delta', index, delta: known };
    if (!answer.delta(index, known, known === given ? asReceived(event, text) : event))
      answer.prose('text', passed);
  }

  function toKnownDelta(given: Delta): Delta {
    if (given.type !== 'signature_delta' || quirks.genuineSignatures) return given;
    return { ...given, signature: tagSignature(route, toText(given.signature)) };
  }

  /** A delta for no open block of its kind: prose is never lost, anything else cannot be placed. */
  function stray(given: Delta): void {
    if (given.type === 'text_delta') return answer.prose('text', toText(given.text));
    if (given.type === 'thinking_delta') return answer.prose('thinking', toText(given.thinking));
    if (given.type !== 'input_json_delta')
      return emit({ type: 'dropped', what: `a stray ${toText(given.type).slice(0, 40)}` });
    if (toText(given.partial_json).trim() === '') return;
    fail('malformed', {
      type: 'api_error',
      message: 'the upstream sent arguments for a tool call that was not open',
    });
  }

  function stop(json: JsonObject, text: string): void {
    const index = toNumber(json['index']) ?? types.size - 1;
    const held = texts.close(index);
    if (held !== '') answer.delta(index, { type: 'text_delta', text: held });
    answer.close(index, asReceived<BlockStop>({ type: 'content_block_stop', index }, text));
  }

  function readEnding(json: JsonObject, text: string): void {
    const { stop_reason: name, stop_sequence: stopSequence } = toObject(json['delta']);
    const reported = toObject(json['usage']);
    usage = { ...usage, ...withNumbers(reported) };
    if (typeof name !== 'string' || name === '') return;
    if (name === 'error' || name === 'abort')
      return fail('upstream', { type: 'api_error', message: `the upstream stopped: ${name}` });
    const reason = toStopReason(name);
    if (reason === undefined)
      emit({ type: 'note', text: `unknown stop_reason ${JSON.stringify(name).slice(0, 60)}` });
    const counted = toNumber(reported['output_tokens']) !== undefined && !hasOddNumbers(reported);
    const original =
      counted && finish === undefined ? asReceived(json as unknown as MessageDelta, text) : undefined;
    if (finish === undefined) emit({ type: 'finished' });
    finish = {
      reason: reason ?? 'end_turn',
      stopSequence: typeof stopSequence === 'string' ? stopSequence : null,
      original,
    };
  }

  function begin(): void {
    if (answer.phase() === 'before') answer.begin(usage);
  }

  function end(originalStop?: MessageStop): void {
    if (answer.phase() === 'after') return;
    begin();
    const { reason, stopSequence, original } = finish ?? {
      reason: 'end_turn',
      stopSequence: null,
      original: undefined,
    };
    const output = usage.output_tokens > 0 ? usage.output_tokens : Math.ceil(answer.written() / 4);
    const total: Usage = { ...usage, output_tokens: output };
    emit({ type: 'usage', usage: total });
    answer.end({ reason, stopSequence, usage: original?.usage ?? total, original, originalStop });
  }

  /** What breaks after the finish breaks nothing: the answer had been given (contract 5.5). */
  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (answer.phase() === 'after') return;
    if (finish === undefined) return answer.fail(reason, error, status);
    emit({ type: 'note', text: `after the finish: ${error.message}` });
    end();
  }

  function take(): Decoded[] {
    const taken = out;
    out = [];
    return taken;
  }

  return {
    step(frame) {
      read(frame);
      return take();
    },
    flush() {
      if (finish !== undefined) end();
      else
        answer.fail('truncated', {
          type: 'api_error',
          message: 'the upstream ended its answer without finishing it',
        });
      return take();
    },
  };
}

/** The one kind of block each delta belongs to. */
const deltaHomes: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'thinking',
  citations_delta: 'text',
};

function hasOddNumbers(usage: JsonObject): boolean {
  return ['input_tokens', 'output_tokens'].some(
    (name) => usage[name] !== undefined && typeof usage[name] !== 'number',
  );
}
