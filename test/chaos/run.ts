/** `npm run chaos [requests] [seed]`: 20,000 requests, 200 at once; ends with 1 when a promise was broken. */
import { chaos, type Look } from './chaos.ts';
import { excesses } from './leaks.ts';

const [requests = '20000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const began = performance.now();
console.log(`chaos: ${requests} requests, 200 at once, seed ${seed}`);
const report = await chaos({
  requests: Number(requests),
  concurrent: 200,
  seed: Number(seed),
  lookEvery: 1000,
  onLook: (done, { heap, sockets, timers }: Look) =>
    console.log(
      `${String(done).padStart(6)} requests: ${(heap / 2 ** 20).toFixed(1)} MiB, ${sockets} sockets, ${timers} timers`,
    ),
});
const { wrong, complaints, faults } = report;
console.log(report.sorts, {
  late: report.late,
  attempts: report.attempts,
  fallbacks: report.fallbacks,
  reloads: report.reloads,
});
const trouble = [...wrong, ...complaints, ...faults, ...excesses(report, 200)];
for (const words of trouble.slice(0, 60)) console.error(words);
console.log(`${trouble.length} promises broken, ${Math.round((performance.now() - began) / 1000)} s`);
process.exitCode = trouble.length > 0 ? 1 : 0;
