/** What the scripted upstream answers until a request changes it. */
export interface Answer {
  /** Content events of each response. */
  events: number;
  /** Content events per write. */
  perWrite: number;
  /** Milliseconds between the writes of one response. 0: as fast as the socket takes them. */
  intervalMs: number;
  /** `text`: a few words per event. `line`: one event. `reads`: the bytes of the events in single writes. `held`: a second tool call that grows while the first is open. */
  shape: 'text' | 'line' | 'reads' | 'held';
  /** Bytes of the text of each event, where the shape has no text of its own. */
  bytes: number;
}

export const oneEvent: Answer = { events: 1, perWrite: 1, intervalMs: 0, shape: 'text', bytes: 24 };

/**
 * Stands once in each content event, before the time at which the event was written. Readers count events by it, because
 * it passes every translation unchanged and occurs nowhere else.
 */
export const mark = '~';
/** Digits of a time in microseconds. */
export const stampDigits = 16;

/** Microseconds of a clock that all processes of a machine share. */
export function stamp(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
