/**
 * Chat Completions, answered: chunks into Anthropic's events.
 *
 * The message ends when the stream does (`[DONE]`, the end of the bytes, or the road's flush 1.5 s after the finish),
 * for usage comes after `finish_reason` (P3). Whatever may be null is: upstreams send explicit nulls (observed on Go).
 */
import { errorInside } from '../../anthropic/errors.ts';
import type { Decoded, StopReason, Usage } from '../../anthropic/events.ts';
import { tagSignature } from '../../anthropic/provenance.ts';
import { thinkTags, type Piece } from '../../anthropic/think-tags.ts';
import { toUpstreamName } from '../../anthropic/tool-names.ts';
import { writer } from '../../anthropic/writer.ts';
import {
  isObject,
  toArray,
  toNumber,
  toObject,
  toText,
  type Json,
  type JsonObject,
} from '../../stream/json.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { calledNames } from '../called.ts';
import type { Route, Turn } from '../codec.ts';
import { costOf, decoding, errorOf } from '../decoding.ts';
import { frameDecoder, type Frame } from '../frames.ts';
import { calls } from './calls.ts';
import { toStopReason } from './finish.ts';
import { reasoningDetails, reasoningText } from './reasoning.ts';
import { toUsage } from './usage.ts';

export function chatDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), chunkDecoder(route, turn));
}

function chunkDecoder(route: Route, { request, messageId, inputTokens }: Turn): Transducer<Frame, Decoded> {
  const { emit, fail, stage } = decoding({
    answer: () => answer,
    read,
    finished: () => finish !== undefined,
    end,
  });
  const answer = writer(emit, { messageId, model: request.model, marker: tagSignature(route) });
  const declared = toArray(request.tools)
    .flatMap((tool) => toText(toObject(tool)['name']) || [])
    .map(toUpstreamName);
  const tools = calls(answer, route, { declared, toClient: calledNames(request.tools, emit) });
  const details = reasoningDetails();
  const tags = route.quirks.inlineThink ? thinkTags() : undefined;
  let chosen: number | undefined;
  let finish: StopReason | undefined;
  let finishedChoice: number | undefined;
  let inPieces = false;
  /** What was said last; Claude Code's `-p` prints the last block, and nothing when that is a signature alone (measured). */
  let last: 'text' | 'thinking' | 'call' | undefined;
  let reported: Partial<Usage> = {};
  let othersDropped = false;

  function read(frame: Frame): void {
    if (frame.type === 'done') return end();
    if (frame.type === 'broken') return fail(frame.reason, { type: 'api_error', message: frame.message });
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
    emit({ type: 'usage', usage: finalUsage(reported, inputTokens, answer.written()) });
  }

  function readChoice(choice: JsonObject, position: number): void {
    if (answer.phase() === 'after') return;
    // Moonshot puts usage in the choice.
    readUsage(choice['usage']);
    const delta = toDelta(choice);
    const number = toNumber(choice['index']) ?? position;
    if (chosen === undefined && carries(delta, choice)) choose(number);
    if (number === (chosen ?? number)) {
      const error = errorInside(choice);
      if (error) return fail('upstream', error, error.status);
      readDelta(delta, choice);
      readFinish(toText(choice['finish_reason']), number);
    } else if (!othersDropped && carries(delta, choice)) {
      othersDropped = true;
      emit({ type: 'dropped', what: 'a second choice' });
    }
  }

  /** The end of a choice that is not the answer ends nothing. */
  function choose(number: number): void {
    chosen = number;
    if (finishedChoice !== number) finish = undefined;
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
    if (tools.take(entries) <= longestUnnamed) return;
    fail('overflow', {
      type: 'api_error',
      message: 'the upstream sent arguments without end, and no name for them',
    });
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

  function begin(): void {
    answer.begin({ input_tokens: inputTokens, output_tokens: 0 });
  }

  function readFinish(name: string, choice: number): void {
    if (name === '' || answer.phase() === 'after') return;
    finishedChoice = choice;
    const reason = toStopReason(name);
    if (reason === 'failure')
      return fail('upstream', { type: 'api_error', message: `the upstream stopped: ${name}` });
    if (reason === 'unknown')
      emit({ type: 'note', text: `unknown finish_reason ${JSON.stringify(name).slice(0, 60)}` });
    if (finish === undefined) emit({ type: 'finished' });
    // A reason that cuts the turn stands, whatever is said after it (L7).
    if (finish === undefined || !cuts(finish)) finish = reason === 'unknown' ? 'end_turn' : reason;
  }

  function end(): void {
    if (answer.phase() === 'after') return;
    for (const piece of tags?.end() ?? []) write(piece);
    if (last !== 'text') sign();
    else if (details.take() !== '')
      emit({ type: 'dropped', what: 'the signature of reasoning behind the last words' });
    if (tools.end()) {
      const message = 'the upstream sent arguments of a tool call without ever naming the tool';
      if (!cuts(finish)) return answer.fail('malformed', { type: 'api_error', message });
      emit({ type: 'dropped', what: 'arguments of a tool call that was never named' });
    }
    begin();
    const usage = finalUsage(reported, inputTokens, answer.written());
    emit({ type: 'usage', usage });
    answer.end({ reason: finish ?? 'end_turn', usage });
  }

  return stage;
}

/** Characters of arguments that may wait for the name of their call (L3). */
const longestUnnamed = 64 * 1024 * 1024;

function cuts(reason: StopReason | undefined): boolean {
  return reason === 'max_tokens' || reason === 'refusal' || reason === 'model_context_window_exceeded';
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

/** Four characters to a token: what is said when the upstream says nothing, for an estimate beats 0 (L1). */
function finalUsage(reported: Partial<Usage>, inputTokens: number, written: number): Usage {
  return { input_tokens: inputTokens, output_tokens: Math.ceil(written / 4), ...reported };
}
