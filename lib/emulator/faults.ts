/**
 * The faults that an answer can have. Every field is one fault, and they can be combined. They are applied to the frames of
 * a valid answer, so that the same faults work for every format.
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

  /** Where and how the answer breaks off. */
  breaks?: Break;
  /** An error replaces the rest of the answer. With `continues` the rest follows. */
  errorEvent?: { at: Position; type?: string; message?: string; continues?: boolean };
  /** Parts that are not sent: `['end']` omits `[DONE]` or `message_stop`, `['finish', 'end']` also the finish reason. */
  omit?: readonly Part[];
  /** The event at this position contains only half of its JSON. */
  brokenJson?: Position;
  /** Sends one JSON document or a stream, regardless of the request. */
  shape?: 'whole' | 'stream';

  /** A comment before every nth event; `inside: true` puts it before the event's data line, `'data'` into that line. */
  comments?: { every: number; inside?: boolean | 'data'; text?: string };
  /** Messages: added to the index of every block, so that the first one is not 0. */
  indexShift?: number;
  /** The line ends of the event stream. */
  lineEnd?: '\n' | '\r\n' | '\r';
  /**
   * What one write contains: an event (the default), everything up to the next silence, or this number of bytes, which
   * splits events, line ends and characters.
   */
  writes?: 'event' | 'together' | number;
  /** Compresses the body, with or without the `content-encoding` header. */
  gzip?: 'declared' | 'undeclared';
  /** Response headers, which take precedence over the usual ones. */
  headers?: Readonly<Record<string, string>>;
}

/** After a number of events, of content events, or of bytes of the body; or within the content event with this index. */
type Position = { events: number } | { deltas: number } | { bytes: number } | { within: number };

export interface Break {
  at: Position | 'before-headers';
  /**
   * - `cut`: the HTTP body ends regularly.
   * - `hang-up`: the connection is closed within the body (FIN).
   * - `reset`: the connection is reset (RST).
   * - `silence`: nothing more is sent, and the connection stays open until the client or the emulator closes it.
   */
  how: 'cut' | 'hang-up' | 'reset' | 'silence';
}

/** One operation on the socket. */
export type Action = { type: 'bytes'; bytes: Uint8Array } | { type: 'wait'; ms: number } | BreakAction;

interface BreakAction extends Break {
  type: 'break';
}

type Faulty = Frame | BreakAction;

/** The actions that send `frames` with `faults`, generated lazily. */
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

/** Returns a function that counts frames and is true for the frame at `position`. */
function counter(position: Position): (frame: Frame) => boolean {
  let seen = 0;
  return (frame) => {
    if (frame.type === 'wait' || 'bytes' in position) return false;
    const counts = 'events' in position || frame.part === 'content';
    const target =
      'events' in position ? position.events : 'deltas' in position ? position.deltas : position.within;
    const reached = counts && seen === target;
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

/** Changes the index of a block. `"index"` is the first field after the type, so that content is not affected. */
function shifted(text: string, by: number): string {
  return text.replace(
    /^(data: \{"type":"content_block_\w+","index":)(\d+)/m,
    (_, before: string, index: string) => before + (Number(index) + by),
  );
}

/** Removes the second half of an event's data line. */
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
        errorEvent.message ?? 'The emulator fails here, as requested.',
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

/** One gzip member (RFC 1952), flushed after every event so that each is readable when it arrives. */
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
  end[0] = 3; // An empty final block.
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

/** Bytes that `together` holds back at most. */
const maxTogether = 1 << 20;

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
      if (heldBytes >= maxTogether) yield* release();
    } else {
      for (let start = 0; start < action.bytes.length; start += writes) {
        yield { type: 'bytes', bytes: action.bytes.subarray(start, start + writes) };
      }
    }
  }
  yield* release();
}
