/**
 * What can go wrong with an answer, as data: every field is one fault, and they compose. A fault is applied to the
 * frames of a lawful answer, so one list of faults serves every format (laws: where this trade goes wrong).
 */
import { crc32, deflateRawSync, constants } from 'node:zlib';
import type { Frame, Part } from './formats/format.ts';

export interface Faults {
  /** Silence before the status and headers, in milliseconds. */
  headersAfterMs?: number;
  /** Silence between the headers and the first event. */
  firstEventAfterMs?: number;
  /** Silence between any two events. */
  betweenEventsMs?: number;

  /** The answer breaks off here, in this way. */
  breaks?: Break;
  /** An error takes the place of the rest. `continues` sends the rest all the same. */
  errorEvent?: { at: Position; type?: string; message?: string; continues?: boolean };
  /** Parts that are never sent: `['end']` forgets `[DONE]` or `message_stop`, `['finish', 'end']` every ending. */
  omit?: readonly Part[];
  /** The event at this position arrives with half of its JSON. */
  brokenJson?: Position;
  /** An answer in one JSON document although a stream was asked for, or the reverse. */
  shape?: 'whole' | 'stream';

  /** A comment before every nth event; `inside` puts it within the event, before its data line, or in the middle of it. */
  comments?: { every: number; inside?: boolean | 'data'; text?: string };
  /** Messages: what is added to the number of every block, so that the first one does not stand at 0. */
  indexShift?: number;
  /** Line ends of the event stream. */
  lineEnd?: '\n' | '\r\n' | '\r';
  /** How the bytes are written: an event at a time (the default), everything at once up to the next silence, or so many bytes at a time, which cuts events, line ends and characters. */
  writes?: 'event' | 'together' | number;
  /** Compressed, with or without a `content-encoding` that says so. */
  gzip?: 'declared' | 'undeclared';
  /** Headers beside, or instead of, the usual ones. */
  headers?: Readonly<Record<string, string>>;
}

/** After so many events, so many pieces of content, or so many bytes of body; or in the middle of a piece of content. */
type Position = { events: number } | { deltas: number } | { bytes: number } | { within: number };

export interface Break {
  at: Position | 'before-headers';
  /**
   * - `cut`: the body ends as if it were whole.
   * - `hang-up`: the connection is closed in mid-body, politely (FIN).
   * - `reset`: the connection is reset (RST).
   * - `silence`: nothing more is sent and the connection stays, until the client or the emulator ends it.
   */
  how: 'cut' | 'hang-up' | 'reset' | 'silence';
}

/** What is done to the socket, in order. */
export type Action = { type: 'bytes'; bytes: Uint8Array } | { type: 'wait'; ms: number } | BreakAction;

interface BreakAction extends Break {
  type: 'break';
}

type Faulty = Frame | BreakAction;

/** The actions that send `frames` with all of `faults`; nothing is made before it is asked for. */
export function* actionsOf(
  frames: Iterable<Frame>,
  faults: Faults,
  errorEvent: (type: string, message: string) => Frame,
): Generator<Action> {
  if (faults.breaks?.at === 'before-headers') {
    yield { type: 'break', ...faults.breaks };
    return;
  }
  const faulty = breakOff(
    withComments(withError(altered(frames, faults), faults, errorEvent), faults),
    faults,
  );
  const bytes = toBytes(paced(faulty, faults), faults);
  yield* inWrites(breakAtByte(faults.gzip ? compressed(bytes) : bytes, faults), faults);
}

/** True when `position` is reached: so many events, or pieces of content, have gone before this one. */
function counter(position: Position): (frame: Frame) => boolean {
  let seen = 0;
  return (frame) => {
    if (frame.type === 'wait' || 'bytes' in position) return false;
    const counts = 'events' in position || frame.part === 'content';
    const due =
      'events' in position ? position.events : 'deltas' in position ? position.deltas : position.within;
    const reached = counts && seen === due;
    if (counts) seen++;
    return reached;
  };
}

function* altered(
  frames: Iterable<Frame>,
  { omit = [], brokenJson, indexShift = 0 }: Faults,
): Generator<Frame> {
  const broken = brokenJson && counter(brokenJson);
  for (const frame of frames) {
    if (frame.type === 'wait') {
      yield frame;
      continue;
    }
    if (omit.includes(frame.part)) continue;
    const text = indexShift === 0 ? frame.text : shifted(frame.text, indexShift);
    yield { ...frame, text: broken?.(frame) ? halved(text) : text };
  }
}

