/**
 * Decodes a response in Anthropic's own format. An event that breaks a law (`lib/anthropic/laws.md`) is repaired or fails
 * the turn; any other keeps its data byte for byte.
 *
 * Upstreams send pings before the start, wrong input tokens in it, empty signatures, leaked `</think>` tags, and a price in
 * a ping after the end (all observed on OpenCode Go).
 */
import { nameForLog } from '../../redact.ts';
import {
  asReceived,
  usageOf,
  type AnswerBlock,
  type BlockDelta,
  type BlockStart,
  type BlockStop,
  type Decoded,
  type Delta,
  type Message,
  type MessageDelta,
  type MessageStart,
  type MessageStop,
  type Usage,
} from '../../anthropic/events.ts';
import { tagAttachment, tagSignature } from '../../anthropic/provenance.ts';
import { toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { attachedFields } from '../decode/attached-fields.ts';
import { clientToolIds } from '../tool-ids.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { costOf } from '../decode/usage.ts';
import { deltaScanner, type DeltaScanner } from './delta-scanner.ts';
import { keepBytes, keepsBytes, splitStart } from './repairs.ts';
import { leakingText } from './leaked-calls.ts';
import { blockTexts } from './leaked-tags.ts';
import {
  hasOddNumbers,
  startUsage,
  toStopReason,
  withInput,
  withNumbers,
  withoutEmptyInput,
} from './usage.ts';

export function messagesDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  const scanner = deltaScanner();
  return compose(frameDecoder(scanner), eventDecoder(route, turn, scanner));
}

/** The fields of a call that every client knows. */
const callFields: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input', 'cache_control']);

