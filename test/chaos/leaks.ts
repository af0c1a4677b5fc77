/** What only a whole run can tell: whether it has left more behind, or asked more in vain, than a run of its kind may. */
import type { ChaosReport } from './chaos.ts';

/** Bytes by which memory may differ between the beginning of a run and its end. */
const heapSlack = 8 * 2 ** 20;

/** The share of the clients that left whose leaving a busy machine may have heard too late. */
const lateShare = 0.01;

/** In words. The first look is warm-up. */
export function excesses({ looks, before, after, late, sorts }: ChaosReport, concurrent: number): string[] {
  const wrong: string[] = [];
  const warm = looks.slice(1);
  const third = Math.max(1, Math.floor(warm.length / 3));
  const heap = (some: typeof warm) => Math.max(...some.map((look) => look.heap));
  if (warm.length > 1 && heap(warm.slice(-third)) > heap(warm.slice(0, third)) + heapSlack)
    wrong.push(`memory grew: ${looks.map((look) => Math.round(look.heap / 2 ** 20)).join(', ')} MiB`);
  // Each client has a connection to the proxy, the proxy one to the upstream for each, and both ends are here; of those
  // that broke, the HTTP library may not have heard the last word yet.
  const most = 2 * 2 * concurrent;
  for (const { sockets, timers } of looks) {
    if (sockets > most) wrong.push(`${sockets} sockets, of at most ${most}`);
    if (timers > most) wrong.push(`${timers} timers, of at most ${most}`);
  }
  if (after.sockets > before.sockets)
    wrong.push(`${after.sockets - before.sockets} sockets were left behind`);
  if (after.timers > before.timers) wrong.push(`${after.timers - before.timers} timers were left behind`);
  if (late > 1 + lateShare * sorts.left)
    wrong.push(`somebody was asked for ${late} clients that had left, of ${sorts.left}`);
  return wrong;
}
