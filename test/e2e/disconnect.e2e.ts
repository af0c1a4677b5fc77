/**
 * Client disconnects in large numbers (L13): in every phase the upstream request is aborted within 100 ms and before the
 * client's next request arrives, and ten thousand disconnects leak no sockets, timers, listeners or memory. The proxy, the
 * emulator and the clients run in this process. OCC_CANCELLED sets the number of disconnects.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { filler, say } from '../../lib/emulator/script.ts';
import { hangMs } from '../support/limits.ts';
import { proxyOver, requestBody, token, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const script = [say(['first', ' second'])];
/** What the upstream does, and what the client waits for before it disconnects; by default that the request has arrived. */
const phases: Record<string, { answer: Answer; waitsFor?: 'headers' | 'data' }> = {
  'before the headers': { answer: failing(script, { headersAfterMs: 60_000 }) },
  'before the first event': { answer: failing(script, { firstEventAfterMs: 60_000 }) },
  'before content': { answer: failing(script, { breaks: { at: { deltas: 0 }, how: 'silence' } }) },
  'in mid-stream': {
    answer: failing(script, { breaks: { at: { deltas: 1 }, how: 'silence' } }),
    waitsFor: 'data',
  },
  'during an error response': {
    answer: failing(refuse(503), { breaks: { at: { bytes: 4 }, how: 'silence' } }),
  },
  'while the client does not read': {
    answer: { script: [say(filler(20_000_000, 4096))] },
    waitsFor: 'headers',
  },
  'during a retry delay': { answer: refuse(503) },
};

interface TestBed {
  over: ProxyUnderTest;
  /** Resolves when the upstream receives the request with this tag. */
  arrival: (tag: string) => Promise<ReceivedRequest>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A proxy whose upstream answers each request according to the phase in its tag. */
async function openTestBed(): Promise<TestBed> {
  const waiting = new Map<string, (received: ReceivedRequest) => void>();
  const over = await proxyOver({
    emulator: {
      keep: 1,
      script: (received) => {
        const [, tag = '', phase = ''] = /tag <(.*?):(.*?)>/.exec(JSON.stringify(received.body)) ?? [];
        waiting.get(tag)?.(received);
        waiting.delete(tag);
        return phases[phase]?.answer ?? refuse(500);
      },
    },
    retry: { attempts: 1, baseMs: 60_000, maxMs: 60_000 },
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1_000_000, resetMs: 1000 } }),
  });
  return {
    over,
    arrival: (tag) => new Promise((resolve) => waiting.set(tag, resolve)),
    [Symbol.asyncDispose]: () => over[Symbol.asyncDispose](),
  };
}

const agent = new Agent({ keepAlive: false });

function send(over: ProxyUnderTest, tag: string, phase: string, stream: boolean): ClientRequest {
  const outgoing = request({
    agent,
    host: '127.0.0.1',
    port: over.proxy.port,
    path: '/v1/messages',
    method: 'POST',
    headers: { 'x-api-key': token, 'x-claude-code-session-id': tag },
  });
  outgoing.on('error', () => {});
  const content = `tag <${tag}:${phase}>`;
  outgoing.end(JSON.stringify(requestBody({ stream, messages: [{ role: 'user', content }] })));
  return outgoing;
}

/** Sends a request and disconnects. Resolves to the milliseconds until the upstream noticed, unless its answer had ended. */
async function disconnect(
  { over, arrival }: TestBed,
  tag: string,
  phase: string,
  stream: boolean,
): Promise<number | undefined> {
  const { waitsFor } = phases[phase] ?? {};
  const arrived = arrival(tag);
  const client = send(over, tag, phase, stream);
  if (waitsFor !== undefined && stream) {
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    answer.on('error', () => {});
    if (waitsFor === 'data') await once(answer, 'data');
  }
  const received = await arrived;
  const disconnectedAt = performance.now();
  client.destroy();
  const { how } = await received.ended;
  return how === 'aborted' ? performance.now() - disconnectedAt : undefined;
}

test('the upstream request is aborted within 100 ms of the disconnect, in every phase', async (t) => {
  await using bed = await openTestBed();
  for (const phase of Object.keys(phases)) {
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      const ms = await disconnect(bed, `${phase} ${i}`, phase, true);
      if (ms !== undefined) delays.push(ms);
    }
    const sorted = delays.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    t.diagnostic(`${phase}: median ${median?.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms`);
    assert.equal(delays.length, phase === 'during a retry delay' ? 0 : 20);
    assert((median ?? 0) < 100, phase);
  }
  await waitUntil(() => bed.over.proxy.stats().live === 0, 'every answer to close');
  assert.equal(await bed.over.proxy.close(1000), 0, 'no retry is pending');
});

test('when a client retries, as Claude Code does after half a second, its first request has been aborted', async () => {
  await using bed = await openTestBed();
  for (let i = 0; i < 10; i++) {
    const first = bed.arrival(`first ${i}`);
    const client = send(bed.over, `first ${i}`, 'before content', true);
    const received = await first;
    client.destroy();
    await sleep(100);
    const second = bed.arrival(`second ${i}`);
    const again = send(bed.over, `second ${i}`, 'before content', true);
    await second;
    assert.equal(received.ending?.how, 'aborted');
    again.destroy();
  }
});

interface Usage {
  sockets: number;
  timers: number;
  heap: number;
}

async function measure(): Promise<Usage> {
  for (let i = 0; i < 3; i++) {
    collect();
    await sleep(20);
  }
  const resources = process.getActiveResourcesInfo();
  return {
    sockets: resources.filter((kind) => kind === 'TCPSocketWrap').length,
    timers: resources.filter((kind) => kind === 'Timeout').length,
    heap: process.memoryUsage().heapUsed,
  };
}

test('ten thousand disconnects, in every phase, leak nothing', { timeout: 10 * hangMs }, async (t) => {
  const total = Number(process.env['OCC_CANCELLED'] ?? 10_000);
  const atOnce = 25;
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  await using bed = await openTestBed();
  const { over } = bed;
  // A client that does not read costs megabytes each time, and is tested above.
  const names = Object.keys(phases).filter((phase) => phase !== 'while the client does not read');

  async function disconnectAll(from: number, count: number): Promise<Usage> {
    for (let i = from; i < from + count; i += atOnce) {
      await Promise.all(
        Array.from({ length: atOnce }, (_, j) => {
          const phase = names[(i + j) % names.length] ?? '';
          return disconnect(bed, String(i + j), phase, (i + j) % 3 !== 0 || phase === 'in mid-stream');
        }),
      );
      over.log.length = 0;
    }
    await waitUntil(() => over.proxy.stats().live === 0, 'every answer to close');
    const size = await measure();
    t.diagnostic(
      `after ${from + count}: ${size.sockets} sockets, ${size.timers} timers, ${(size.heap / 1e6).toFixed(1)} MB`,
    );
    return size;
  }

  const fifth = Math.max(atOnce, Math.floor(total / 5 / atOnce) * atOnce);
  const warm = await disconnectAll(0, fifth);
  let last = warm;
  for (let i = 1; i < 5; i++) last = await disconnectAll(i * fifth, fifth);
  // undici may keep one open connection for each request that ran at the same time.
  assert(last.sockets <= warm.sockets + atOnce, JSON.stringify([warm, last]));
  assert(last.timers <= warm.timers + atOnce, JSON.stringify([warm, last]));
  assert(last.heap < warm.heap + 5_000_000, JSON.stringify([warm, last]));
  assert.equal(over.proxy.stats().failures, 0);
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});