function eventDecoder(route: Route, turn: Turn, scanner: DeltaScanner): Transducer<Frame, Decoded> {
  const { request, messageId, inputTokens } = turn;
  // `[DONE]` does not end a messages stream (P1).
  const core = decoderCore(route, turn, {
    read,
    readBatch: (deltas) => answer.deltas(deltas),
    end,
    done: 'nothing',
  });
  const { answer, finish, emit, drop, fail, stage } = core;
  const { quirks } = route;
  const toClientName = clientToolNames(request.tools, emit);
  const toClientId = clientToolIds(route, emit);
  const texts = blockTexts(quirks.leakedThinkEnd);
  const leaking = leakingText(answer, route, turn, { toClientName, toClientId }, emit);
  const filtersText = quirks.leakedThinkEnd || leaking !== undefined;
  /** The types of the started blocks, by the upstream's index. */
  const types = new Map<number, string>();
  let latest = -1;
  let usage = usageOf(inputTokens);
  let stopSequence: string | null = null;
  /** The upstream's `message_delta`, unless a later one reported other usage. */
  let original: MessageDelta | undefined;

  function read(frame: DataFrame): void {
    const { json, text } = frame;
    const type = toText(json['type']) || frame.event;
    const cost = costOf(json);
    if (cost) emit(cost);
    if (type !== 'ping') scanner.forget();
    if (answer.phase() === 'after') return;
    const error = errorOf(frame);
    if (error) return fail('upstream', error, error.status);
    switch (type) {
      case 'message_start':
        return start(toObject(json['message']), json, text);
      case 'message':
        return whole(json);
      case 'content_block_start':
        return open(json, text);
      case 'content_block_delta':
        return delta(json, text, cost === undefined && frame.source === text);
      case 'content_block_stop':
        return stop(json, text);
      case 'message_delta':
        return readEnding(json, text);
      case 'message_stop':
        return end(keepBytes({ type: 'message_stop' }, json, text));
      case 'ping':
        if (answer.phase() === 'during' && json['cost'] === undefined)
          emit(keepBytes({ type: 'ping' }, json, text));
        return;
      default:
        emit({ type: 'dropped', what: `an event of type ${nameForLog(type)}` });
    }
  }

  function start(message: JsonObject, json: JsonObject = {}, text = ''): void {
    if (answer.phase() !== 'before')
      return emit({ type: 'note', text: 'a second message_start was left out' });
    usage = startUsage(message['usage'], inputTokens, quirks.wrongStartUsage);
    if (!quirks.wrongStartUsage) core.report(withNumbers(toObject(message['usage'])), message['usage']);
    const id = toText(message['id']);
    const started: Message = {
      ...message,
      id: id.startsWith('msg_') ? id : messageId,
      type: 'message',
      role: 'assistant',
      model: request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    };
    const event: MessageStart = { type: 'message_start', message: started };
    const same = JSON.stringify(started) === JSON.stringify(message);
    answer.begin(usage, same ? keepBytes(event, json, text) : event);
  }

  /** Reads a whole message, from an upstream that does not stream. */
  function whole(message: JsonObject): void {
    if (answer.phase() !== 'before')
      return emit({ type: 'dropped', what: 'a whole message after its pieces' });
    start({ ...message, content: [] });
    for (const [index, block] of toArray(message['content']).entries()) {
      open({ index, content_block: block }, '');
      stop({ index }, '');
    }
    const { stop_reason, stop_sequence } = message;
    const delta = { stop_reason: stop_reason ?? 'end_turn', stop_sequence };
    readEnding({ delta, usage: message['usage'] }, '');
    end();
  }

  function open(json: JsonObject, text: string): void {
    const given = toObject(json['content_block']);
    const type = toText(given['type']);
    if (type === '') return emit({ type: 'dropped', what: 'a block without a type' });
    if (type === 'tool_use' && toText(given['name']) === '') {
      const message = 'the upstream sent a tool call without a name';
      return fail('malformed', { type: 'api_error', message });
    }
    begin();
    for (const [index, held] of texts.closeAll()) release(index, held);
    leaking?.endBlock(latest);
    const index = toNumber(json['index']) ?? latest + 1;
    latest = index;
    types.set(index, type);
    texts.open(index);
    const { block, rest } = splitStart(carryFields(toClientBlock(given as AnswerBlock)), filtersText);
    const event: BlockStart = { type: 'content_block_start', index, content_block: block };
    answer.open(index, block, block === given ? keepBytes(event, json, text) : event);
    if (rest) delta({ index, delta: { ...rest } }, '');
  }

  /**
   * Writes a block that carries the unknown fields of a call (P11): a client may not return them with the call. Claude's
   * own, such as `caller`, are part of Anthropic's API, which the client knows.
   */
  function carryFields(block: AnswerBlock): AnswerBlock {
    if (block.type !== 'tool_use' || quirks.genuineSignatures) return block;
    const fields = attachedFields(callFields, 'a call', drop);
    fields.add(block as JsonObject);
    if (!fields.isNew()) return block;
    const id = answer.reserveId(toText(block.id));
    answer.carry(tagAttachment(route, JSON.stringify({ call: id, outer: fields.take() })));
    return id === block.id ? block : { ...block, id };
  }

  /** The block with the client's id and name and a tagged signature; the same object if nothing changes. */
  function toClientBlock(block: AnswerBlock): AnswerBlock {
    if (block.type === 'tool_use') {
      const id = toClientId(toText(block.id));
      const name = toClientName(toText(block.name));
      return id === block.id && name === block.name ? block : { ...block, id, name };
    }
    if (quirks.genuineSignatures) return block;
    if (block.type === 'redacted_thinking')
      return { ...block, data: tagSignature(route, toText(block.data)) };
    const signed = block.type === 'thinking' && toText(block.signature) !== '';
    return signed ? { ...block, signature: tagSignature(route, toText(block.signature)) } : block;
  }

  /** `mayRepeat`: nothing but the delta was read from the event, so that the like may pass without being parsed. */
  function delta(json: JsonObject, text: string, mayRepeat = false): void {
    begin();
    const index = toNumber(json['index']) ?? latest;
    const given = toObject(json['delta']) as unknown as Delta;
    if (toText(given.type) === '') return emit({ type: 'dropped', what: 'a delta without a type' });
    const sent = toClientDelta(given, index);
    if (sent === undefined) return;
    const isText = sent.type === 'text_delta' && types.get(index) === 'text';
    if (isText && leaking?.write(index, toText(sent.text))) return;
    const event: BlockDelta = { type: 'content_block_delta', index, delta: sent };
    const passes = sent === given && keepsBytes(event, json, text);
    if (!answer.delta(index, sent, passes ? asReceived(event, text) : event)) handleStrayDelta(sent);
    else if (passes && mayRepeat && answer.isLive(index) && !(filtersText && sent.type === 'text_delta'))
      scanner.learn(event, text);
  }

  /** The delta for the client; the same object if nothing changes, undefined if its text is held back. */
  function toClientDelta(given: Delta, index: number): Delta | undefined {
    if (given.type === 'text_delta' && types.get(index) === 'text') {
      const content = toText(given.text);
      const passed = texts.push(index, content);
      if (passed === '' && content !== '') return undefined;
      return passed === given.text ? given : { ...given, text: passed };
    }
    if (given.type !== 'signature_delta' || quirks.genuineSignatures) return given;
    return { ...given, signature: tagSignature(route, toText(given.signature)) };
  }

  function release(index: number, held: string): void {
    if (held === '') return;
    if (!answer.delta(index, { type: 'text_delta', text: held })) answer.prose('text', held);
  }

  /** Handles a delta without an open block of its type. Text and thinking are sent anyway; arguments fail the turn. */
  function handleStrayDelta(given: Delta): void {
    if (given.type === 'text_delta') return answer.prose('text', toText(given.text));
    if (given.type === 'thinking_delta') return answer.prose('thinking', toText(given.thinking));
    if (given.type !== 'input_json_delta')
      return emit({ type: 'dropped', what: `a stray delta of type ${nameForLog(toText(given.type))}` });
    if (given.partial_json === undefined || given.partial_json === null) return;
    if (toText(given.partial_json).trim() === '' && typeof given.partial_json === 'string') return;
    fail('malformed', {
      type: 'api_error',
      message: 'the upstream sent arguments for a tool call that was not open',
    });
  }

  function stop(json: JsonObject, text: string): void {
    const index = toNumber(json['index']) ?? latest;
    release(index, texts.close(index));
    leaking?.endBlock(index);
    const event: BlockStop = { type: 'content_block_stop', index };
    answer.close(index, keepBytes(event, json, text));
  }

  function readEnding(json: JsonObject, text: string): void {
    const { stop_reason: name, stop_sequence: sequence } = toObject(json['delta']);
    const reported = toObject(json['usage']);
    const counted = withoutEmptyInput(withNumbers(reported));
    usage = { ...usage, ...counted };
    core.report(counted, reported);
    original = undefined;
    if (typeof name !== 'string' || name === '') return;
    const isCounted = toNumber(reported['output_tokens']) !== undefined && !hasOddNumbers(reported);
    const first = finish.reason() === undefined;
    core.recordFinish(toStopReason(name), 'stop_reason', name);
    stopSequence = typeof sequence === 'string' ? sequence : null;
    if (!isCounted || !first) return;
    const event: MessageDelta = { ...(json as unknown as MessageDelta), type: 'message_delta' };
    const corrected = withInput(reported, usage);
    original = corrected === reported ? keepBytes(event, json, text) : { ...event, usage: corrected };
  }

  function begin(): void {
    if (answer.phase() === 'before') answer.begin(usage);
  }

  function end(originalStop?: MessageStop): void {
    if (answer.phase() === 'after') return;
    begin();
    for (const [index, held] of texts.closeAll()) release(index, held);
    leaking?.end(finish.isCut());
    if (answer.phase() === 'after') return;
    const reason = finish.reason() ?? 'end_turn';
    const output = usage.output_tokens > 0 ? usage.output_tokens : Math.ceil(answer.written() / 4);
    const total: Usage = { ...usage, output_tokens: output };
    emit({ type: 'usage', usage: total });
    answer.end({ reason, stopSequence, usage: original?.usage ?? total, original, originalStop });
  }

  return stage;
}
