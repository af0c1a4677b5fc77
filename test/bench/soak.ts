/** An hour, or less, of mixed load: whether heap, open files and event-loop delay stay as they were. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, capturedBodies } from './bodies.ts';
import { probeArguments } from './child.ts';
import { oneEvent } from './processes/answer.ts';
import { stream } from './streaming.ts';
import { residentBytes } from './usage.ts';
import type { Contender, World } from './world.ts';

/** What is looked at between two rounds of load, when nothing is under way. */
export interface Sample {
  minutes: number;
  heapMb: number;
  residentMb: number;
  /** Open files and sockets; NaN where the system does not list them. */
  files: number;
  delayP50Ms: number;
  delayP99Ms: number;
}

/** Milliseconds after a round, so that closed connections are forgotten. */
const quietMs = 1500;

/** Runs the load for so many minutes and calls back with each sample. */
export async function soak(
  world: World,
  minutes: number,
  sampled: (sample: Sample) => void,
): Promise<Sample[]> {
  const name = world.subjects[0]?.name ?? '';
  const contender = await world.contender(name, probeArguments());
  const { pid, inside } = contender;
  if (!inside) throw new Error('the proxy runs without its probe');
  const from = performance.now();
  const samples: Sample[] = [];
  try {
    for (let minute = 0; minute < minutes; minute = (performance.now() - from) / 60_000) {
      await mixedLoad(world, contender);
      await sleep(quietMs);
      const { heap, delayMs } = await inside();
      const sample: Sample = {
        minutes: (performance.now() - from) / 60_000,
        heapMb: heap / 1e6,
        residentMb: residentBytes(pid) / 1e6,
        files: openFiles(pid),
        delayP50Ms: delayMs.p50,
        delayP99Ms: delayMs.p99,
      };
      samples.push(sample);
      sampled(sample);
    }
  } finally {
    await world.stopContender(name);
  }
  return samples;
}

/** Some ten seconds: paced streams in both formats, requests of all shapes, a flood, and clients that leave. */
async function mixedLoad(world: World, contender: Contender): Promise<void> {
  const { load } = world;
  const paced = { events: 150, perWrite: 1, intervalMs: 20, shape: 'text', bytes: 40 } as const;
  for (const format of ['chat', 'messages'] as const) {
    await stream(world, contender, { streams: 40, answer: paced, format });
    await world.answerWith(oneEvent);
    const model = contender.model(format);
    const bodies = [...capturedBodies(model), bodyOf(1000, model), bodyOf(1_000_000, model)];
    await load.ask({ kind: 'sequence', to: contender.to(format), bodies, times: 1 });
    await stream(world, contender, {
      streams: 4,
      answer: { ...oneEvent, events: 5000, perWrite: 20 },
      format,
    });
    await world.answerWith({ ...oneEvent, events: 1e9, perWrite: 20 });
    for (let i = 0; i < 5; i++) {
      await load.ask({ kind: 'stall', to: { ...contender.to(format), body: bodyOf(1000, model) } });
    }
    await sleep(300);
    await load.ask({ kind: 'leave' });
  }
}

function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return NaN;
  }
}
