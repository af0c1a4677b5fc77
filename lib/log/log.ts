/** The log entries of occ: values, timings and names, but never a text of the conversation or a key. */

/** From the least important one. */
export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** One line of the log. `event` is a stable identifier; the other properties are its values. */
export interface LogEntry {
  level: Level;
  event: string;
  [key: string]: unknown;
}

/** Never throws, also if the entry cannot be written. */
export type Log = (entry: LogEntry) => void;

export const silent: Log = () => {};
