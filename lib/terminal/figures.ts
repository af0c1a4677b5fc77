/** Numbers as people read them. */

/** `1 request`, `2 requests`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** 999, 1.2k, 34.5k, 1.2M. */
export function amount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_950) return `${(tokens / 1000).toFixed(1)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

/** Seconds as `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`: the two greatest units that matter. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A time of this machine's zone: `14:05`, `11/30 02:00` where it is another day, "" for what is no time. */
export function moment(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return '';
  const pad = (number: number): string => String(number).padStart(2, '0');
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  const today = time.toDateString() === now.toDateString();
  return today ? clock : `${time.getMonth() + 1}/${time.getDate()} ${clock}`;
}
