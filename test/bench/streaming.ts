/** Streams at once through a contender, and what they cost it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf } from './bodies.ts';
import type { Answer } from './processes/answer.ts';
import type { Format } from './processes/formats.ts';
import type { Streams } from './processes/load.ts';
import { cpuMs, residentBytes } from './usage.ts';
import type { Contender, World } from './world.ts';

export interface Load {
  streams: number;
  answer: Answer;
  format?: Format;
  /** Milliseconds after the start during which nothing is counted, when connections are opened and requests read. */
  skipMs?: number;
  /** Milliseconds that are counted; until the end of the streams unless given. */
  countMs?: number;
}

export interface Cost extends Streams {
  /** Milliseconds of CPU in the counted time, and the content events that arrived in it. */
  cpuMs: number;
  counted: number;
  /** Resident bytes before the streams, and in the middle of the counted time. */
  before: number;
  during: number;
  seconds: number;
}

/** Rejects when a stream does not end as it should. */
export async function stream(world: World, contender: Contender, load: Load): Promise<Cost> {
  const { streams, answer, format = 'chat', skipMs = 0, countMs } = load;
  const { pid } = contender;
  await world.answerWith(answer);
  const before = residentBytes(pid);
  const progress = (forgets = false) => world.load.ask<number>({ kind: 'progress', forgets });
  const from = { cpu: cpuMs(pid), events: 0, at: performance.now() };
  const to = { ...contender.to(format), body: bodyOf(1000, contender.model(format)) };
  await world.load.ask({ kind: 'streams', to, streams });
  const ended = world.load.ask<Streams>({ kind: 'ended' });
  ended.catch(() => {});
  let during = residentBytes(pid);
  let until: { cpu: number; events: number } | undefined;
  if (countMs !== undefined) {
    await sleep(skipMs);
    Object.assign(from, { cpu: cpuMs(pid), events: await progress(true) });
    await sleep(countMs / 2);
    during = residentBytes(pid);
    await sleep(countMs / 2);
    until = { cpu: cpuMs(pid), events: await progress() };
  }
  const result = await ended;
  if (result.complete !== streams) {
    throw new Error(
      `${contender.name}: ${streams - result.complete} of ${streams} streams failed: ${result.failures.join('; ')}`,
    );
  }
  until ??= { cpu: cpuMs(pid), events: result.events };
  return {
    ...result,
    cpuMs: until.cpu - from.cpu,
    counted: until.events - from.events,
    before,
    during,
    seconds: (performance.now() - from.at) / 1000,
  };
}
