/**
 * Decodes a Chat Completions response to Anthropic's events.
 *
 * Usage follows `finish_reason`, so the message ends with the stream: at `[DONE]`, at the end of the body, or 1.5 s after
 * the finish, when the proxy flushes the decoder (P3). Any field may be null (observed on OpenCode Go).
 */
import { errorInside } from '../decode/errors.ts';
import type { Decoded, Usage } from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { thinkTags, type Piece } from '../decode/think-tags.ts';
import { toUpstreamName } from '../tool-names.ts';
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';
import { choiceSelector } from '../decode/choices.ts';
import type { Route, Turn } from '../codec.ts';
import { decoderCore, errorOf, type DataFrame } from '../decode/core.ts';
import { frameDecoder, type Frame } from '../decode/frames.ts';
import { limitUnnamedArguments, rejectUnnamedCall } from '../decode/unnamed-calls.ts';
import { costOf } from '../decode/usage.ts';
import { calls } from './calls.ts';
import { toStopReason } from './finish.ts';
import { reasoningDetails, reasoningText } from './reasoning.ts';
import { toUsage } from './usage.ts';

export function chatDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

function chunkDecoder(route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const { request } = turn;
  const core = decoderCore(route, turn, { read, end, done: 'end' });
  const { answer, finish, emit, drop, fail, begin, stage } = core;
  const declared = toArray(request.tools)
    .flatMap((tool) => toText(toObject(tool)['name']) || [])
    .map(toUpstreamName);
  const tools = calls(answer, route, { declared, toClient: clientToolNames(request.tools, emit) });
  const details = reasoningDetails();
  const tags = route.quirks.inlineThink ? thinkTags() : undefined;
  const { isAnswer, markEnded } = choiceSelector(finish, () => drop('a second choice'));
  let inPieces = false;
  /** The kind of the last content. `claude -p` prints the last block, and nothing if that is only a signature (measured). */
  let last: 'text' | 'thinking' | 'call' | undefined;
  let reported: Partial<Usage> = {};

  function read(frame: DataFrame): void {
    const { json } = frame;
    const cost = costOf(json);
    if (cost) emit(cost);
    if (answer.phase() === 'after') return readLateUsage(json['usage']);
    const error = errorOf(frame);
    if (error) return fail('upstream', error, error.status);
    readUsage(json['usage']);
    const choices = toArray(json['choices']);
    if (choices.length > 0) begin();
    for (const [position, choice] of choices.entries()) readChoice(toObject(choice), position);
  }

  function readUsage(value: unknown): void {
    const usage = toUsage(value);
    if (usage) reported = { ...reported, ...usage };
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
    const delta = toDelta(choice);
    const index = toNumber(choice['index']) ?? position;
    if (!isAnswer(index, () => hasContent(delta, choice))) return;
    const error = errorInside(choice);
    if (error) return fail('upstream', error, error.status);
    readDelta(delta, choice);
    readFinish(toText(choice['finish_reason']), index);
  }

  /** Some servers send `message` instead of `delta`. Others repeat the whole message in the last chunk: it is dropped. */
  function toDelta({ delta, message }: JsonObject): JsonObject {
    if (isObject(delta)) {
      inPieces ||= hasContent(delta, {});
      return delta;
    }
    if (!isObject(message)) return {};
    if (!inPieces) return message;
    emit({ type: 'dropped', what: 'a whole message after its pieces' });
    return {};
  }

  function readDelta(delta: JsonObject, choice: JsonObject): void {
    details.add(delta);
    write({ type: 'thinking', text: reasoningText(delta) });
    for (const piece of contentPieces(delta['content'] ?? choice['text'], emit)) {
      for (const part of piece.type === 'text' && tags ? tags.push(piece.text) : [piece]) write(part);
    }
    write({ type: 'text', text: toText(delta['refusal']) });
    const entries = toolEntries(delta);
    if (entries.length === 0) return;
    for (const held of tags?.end() ?? []) write(held);
    sign();
    begin();
    last = 'call';
    limitUnnamedArguments(core, tools.take(entries));
  }

  function write({ type, text }: Piece): void {
    if (text === '') return;
    if (type === 'text') sign();
    begin();
    answer.prose(type, text);
    if (last !== 'call') last = type;
  }

  /** Ends a thinking block with the reasoning details that the upstream expects back (P10). */
  function sign(): void {
    const payload = details.take();
    if (payload === '') return;
    begin();
    answer.signature(tagSignature(route, payload));
  }

  function readFinish(name: string, choice: number): void {
    if (name === '' || answer.phase() === 'after') return;
    markEnded(choice);
    core.recordFinish(toStopReason(name), 'finish_reason', name);
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    for (const piece of tags?.end() ?? []) write(piece);
    if (last !== 'text') sign();
    else if (details.take() !== '') drop('the signature of reasoning behind the last words');
    if (tools.end() && rejectUnnamedCall(core, 'tool')) return;
    core.endMessage(reported);
  }

  return stage;
}

/** True for a choice with content. An empty first choice must not be selected as the answer (L9). */
function hasContent(delta: JsonObject, choice: JsonObject): boolean {
  const content = delta['content'] ?? choice['text'];
  const hasText =
    typeof content === 'string' ? content !== '' : isObject(content) || toArray(content).length > 0;
  return (
    hasText || reasoningText(delta) !== '' || toText(delta['refusal']) !== '' || toolEntries(delta).length > 0
  );
}

function toolEntries(delta: JsonObject): Json[] {
  const entries = toArray(delta['tool_calls']);
  const legacy = delta['function_call'];
  return entries.length === 0 && isObject(legacy) ? [{ index: 0, function: legacy }] : entries;
}

/** Content is a string, one part, or several parts. Mistral also sends thinking in parts. */
function* contentPieces(content: unknown, emit: (decoded: Decoded) => void): Iterable<Piece> {
  if (typeof content === 'string') return yield { type: 'text', text: content };
  for (const part of isObject(content) ? [content] : toArray(content)) {
    if (typeof part === 'string') yield { type: 'text', text: part };
    if (!isObject(part)) continue;
    const { thinking } = part;
    if (typeof part['text'] === 'string') yield { type: 'text', text: part['text'] };
    else if (typeof thinking === 'string') yield { type: 'thinking', text: thinking };
    else if (Array.isArray(thinking))
      yield { type: 'thinking', text: thinking.map((piece) => toText(toObject(piece)['text'])).join('') };
    else
      emit({
        type: 'dropped',
        what: `a content part of type ${toText(part['type']).slice(0, 40) || 'unknown'}`,
      });
  }
}
