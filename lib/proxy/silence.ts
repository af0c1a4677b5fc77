/** Reports an attempt whose upstream sends nothing, every 20 seconds until it sends something or the attempt ends. */
import type { Clock } from './clock.ts';
import type { Deadlines } from './deadlines.ts';
import type { TimeLimit } from './policy/failures.ts';

/** Milliseconds before the first report, and between two. Most models begin to answer sooner. */
export const silenceMs = 20_000;

/** A time limit by its name in the configuration, in milliseconds. */
export interface NamedLimit {
  setting: TimeLimit;
  ms: number;
}

/** Takes the reports of one attempt. Must not throw. */
export interface SilenceObserver {
  /** Nothing has come for `ms` milliseconds since the attempt began; `limit` would end the wait. */
  silent(ms: number, limit: NamedLimit): void;
  /** After `silent`: the upstream has begun to answer, or the attempt has ended. */
  over(): void;
}

/** What is known of an attempt. */
export interface Observed {
  clock: Clock;
  /** The limit of the whole attempt, which may be the shortest. */
  total?: { ms: number; from: TimeLimit } | undefined;
  /** Without it nothing is reported. */
  silence?: SilenceObserver | undefined;
}

const settings = { headers: 'timeout_ms', first_event: 'first_event_timeout_ms' } as const;

/** The same time limits, which also report the silence before the first event. */
export function reportingSilence(limits: Deadlines, { clock, total, silence }: Observed): Deadlines {
  if (silence === undefined) return limits;
  const observer = silence;
  let ms = 0;
  let limit: NamedLimit | undefined;
  let isSilent = true;
  let cancel = clock.after(silenceMs, report);

  function report(): void {
    if (limits.ended() !== undefined || limit === undefined) return;
    ms += silenceMs;
    const isTotal = total !== undefined && total.ms < limit.ms;
    observer.silent(ms, isTotal ? { setting: total.from, ms: total.ms } : limit);
    cancel = clock.after(silenceMs, report);
  }

  function endSilence(): void {
    if (!isSilent) return;
    isSilent = false;
    cancel();
    if (ms > 0) observer.over();
  }

  return {
    ...limits,
    arm(name, limitMs) {
      limits.arm(name, limitMs);
      if (name === 'idle') endSilence();
      else limit = { setting: settings[name], ms: limitMs };
    },
    disarm() {
      limits.disarm();
      endSilence();
    },
    end(why) {
      limits.end(why);
      endSilence();
    },
  };
}
