/** Finds leaks of a whole run: memory, sockets and timers, and attempts for clients that had disconnected. */
import type { ChaosReport } from './chaos.ts';

/** Bytes by which memory may differ between the beginning of a run and its end. */
const heapSlack = 8 * 2 ** 20;

/** The share of disconnects that the proxy may see too late on a busy machine. */
const lateShare = 0.01;

/** One message for each leak. The first sample is warm-up. */
export function leaksIn(
  { samples, before, after, late, results }: ChaosReport,
  concurrent: number,
): string[] {
  const leaks: string[] = [];
  const warm = samples.slice(1);
  const third = Math.max(1, Math.floor(warm.length / 3));
  const heap = (some: typeof warm) => Math.max(...some.map((sample) => sample.heap));
  if (warm.length > 1 && heap(warm.slice(-third)) > heap(warm.slice(0, third)) + heapSlack)
    leaks.push(`memory grew: ${samples.map((sample) => Math.round(sample.heap / 2 ** 20)).join(', ')} MiB`);
  // Each client has a connection to the proxy, and the proxy has one to the upstream for each client. Twice as many may
  // exist while undici has not yet closed those that failed.
  const most = 2 * 2 * concurrent;
  for (const { sockets, timers } of samples) {
    if (sockets > most) leaks.push(`${sockets} sockets, of at most ${most}`);
    if (timers > most) leaks.push(`${timers} timers, of at most ${most}`);
  }
  if (after.sockets > before.sockets) leaks.push(`${after.sockets - before.sockets} sockets were not closed`);
  if (after.timers > before.timers) leaks.push(`${after.timers - before.timers} timers were not cleared`);
  if (late > 1 + lateShare * results.disconnected)
    leaks.push(`attempts for ${late} of ${results.disconnected} clients after they had disconnected`);
  return leaks;
}
