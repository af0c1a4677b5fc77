/** Streams at once through a contender, and what they cost it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { shortBodies } from './bodies.ts';
import type { Effort } from './part.ts';
import { oneEvent, type Answer } from './processes/answer.ts';
import type { Format } from './processes/formats.ts';
import type { Streams } from './processes/load.ts';
import { residentBytes } from './usage.ts';
import type { Contender, World } from './world.ts';

export interface Load {
  streams: number;
  answer: Answer;
  /** The format of the upstream, and that of the client. */
  format?: Format;
  client?: Format;
  /** Milliseconds after the start during which nothing is counted, when connections are opened and requests read. */
  skipMs?: number;
  /** Milliseconds that are counted; until the end of the streams unless given. */
  countMs?: number;
}

/** An answer as fast as it goes, 20 events per write. */
export function floodOf(events: number): Answer {
  return { events, perWrite: 20, intervalMs: 0, shape: 'text', bytes: 24 };
}

export interface Cost extends Streams {
  /** Milliseconds of CPU in the counted time, and the content events that arrived in it. */
  cpuMs: number;
  counted: number;
  /** Resident bytes before the streams, and in the middle of the counted time. */
  before: number;
  during: number;
  /** Bytes of heap and buffers in use by each stream; NaN where the contender does not tell. */
  heapPerStream: number;
  seconds: number;
}

/** Rejects when a stream does not end as it should. */
export async function stream(world: World, contender: Contender, load: Load): Promise<Cost> {
  const { streams, answer, format = 'chat', client = 'messages', skipMs = 0, countMs } = load;
  const { pid } = contender;
  await world.answerWith(answer);
  const heapBefore = (await contender.inside?.())?.heap;
  const before = residentBytes(pid);
  const progress = (late: boolean) => world.load.ask<number>({ kind: 'progress', late });
  const from = { cpu: await contender.cpuMs(), events: 0, at: performance.now() };
  const body = shortBodies[client](contender.model(format));
  const to = { ...contender.to(format, client), body };
  await world.load.ask({ kind: 'streams', to, streams });
  const ended = world.load.ask<Streams>({ kind: 'ended' });
  ended.catch(() => {});
  let during = residentBytes(pid);
  let heapDuring: number | undefined;
  let until: { cpu: number; events: number } | undefined;
  if (countMs !== undefined) {
    await sleep(skipMs);
    Object.assign(from, { cpu: await contender.cpuMs(), events: await progress(true) });
    await sleep(countMs / 2);
    during = residentBytes(pid);
    await sleep(countMs / 2);
    until = { cpu: await contender.cpuMs(), events: await progress(false) };
    heapDuring = (await contender.inside?.())?.heap;
  }
  const result = await ended;
  if (result.complete !== streams) {
    throw new Error(
      `${contender.name}: ${streams - result.complete} of ${streams} streams failed: ${result.failures.join('; ')}`,
    );
  }
  until ??= { cpu: await contender.cpuMs(), events: result.events };
  return {
    ...result,
    cpuMs: until.cpu - from.cpu,
    counted: until.events - from.events,
    before,
    during,
    heapPerStream: ((heapDuring ?? NaN) - (heapBefore ?? NaN)) / streams,
    seconds: (performance.now() - from.at) / 1000,
  };
}

/** Events a second of each of the paced streams, and how many streams. */
const perSecond = 100;
const pacedStreams = 50;
/** Seconds that are counted, after one in which the streams begin. */
const countedSeconds: Record<Effort, number> = { full: 4, short: 2.5 };

/** Events as models send them, one by one: microseconds of CPU for each, and how late they arrive. */
export async function eventsOneByOne(
  world: World,
  contender: Contender,
  effort: Effort,
  { format = 'chat', client }: Pick<Load, 'format' | 'client'> = {},
): Promise<{ cpu: number; p50: number; p99: number }> {
  const seconds = countedSeconds[effort];
  const events = (seconds + 1.5) * perSecond;
  const cost = await stream(world, contender, {
    streams: pacedStreams,
    format,
    ...(client && { client }),
    answer: { ...oneEvent, events, intervalMs: 1000 / perSecond },
    skipMs: 1000,
    countMs: seconds * 1000,
  });
  return { cpu: (cost.cpuMs * 1000) / cost.counted, ...cost.lateMs };
}
