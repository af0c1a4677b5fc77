/** What is written about requests: values, timings and names, never a text of the conversation and never a key. */

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One line of the log. `event` is a stable word; the rest are values. */
export interface LogEntry {
  level: Level;
  event: string;
  [key: string]: unknown;
}

/** Takes an entry and never throws, whatever happens to the disk. */
export type Log = (entry: LogEntry) => void;

export const silent: Log = () => {};
