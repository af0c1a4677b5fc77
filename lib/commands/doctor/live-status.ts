/** What a run is doing, for the last line of a terminal: `12 of 20 done; eof, two-minute 42 of 126 s`. */
import type { Instance } from '../../doctor/select.ts';

/** The names that fit into the line. */
const maxNames = 3;

export interface LiveStatus {
  onStart(index: number): void;
  onFound(index: number): void;
  text(): string;
}

/** `now` returns milliseconds, and `streamSeconds` is the duration of the two-minute stream without a network. */
export function openStatus(
  instances: readonly Instance[],
  now: () => number,
  streamSeconds: number,
): LiveStatus {
  const since = new Map<number, number>();
  let done = 0;

  /** The check, and the seconds of one that takes minutes. */
  function describe(index: number, startedMs: number): string {
    const check = instances[index]?.check;
    if (check === undefined || !check.long) return check?.code ?? '';
    const seconds = Math.floor((now() - startedMs) / 1000);
    // The answer of a real model ends when it ends.
    return `${check.code} ${seconds}${check.kind === 'offline' ? ` of ${streamSeconds}` : ''} s`;
  }

  return {
    onStart: (index) => void since.set(index, now()),
    onFound(index) {
      since.delete(index);
      done++;
    },
    text() {
      const isLong = (index: number): boolean => instances[index]?.check.long === true;
      // The long ones last, so that the seconds stay in view when nothing else runs.
      const running = [...since].sort(([a], [b]) => Number(isLong(a)) - Number(isLong(b)));
      const names = [...new Set(running.map(([index, startedMs]) => describe(index, startedMs)))];
      const shown = names.length > maxNames ? [...names.slice(0, maxNames - 1), '…', names.at(-1)] : names;
      const what = shown.join(', ').replace(', …, ', ' … ');
      return `${done} of ${instances.length} done${what === '' ? '' : `; ${what}`}`;
    },
  };
}
