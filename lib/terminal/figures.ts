/** Formats counts, token numbers, durations and times for display. */

/** `1 request`, `2 requests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `999`, `1.2k`, `34.5k`, `1.2M`. */
export function amount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

/** US dollars: `$0`, `$0.0042`, `$12.30`. */
export function dollars(value: number): string {
  if (value === 0) return '$0';
  return `$${value < 0.1 ? value.toFixed(4) : value.toFixed(2)}`;
}

/** Seconds as `42 s`, `3 min`, `2 h 5 min` or `4 d 1 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Local time: `14:05`, or `11/30 02:00` on another day; "" if `iso` is not a valid time. */
export function moment(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return '';
  const pad = (number: number): string => String(number).padStart(2, '0');
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  const today = time.toDateString() === now.toDateString();
  return today ? clock : `${time.getMonth() + 1}/${time.getDate()} ${clock}`;
}

/** The start of a request's id. It is enough for `occ why` and `occ logs`. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** Milliseconds as `230 ms`, `1.8 s`, `42 s` or what `duration` says. */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(Math.round(ms / 1000));
}

/** Local time of day: `14:05:12`; with the date if it is another day. */
export function momentInSeconds(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const clock = moment(iso, now);
  return clock === '' ? '' : `${clock}:${String(time.getSeconds()).padStart(2, '0')}`;
}