/** The event of a block with another number: `"index"` is the first field after the type, and content comes later. */
function shifted(text: string, by: number): string {
  return text.replace(
    /^(data: \{"type":"content_block_\w+","index":)(\d+)/m,
    (_, before: string, index: string) => before + (Number(index) + by),
  );
}

/** The event with half of its data line. */
function halved(text: string): string {
  return text.replace(
    /^(data: )(.*)$/m,
    (_, name: string, data: string) => name + data.slice(0, data.length / 2),
  );
}

function* withError(
  frames: Iterable<Frame>,
  { errorEvent }: Faults,
  encode: (type: string, message: string) => Frame,
): Generator<Frame> {
  const reached = errorEvent && counter(errorEvent.at);
  for (const frame of frames) {
    if (errorEvent && reached?.(frame)) {
      yield encode(
        errorEvent.type ?? 'api_error',
        errorEvent.message ?? 'The emulator was told to fail here.',
      );
      if (!errorEvent.continues) return;
    }
    yield frame;
  }
}

function* withComments(frames: Iterable<Frame>, { comments }: Faults): Generator<Frame> {
  let count = 0;
  for (const frame of frames) {
    if (!comments || frame.type === 'wait' || count++ % comments.every !== 0) {
      yield frame;
      continue;
    }
    yield { ...frame, text: commented(frame.text, comments) };
  }
}

function commented(event: string, { inside, text = 'keep-alive' }: NonNullable<Faults['comments']>): string {
  const comment = `: ${text}\n`;
  if (inside === 'data') {
    const middle = Math.floor(event.length / 2);
    return `${event.slice(0, middle)}\n${comment}\n${event.slice(middle)}`;
  }
  return inside ? event.replace(/^data:/m, `${comment}data:`) : `${comment}\n${event}`;
}

function* breakOff(frames: Iterable<Frame>, { breaks }: Faults): Generator<Faulty> {
  const reached = breaks && breaks.at !== 'before-headers' ? counter(breaks.at) : undefined;
  for (const frame of frames) {
    if (breaks && reached?.(frame)) {
      const { at } = breaks;
      if (frame.type === 'event' && at !== 'before-headers' && 'within' in at)
        yield { ...frame, text: frame.text.slice(0, frame.text.length / 2) };
      yield { type: 'break', ...breaks };
      return;
    }
    yield frame;
  }
}

function* paced(frames: Iterable<Faulty>, faults: Faults): Generator<Faulty> {
  let first = true;
  for (const frame of frames) {
    const ms = first ? faults.firstEventAfterMs : faults.betweenEventsMs;
    if (ms !== undefined && frame.type !== 'wait') yield { type: 'wait', ms };
    first &&= frame.type === 'wait';
    yield frame;
  }
}

function* toBytes(frames: Iterable<Faulty>, { lineEnd = '\n' }: Faults): Generator<Action> {
  const encoder = new TextEncoder();
  for (const frame of frames) {
    if (frame.type !== 'event') yield frame;
    else yield { type: 'bytes', bytes: encoder.encode(frame.text.replaceAll('\n', lineEnd)) };
  }
}

/** One gzip member, flushed after every event so that a reader sees each as it comes (RFC 1952). */
function* compressed(actions: Iterable<Action>): Generator<Action> {
  yield { type: 'bytes', bytes: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255) };
  let sum = 0;
  let length = 0;
  for (const action of actions) {
    if (action.type !== 'bytes') {
      yield action;
      continue;
    }
    sum = crc32(action.bytes, sum);
    length += action.bytes.length;
    yield { type: 'bytes', bytes: deflateRawSync(action.bytes, { finishFlush: constants.Z_SYNC_FLUSH }) };
  }
  const end = Buffer.alloc(10);
  end[0] = 3; // An empty last block.
  end.writeUInt32LE(sum, 2);
  end.writeUInt32LE(length % 2 ** 32, 6);
  yield { type: 'bytes', bytes: end };
}

function* breakAtByte(actions: Iterable<Action>, { breaks }: Faults): Generator<Action> {
  let left = breaks && breaks.at !== 'before-headers' && 'bytes' in breaks.at ? breaks.at.bytes : Infinity;
  for (const action of actions) {
    if (breaks && action.type === 'bytes' && action.bytes.length > left) {
      if (left > 0) yield { type: 'bytes', bytes: action.bytes.subarray(0, left) };
      yield { type: 'break', ...breaks };
      return;
    }
    if (action.type === 'bytes') left -= action.bytes.length;
    yield action;
  }
}

/** The most that `together` holds back. */
const mostTogether = 1 << 20;

function* inWrites(actions: Iterable<Action>, { writes = 'event' }: Faults): Generator<Action> {
  if (writes === 'event') {
    yield* actions;
    return;
  }
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const release = (): Action[] => {
    const together: Action[] = heldBytes > 0 ? [{ type: 'bytes', bytes: Buffer.concat(held) }] : [];
    held = [];
    heldBytes = 0;
    return together;
  };
  for (const action of actions) {
    if (action.type !== 'bytes') {
      yield* release();
      yield action;
    } else if (writes === 'together') {
      held.push(action.bytes);
      heldBytes += action.bytes.length;
      if (heldBytes >= mostTogether) yield* release();
    } else {
      for (let start = 0; start < action.bytes.length; start += writes) {
        yield { type: 'bytes', bytes: action.bytes.subarray(start, start + writes) };
      }
    }
  }
  yield* release();
}
