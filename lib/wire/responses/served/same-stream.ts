/**
 * The codec's decoder, whose events carry the frames that they were read from. A frame that is read without an event goes
 * with a ping, so that nothing waits. A frame keeps its data byte for byte, but for the name of the model (L1) and what is
 * encrypted (P10); and a call of a tool that had to be declared as a function becomes the client's own again.
 *
 * Whether frames pass is decided by those up to the first text: if they break a law (laws.md), none passes, and the answer is
 * printed from its events. That costs no time, because nothing is sent before there is content (P2).
 */
import { isRemark, type Decoded, type StreamEvent } from '../../../anthropic/events.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../../json.ts';
import { compose, type Emit, type Transducer } from '../../../stream/transducer.ts';
import type { Route, Turn } from '../../codec.ts';
import type { DataFrame } from '../../decode/core.ts';
import { frameDecoder, type Frame } from '../../decode/frames.ts';
import { nameForLog } from '../../../redact.ts';
import { finalEvents } from '../event-types.ts';
import { eventDecoder, typeOf } from '../stream.ts';
import { withFinalResponse } from './frame-track.ts';
import { frameRewriter } from './frame-rewriter.ts';
import { grammar } from './grammar.ts';

export function sameDecoder(route: Route, turn: Turn): Transducer<Uint8Array, Decoded> {
  return compose(frameDecoder(), carrier(eventDecoder(route, turn, true), route, turn));
}

function carrier(decoder: Transducer<Frame, Decoded>, route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const rewrite = frameRewriter(route, turn);
  const rules = grammar();
  let passing: 'undecided' | 'passes' | 'stopped' = 'undecided';
  /** Frames that no event has carried yet. */
  let waiting = '';
  /** Events that wait for the decision. */
  let held: StreamEvent[] = [];
  let final: JsonObject | undefined;
  /**
   * A call has ended with arguments that are no object. Clients run every call that is done, so nothing more is sent before
   * the end of the message decides whether the turn fails (P5).
   */
  let doubtful = false;

  function take(frame: DataFrame, emit: Emit<Decoded>): void {
    const type = typeOf(frame);
    if (passing === 'stopped' || final || !isPassed(type)) return;
    const { json, text } = rewrite(frame.json, frame.text);
    if (finalEvents.has(type)) final = toObject(json['response']);
    doubtful ||= isDoubtful(json);
    const broken = isFramed(frame, type) ? rules.step(json) : 'an answer in no frame of the format';
    waiting += `event: ${toText(json['type']) || type}\ndata: ${text}\n\n`;
    if (broken !== undefined)
      emit({ type: 'note', text: `the upstream breaks a rule of its format: ${nameForLog(broken)}` });
    if (passing === 'undecided' && broken !== undefined) stop();
    else if (passing === 'undecided' && decides(type)) passing = 'passes';
  }

  function stop(): void {
    passing = 'stopped';
    waiting = '';
    final = undefined;
  }

  /** The events of one frame: the last one carries it. */
  function carry(decoded: Decoded[], emit: Emit<Decoded>): void {
    for (const one of decoded) {
      if (isRemark(one)) emit(one);
      // The start has no counterpart among the frames that pass: `response.created` goes with the first content.
      else if (one.type === 'message_start') emit(one);
      else if (one.type === 'error') fail(one, emit);
      else held.push(one);
    }
    if (passing === 'undecided') return;
    const events = held;
    held = [];
    const last = events.at(-1);
    for (const one of events) emit(passing === 'passes' ? carrying(one, one === last) : one);
    // The end of the response waits for the end of the message, which may still fail.
    if (!last && !final && !doubtful && waiting !== '') emit(carrying({ type: 'ping' }, true));
  }

  function fail(event: StreamEvent, emit: Emit<Decoded>): void {
    held = [];
    waiting = '';
    emit(event);
  }

  function carrying(event: StreamEvent, last: boolean): StreamEvent {
    const kept = event.type === 'message_delta' && final ? withFinalResponse(event, final) : event;
    const frames = last ? waiting : '';
    if (last) waiting = '';
    return { ...kept, frames };
  }

  return {
    step(frame, emit) {
      if (frame.type === 'data') take(frame, emit);
      carry(
        outputsOf((to) => decoder.step(frame, to)),
        emit,
      );
    },
    flush(emit) {
      const decoded = outputsOf((to) => decoder.flush(to));
      if (passing === 'undecided') stop();
      carry(decoded, emit);
    },
  };
}

function outputsOf(act: (emit: Emit<Decoded>) => void): Decoded[] {
  const outputs: Decoded[] = [];
  act((output) => outputs.push(output));
  return outputs;
}

/** Gateways add frames of their own, such as prices, that clients do not know. */
function isPassed(type: string): boolean {
  return type.startsWith('response.') || type === 'keepalive';
}

/** Whether the frame is an event as this format has it, and no object from an array or an envelope. */
function isFramed({ json, event, source }: DataFrame, type: string): boolean {
  return source !== undefined && json['type'] === type && (event === '' || event === type);
}

function isDoubtful({ type, item, arguments: given }: JsonObject): boolean {
  if (type === 'response.function_call_arguments.done') return !isWhole(given);
  return isObject(item) && type === 'response.output_item.done' && item['type'] === 'function_call'
    ? !isWhole(item['arguments'])
    : false;
}

function isWhole(args: unknown): boolean {
  const text = toText(args);
  return text.trim() === '' || isObject(parseJson(text));
}

/** True for the first frames that have content, and for the end. */
function decides(type: string): boolean {
  return /\.(?:delta|done)$/.test(type) || finalEvents.has(type);
}
