/** The clients, in a process of their own: sequential requests, or many streams at once. */
import type { Socket } from 'node:net';
import { quantile } from '../statistics.ts';
import { exchange, open, requestBytes } from './exchange.ts';
import { ready, reply } from './reply.ts';

export interface Asked {
  port: number;
  path: string;
  body: string;
  headers?: Record<string, string>;
}

export type LoadMessage =
  /** Requests one after the other on one connection, the bodies in turn. */
  | { kind: 'sequence'; to: Omit<Asked, 'body'>; bodies: string[]; times: number }
  /** Streams at once. Replied to as soon as all requests are sent. */
  | { kind: 'streams'; to: Asked; streams: number }
  /** Content events of the streams so far. `late`: whether lateness counts from now on; nothing changes without it. */
  | { kind: 'progress'; late?: boolean }
  /** Waits for the end of the streams. */
  | { kind: 'ended' }
  /** Requests whose responses are not read, until `leave`. */
  | { kind: 'stall'; to: Asked }
  | { kind: 'leave' };

export interface Sequence {
  firstMs: number[];
  wholeMs: number[];
  events: number;
  bytes: number;
}

export interface Streams {
  events: number;
  bytes: number;
  complete: number;
  failures: string[];
  /** Milliseconds from the upstream's write of an event to its arrival; the median and the 99th percentile. */
  lateMs: { p50: number; p99: number };
}

/** Connections that are opened at the same time. */
const atOnce = 50;

let running: { result: Promise<Streams>; events: () => number; counts: (late: boolean) => void } | undefined;
const stalled: Socket[] = [];

async function sequence({ port, path, headers }: Omit<Asked, 'body'>, bodies: string[], times: number) {
  const requests = bodies.map((body) => requestBytes(path, body, headers));
  const all: Sequence = { firstMs: [], wholeMs: [], events: 0, bytes: 0 };
  const socket = await open(port);
  try {
    for (let i = 0; i < times; i++) {
      for (const request of requests) {
        const { firstMs, wholeMs, events, bytes } = await exchange(socket, request);
        all.firstMs.push(firstMs);
        all.wholeMs.push(wholeMs);
        all.events += events;
        all.bytes += bytes;
      }
    }
  } finally {
    socket.destroy();
  }
  return all;
}

async function streams({ port, path, body, headers }: Asked, number: number): Promise<void> {
  const request = requestBytes(path, body, headers);
  const sockets: Socket[] = [];
  while (sockets.length < number) {
    const more = Math.min(atOnce, number - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => open(port)))));
  }
  let events = 0;
  let counting = true;
  const late: number[] = [];
  const all = sockets.map((socket) =>
    exchange(socket, request, (more, times) => {
      events += more;
      if (counting) late.push(...times);
    }),
  );
  running = {
    events: () => events,
    counts(now) {
      if (now) late.length = 0;
      counting = now;
    },
    result: collect(all, sockets, late),
  };
}

async function collect(
  all: readonly ReturnType<typeof exchange>[],
  sockets: readonly Socket[],
  late: number[],
): Promise<Streams> {
  const settled = await Promise.allSettled(all);
  for (const socket of sockets) socket.destroy();
  const done = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  const sum = (key: 'events' | 'bytes') => done.reduce((total, one) => total + one[key], 0);
  return {
    events: sum('events'),
    bytes: sum('bytes'),
    complete: done.length,
    failures: failures.slice(0, 3),
    lateMs: { p50: quantile(late, 0.5), p99: quantile(late, 0.99) },
  };
}

reply(async (message: LoadMessage) => {
  switch (message.kind) {
    case 'sequence':
      return sequence(message.to, message.bodies, message.times);
    case 'streams':
      return streams(message.to, message.streams);
    case 'progress':
      if (running && message.late !== undefined) running.counts(message.late);
      return running?.events() ?? 0;
    case 'ended':
      return running?.result;
    case 'stall': {
      const socket = await open(message.to.port);
      socket.on('error', () => {}).write(requestBytes(message.to.path, message.to.body));
      socket.pause();
      return stalled.push(socket);
    }
    case 'leave':
      return stalled.splice(0).forEach((socket) => socket.destroy());
  }
});
ready();
