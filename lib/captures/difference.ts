/** The first difference between what a client received and what it would receive today. Pure. */
import { bytesOf, type CapturedPiece } from './capture.ts';

export interface ClientSide {
  status?: number;
  headers: Readonly<Record<string, string>>;
  pieces: readonly CapturedPiece[];
}

export interface Difference {
  what: 'status' | 'header' | 'event';
  /** Number of the event, from 1; absent if the difference is not in one. */
  event?: number;
  /** The name of the header. */
  header?: string;
  /** The last events that are alike, before the different one. */
  before: readonly string[];
  /** Absent where that side has nothing more. */
  recorded?: string;
  today?: string;
}

/** How many events precede the different one. */
const context = 2;

/** Headers that say when and by what version an answer was made. */
const unlike = new Set(['date', 'content-length']);

/**
 * Undefined if both are alike, byte for byte. `partial` says that the recorded side is not whole, so that only its beginning
 * counts. Heartbeats are passed over: when a real timer fires depends on what else the machine did.
 */
export function firstDifference(
  recorded: ClientSide,
  today: ClientSide,
  partial = false,
): Difference | undefined {
  const same = { before: [] };
  if (recorded.status !== today.status) {
    return { ...same, what: 'status', ...sides(recorded.status?.toString(), today.status?.toString()) };
  }
  for (const name of new Set([...Object.keys(recorded.headers), ...Object.keys(today.headers)])) {
    const [then, now] = [recorded.headers[name], today.headers[name]];
    if (then !== now && !unlike.has(name))
      return { ...same, what: 'header', header: name, ...sides(then, now) };
  }
  const [then, now] = [eventsOf(recorded), eventsOf(today)];
  const length = partial ? then.length : Math.max(then.length, now.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [then[at], now[at]];
    if (a === b) continue;
    const before = then.slice(Math.max(0, at - context), at);
    return { what: 'event', event: at + 1, before, ...sides(a, b) };
  }
  return undefined;
}

function sides(
  recorded: string | undefined,
  today: string | undefined,
): Pick<Difference, 'recorded' | 'today'> {
  return { ...(recorded !== undefined && { recorded }), ...(today !== undefined && { today }) };
}

/** The events of a stream without heartbeats, or the one text of a whole answer. */
export function eventsOf({ pieces }: ClientSide): string[] {
  const text = Buffer.concat(pieces.map(bytesOf)).toString('utf8');
  return text.split('\n\n').filter((event) => event !== '' && !event.startsWith('event: ping\n'));
}
