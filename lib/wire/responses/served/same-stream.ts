/**
 * The codec's decoder, whose events carry the frames that they were read from. A frame that is read without an event goes
 * with a ping, so that nothing waits. A frame keeps its data byte for byte, but for the name of the model (L1) and what is
 * encrypted (P10); and a call of a tool that had to be declared as a function becomes the client's own again.
 *
 * An upstream that does not begin as this format does (laws.md, R1) gets no frames through: its events are printed.
 */
import { isRemark, type Decoded, type StreamEvent } from '../../../anthropic/events.ts';
import { isObject, toNumber, toObject, toText, type JsonObject } from '../../../json.ts';
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
  return compose(frameDecoder(), carrier(eventDecoder(route, turn), route, turn));
}

function carrier(decoder: Transducer<Frame, Decoded>, route: Route, turn: Turn): Transducer<Frame, Decoded> {
  const rewrite = frameRewriter(route, turn);
  const rules = grammar();
  /** Frames that no event has carried yet. */
  let waiting = '';
  /** Whether frames pass: undefined before the first. */
  let passes: boolean | undefined;
  let started = false;
  let final: JsonObject | undefined;

  /** Takes a frame, and returns the rule that it breaks. */
  function take(frame: DataFrame): string | undefined {
    const type = typeOf(frame);
    if (final || !isPassed(type)) return undefined;
    if (passes === undefined && type === 'keepalive') return undefined;
    passes ??= isBeginning(frame, type);
    if (!passes) return undefined;
    const { json, text } = rewrite(frame.json, frame.text);
    if (finalEvents.has(type)) final = toObject(json['response']);
    waiting += `event: ${frame.event || type}\ndata: ${text}\n\n`;
    return rules.step(json);
  }

  /** The events of one frame: the last one carries it. */
  function carry(events: Decoded[], emit: Emit<Decoded>): void {
    const failed = events.some(({ type }) => type === 'error');
    if (failed) waiting = '';
    const last = events.findLastIndex((one) => !isRemark(one) && one.type !== 'ping');
    for (const [at, one] of events.entries()) {
      if (isRemark(one)) {
        emit(one);
        continue;
      }
      started ||= one.type === 'message_start';
      const kept = one.type === 'message_delta' && final ? withFinalResponse(one, final) : one;
      emit(at === last ? carrying(kept) : kept);
    }
    // The end of the response waits for the end of the message, which may still fail.
    if (last < 0 && started && !final && waiting !== '') emit(carrying({ type: 'ping' }));
  }

  function carrying(event: StreamEvent): StreamEvent {
    if (waiting === '' || (final !== undefined && event.type !== 'message_stop')) return event;
    const carried = { ...event, frames: waiting };
    waiting = '';
    return carried;
  }

  function collect(act: (emit: Emit<Decoded>) => void): Decoded[] {
    const events: Decoded[] = [];
    act((one) => events.push(one));
    return events;
  }

  return {
    step(frame, emit) {
      const broken = frame.type === 'data' ? take(frame) : undefined;
      if (broken !== undefined)
        emit({ type: 'note', text: `the upstream breaks a rule of its format: ${nameForLog(broken)}` });
      carry(
        collect((to) => decoder.step(frame, to)),
        emit,
      );
    },
    flush(emit) {
      carry(
        collect((to) => decoder.flush(to)),
        emit,
      );
    },
  };
}

/** Gateways add frames of their own, such as prices, that clients do not know. */
function isPassed(type: string): boolean {
  return type.startsWith('response.') || type === 'keepalive';
}

function isBeginning({ json, event, source }: DataFrame, type: string): boolean {
  const { id } = toObject(json['response']);
  return (
    type === 'response.created' &&
    json['type'] === type &&
    (event === '' || event === type) &&
    source !== undefined &&
    toText(id) !== '' &&
    toNumber(json['sequence_number']) !== undefined &&
    isObject(json['response'])
  );
}
