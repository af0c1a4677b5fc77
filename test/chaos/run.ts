/** `npm run chaos [requests] [seed]`: 20,000 requests, 200 at once. Exits with 1 on any violation. */
import { chaos, type Sample } from './chaos.ts';
import { leaksIn } from './leaks.ts';

const [requests = '20000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const began = performance.now();
console.log(`chaos: ${requests} requests, 200 at once, seed ${seed}`);
const report = await chaos({
  requests: Number(requests),
  concurrent: 200,
  seed: Number(seed),
  sampleEvery: 1000,
  onSample: (done, { heap, sockets, timers }: Sample) =>
    console.log(
      `${String(done).padStart(6)} requests: ${(heap / 2 ** 20).toFixed(1)} MiB, ${sockets} sockets, ${timers} timers`,
    ),
});
const { violations, processWarnings, internalErrors } = report;
console.log(report.results, {
  late: report.late,
  attempts: report.attempts,
  fallbacks: report.fallbacks,
  reloads: report.reloads,
});
const problems = [...violations, ...processWarnings, ...internalErrors, ...leaksIn(report, 200)];
for (const problem of problems.slice(0, 60)) console.error(problem);
console.log(`${problems.length} violations, ${Math.round((performance.now() - began) / 1000)} s`);
process.exitCode = problems.length > 0 ? 1 : 0;
