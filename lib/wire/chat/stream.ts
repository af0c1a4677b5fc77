/**
 * Decodes a Chat Completions response to Anthropic's events.
 *
 * Usage follows `finish_reason`, so the message ends with the stream: at `[DONE]`, at the end of the body, or 1.5 s after
 * the finish, when the proxy flushes the decoder (P3). Any field may be null (observed on OpenCode Go).
 */
import { errorInside } from '../decode/errors.ts';
import type { Decoded, Usage } from '../../anthropic/events.ts';
import { tagAttachment, tagSignature } from '../../anthropic/provenance.ts';
import { thinkTags, type Piece } from '../decode/think-tags.ts';
import { clientToolIds } from '../tool-ids.ts';
import { toUpstreamName } from '../tool-names.ts';
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';
import { attachedFields, isVoid, nameOf } from '../decode/attached-fields.ts';
import { choices, type ContentKind } from '../decode/choices.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { finishMeaning } from '../decode/finish-names.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { brokenLeak, leakNote, leakedCallsOf, type LeakedPiece } from '../decode/leaked/leaked-calls.ts';
import { limitUnnamedArguments, rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { stopSequences } from '../decode/stop-sequences.ts';
import { calls } from './calls.ts';
import { deltaContent, messageFields, outputFields, type DeltaContent } from './delta.ts';
import { reasoningDetails } from './reasoning.ts';
import { toUsage } from './usage.ts';

export function chatDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

/** Fields of a message that are not sent back. */
const messageKnown: ReadonlySet<string> = new Set([...messageFields, ...outputFields]);

/** The decoder without its first stage, which splits the bytes into frames. */
export function chunkDecoder(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const { request } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'end' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const declared = toArray(request.tools)
    .flatMap((tool) => toText(toObject(tool)['name']) || [])
    .map(toUpstreamName);
  const tools = calls(answer, {
    declared,
    toClient: clientToolNames(request.tools, emit),
    toClientId: clientToolIds(route, emit),
    carry: (attached) => tagAttachment(route, JSON.stringify(attached)),
    drop,
  });
  const message = attachedFields(messageKnown, 'a message', drop);
  let reasoningName = '';
  const details = reasoningDetails();
  const tags = route.quirks.inlineThink ? thinkTags() : undefined;
  const stops = stopSequences(route.quirks.stopSequences ? [] : request.stop_sequences);
  const leaks = leakedCallsOf(route, turn);
  const parts = choices(finish, () => drop('a second choice'));
  /** The choices that sent content in a `delta`. */
  const inPieces = new Set<number>();
  /** The kind of the last content. `claude -p` prints the last block, and nothing if that is only a signature (measured). */
  let last: Piece['type'] | 'call' | undefined;
  /** As `last`, but text and thinking after a call count too. */
  let latest: typeof last;
  let reported: Partial<Usage> = {};

  function read(frame: DataFrame): void {
    const { json } = frame;
    const cost = costOf(json);
    if (cost) emit(cost);
    if (answer.phase() === 'after') return readLateUsage(json['usage']);
    const error = errorOf(frame);
    if (error) return fail('upstream', error, error.status);
    readUsage(json['usage']);
    const list = toArray(json['choices']);
    if (list.length > 0) begin();
    let position = 0;
    for (const choice of list) readChoice(toObject(choice), position++);
  }

  function readUsage(value: unknown): void {
    const usage = toUsage(value);
    if (!usage) return;
    reported = { ...reported, ...usage };
    core.report(usage, value);
  }

  /** After the end only price and usage are read, for accounting; the client already has its usage (P3). */
  function readLateUsage(value: unknown): void {
    if (!toUsage(value)) return;
    readUsage(value);
    emit({ type: 'usage', usage: core.usage(reported) });
  }

  function readChoice(choice: JsonObject, position: number): void {
    if (answer.phase() === 'after') return;
    // Moonshot sends usage in the choice.
    readUsage(choice['usage']);
    // A stop sequence has ended the message, even if the upstream sends more.
    if (stops.found() !== undefined) return;
    const index = toNumber(choice['index']) ?? position;
    const delta = toDelta(choice, index);
    const content = deltaContent(delta, choice['text'], emit);
    if (isObject(choice['delta']) && content.kinds.length > 0) inPieces.add(index);
    const used = parts.accept(index, content.kinds);
    if (!parts.isPart(index)) return;
    const error = errorInside(choice);
    if (error) return fail('upstream', error, error.status);
    readContent(delta, content, used);
    readFinish(toText(choice['finish_reason']), index);
  }

  /** Some servers send `message` instead of `delta`. Others repeat the whole message in the last chunk: it is dropped. */
  function toDelta({ delta, message }: JsonObject, choice: number): JsonObject {
    if (isObject(delta)) return delta;
    if (!isObject(message)) return {};
    if (!inPieces.has(choice)) return message;
    emit({ type: 'dropped', what: 'a whole message after its pieces' });
    return {};
  }

  /** Writes the kinds of content in `used`. */
  function readContent(
    delta: JsonObject,
    { pieces, calls: entries, reasoningField }: DeltaContent,
    used: readonly ContentKind[],
  ): void {
    if (used.includes('thinking')) {
      details.add(delta);
      reasoningName ||= reasoningField;
    }
    message.add(delta);
    for (const name in delta)
      if (outputFields.has(name) && !isVoid(delta[name])) drop(nameOf(name, 'a message'));
    for (const piece of pieces) {
      if (!used.includes(piece.type)) continue;
      if (!tags || piece.type !== 'text') pass(piece);
      else for (const part of tags.push(piece.text)) pass(part);
    }
    if (!used.includes('calls')) return;
    for (const held of tags?.end() ?? []) pass(held);
    if (leaks && !leaks.inCall()) for (const held of leaks.end(false)) passLeaked(held);
    takeCalls(entries);
  }

  function takeCalls(entries: readonly Json[]): void {
    writeProse('text', stops.end());
    if (stops.found() !== undefined) return;
    sign();
    carryFields();
    begin();
    last = 'call';
    latest = 'call';
    limitUnnamedArguments(core, tools.take(entries));
  }

  /** Writes a piece, in whose text calls may have leaked. */
  function pass(piece: Piece): void {
    if (piece.type !== 'text' || !leaks) return write(piece);
    for (const leaked of leaks.push(piece.text)) passLeaked(leaked);
    limitUnnamedArguments(core, leaks.held());
  }

  function passLeaked(piece: LeakedPiece): void {
    if (piece.type === 'text') return write(piece);
    if (stops.found() !== undefined) return;
    // Also after a finish: a server may send one on every chunk.
    if (piece.type === 'broken') return answer.fail('malformed', brokenLeak);
    const { id, name, args } = piece.call;
    emit({ type: 'note', text: leakNote });
    takeCalls([{ id, function: { name, arguments: args } }]);
  }

  function write({ type, text }: Piece): void {
    if (type === 'text') writeProse(type, stops.push(text));
    else {
      writeProse('text', stops.end());
      if (stops.found() === undefined) writeProse(type, text);
    }
    if (stops.found() !== undefined && finish.reason() === undefined) finish.set('stop_sequence');
  }

  function writeProse(type: Piece['type'], text: string): void {
    if (text === '') return;
    if (type === 'text') {
      sign();
      // Fields that arrive within a text wait for its end.
      if (latest !== 'text') carryFields();
    }
    begin();
    answer.prose(type, text);
    latest = type;
    if (last !== 'call') last = type;
  }

  /** Ends a thinking block with the reasoning details that the upstream expects back (P10). */
  function sign(payload = details.take()): void {
    if (payload === '') return;
    begin();
    answer.signature(tagSignature(route, payload));
  }

  /** Writes a block that carries the fields of the message (P11). */
  function carryFields(): void {
    if (!message.isNew()) return;
    begin();
    // `reasoning_content` is sent back by the quirk `replayReasoning`.
    const named = reasoningName !== '' && reasoningName !== 'reasoning_content';
    const attached = { message: message.take(), ...(named && { reasoning: reasoningName }) };
    answer.carry(tagAttachment(route, JSON.stringify(attached)));
  }

  function readFinish(name: string, choice: number): void {
    if (name === '' || answer.phase() === 'after') return;
    const meaning = finishMeaning(name);
    const record = (): void => core.recordFinish(meaning, 'finish_reason', name);
    if (meaning === 'failure' || meaning === 'malformed') record();
    else parts.end(choice, record);
  }

  /** Drops what came after the last text: a block that carries it would hide the text from `claude -p`. */
  function leaveOut(sealed: string): void {
    if (sealed !== '') drop('the signature of reasoning after the last text');
    if (!message.isNew()) return;
    for (const name of Object.keys(message.take())) drop(`${nameOf(name, 'a message')}, after the last text`);
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    for (const piece of tags?.end() ?? []) pass(piece);
    for (const piece of leaks?.end(finish.isCut()) ?? []) {
      passLeaked(piece);
      if (answer.phase() === 'after') return;
    }
    writeProse('text', stops.end());
    const sealed = details.take();
    if (last === 'text' || (last === undefined && sealed === '')) leaveOut(sealed);
    else {
      sign(sealed);
      carryFields();
    }
    if (tools.end() && rejectUnnamedCall(core, 'tool')) return;
    core.endMessage(reported, stops.found());
  }

  return stage;
}
