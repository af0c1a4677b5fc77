/**
 * Time limits that stretch on a busy machine. The yardstick is this process's own start: the time it took over the CPU time
 * it used is 1 on a quiet machine, and 10 where ten processes want each core.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const cpu = process.cpuUsage();
const slowness = Math.max(1, (performance.now() * 1000) / (cpu.user + cpu.system));

/** `ms` on a quiet machine, accordingly more on a busy one. */
export function stretched(ms: number): number {
  return Math.ceil(ms * slowness);
}

/** Milliseconds after which a wait counts as hanging: a guard, which no test that passes ever comes near. */
export const hangMs = Math.min(stretched(60_000), 600_000);

/** Waits until `look` returns true; fails with `what` after `hangMs`. */
export async function waitUntil(
  look: () => boolean | Promise<boolean>,
  what: string | (() => string),
): Promise<void> {
  const end = performance.now() + hangMs;
  while (!(await look())) {
    if (performance.now() > end)
      assert.fail(`timed out waiting for ${typeof what === 'string' ? what : what()}`);
    await sleep(2);
  }
}
