/**
 * Chat Completions, answered: chunks into Anthropic's events.
 *
 * The message ends when the stream does (`[DONE]`, the end of the bytes, or the road's flush 1.5 s after the finish),
 * for usage comes after `finish_reason` (P3). Whatever may be null is: upstreams send explicit nulls (observed on Go).
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
  /** What was said last; Claude Code's `-p` prints the last block, and nothing when that is a signature alone (measured). */
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
    if (choices.length > 0) begin(); // the first sign of an answer, though nothing may be in it yet
    for (const [position, choice] of choices.entries()) readChoice(toObject(choice), position);
  }

  function readUsage(value: unknown): void {
    const usage = toUsage(value);
    if (usage) reported = { ...reported, ...usage };
  }

  /** After the end only price and usage are read, for the ledger; the client has had its figures (P3). */
  function readLateUsage(value: unknown): void {
    if (!toUsage(value)) return;
    readUsage(value);
    emit({ type: 'usage', usage: core.usage(reported) });
  }

  function readChoice(choice: JsonObject, position: number): void {
    if (answer.phase() === 'after') return;
    // Moonshot puts usage in the choice.
    readUsage(choice['usage']);
    const delta = toDelta(choice);
    const number = toNumber(choice['index']) ?? position;
    if (!isAnswer(number, () => carries(delta, choice))) return;
    const error = errorInside(choice);
    if (error) return fail('upstream', error, error.status);
    readDelta(delta, choice);
    readFinish(toText(choice['finish_reason']), number);
  }

  /** Some servers write `message` for `delta`; behind pieces it is the whole again, as some send it in the last chunk. */
  function toDelta({ delta, message }: JsonObject): JsonObject {
    if (isObject(delta)) {
      inPieces ||= carries(delta, {});
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

  /** Reasoning that must be given back exactly closes with what is needed for it (P10). */
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

/** True for a choice with something in it, so that an empty first choice does not hide a second that answers (L9). */
function carries(delta: JsonObject, choice: JsonObject): boolean {
  const content = delta['content'] ?? choice['text'];
  const said =
    typeof content === 'string' ? content !== '' : isObject(content) || toArray(content).length > 0;
  return (
    said || reasoningText(delta) !== '' || toText(delta['refusal']) !== '' || toolEntries(delta).length > 0
  );
}

function toolEntries(delta: JsonObject): Json[] {
  const entries = toArray(delta['tool_calls']);
  const legacy = delta['function_call'];
  return entries.length === 0 && isObject(legacy) ? [{ index: 0, function: legacy }] : entries;
}

/** Content is a string, one part, or several; Mistral's parts may hold thinking. */
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
