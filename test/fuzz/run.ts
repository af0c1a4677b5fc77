/**
 * `npm run fuzz`: damaged streams into every decoder, damaged requests into every encoder, then memory and time. Ends with
 * 1 when something broke, and leaves the shrunk input in `fuzz-failures/`, ready to become a transcript.
 *
 * `FUZZ_RUNS` inputs per codec (100,000), `FUZZ_SEED` to repeat a run, `FUZZ_ONLY=chat,gemini` for some of the formats.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { fuzzed, checkFuzzed } from '../support/fuzzed.ts';
import { fuzzedRequest, isEncoded } from '../support/fuzzed-requests.ts';
import { formats } from '../support/turns.ts';
import { heapNow, heapGrows } from './memory.ts';
import { timeOf, timeGrows } from './time.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 100_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now()) % 1_000_000_000;
const only = process.env['FUZZ_ONLY']?.split(',');
/** Looks at the heap, and so parts of the run; each has a seed of its own that follows from the whole one's. */
const parts = 10;
const trouble: string[] = [];

console.log(`fuzz: ${numRuns} inputs per codec, FUZZ_SEED=${seed}`);

/** Every part of the run; stops at the first input that breaks a law. */
function fuzz<T>(what: string, inputs: fc.Arbitrary<T>, judge: (input: T) => void, runs: number): void {
  const began = performance.now();
  const heaps: number[] = [];
  let damaged = 0;
  for (let part = 0; part < parts; part++) {
    const details = fc.check(
      fc.property(inputs, (input) => {
        if ((input as { damaged?: number }).damaged !== 0) damaged++;
        judge(input);
      }),
      { numRuns: Math.ceil(runs / parts), seed: seed + part },
    );
    if (details.failed) {
      const file = keep(what, details.counterexample?.[0]);
      const reason = String(details.errorInstance).slice(0, 2000);
      trouble.push(
        `${what}: ${reason}\n  seed ${seed + part}, path ${details.counterexamplePath}, input in ${file}`,
      );
      break;
    }
    heaps.push(heapNow());
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const heap = heaps.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ');
  console.log(`${what}: ${damaged} of ${runs} damaged, ${seconds} s, heap ${heap} MiB`);
  const grown = heapGrows(heaps);
  if (grown) trouble.push(`${what}: ${grown}`);
}

function keep(what: string, input: unknown): string {
  mkdirSync('fuzz-failures', { recursive: true });
  const file = `fuzz-failures/${what.replaceAll(' ', '-')}-${seed}`;
  const { bytes, ...rest } = input as { bytes?: Uint8Array };
  if (bytes) writeFileSync(`${file}.body`, bytes);
  writeFileSync(`${file}.json`, JSON.stringify(rest, undefined, 2));
  return bytes ? `${file}.body` : `${file}.json`;
}

const chosen = formats.filter((format) => only?.includes(format) ?? true);
for (const format of chosen)
  fuzz(`${format} decoder`, fuzzed(format), (input) => checkFuzzed(format, input), numRuns);
for (const format of chosen)
  fuzz(`${format} encoder`, fuzzedRequest, (input) => isEncoded(format, input), Math.ceil(numRuns / 10));
for (const format of chosen) {
  const times = timeOf(format);
  for (const { what, ratio } of times)
    console.log(`${format}, ${what}: 8 times as much in ${ratio.toFixed(1)} times the time`);
  trouble.push(...timeGrows(format, times));
}

for (const words of trouble) console.error(words);
console.log(`${trouble.length} broken`);
process.exitCode = trouble.length > 0 ? 1 : 0;
