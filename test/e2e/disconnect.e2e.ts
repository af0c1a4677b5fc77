/**
 * Clients that leave, by the thousand and by the clock (laws L13): the upstream hears within 100 ms in every phase, an
 * old request is dead before the client's next one arrives, and ten thousand leave sockets, timers, listeners and heap as
 * they were. The proxy, the emulator and the clients are this one process; OCC_CANCELLED changes the number.
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
import { proxyOver, requestBody, token, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const words = [say(['first', ' second'])];
/** What the upstream does, and what the client has seen when it leaves; undefined leaves as soon as the upstream was asked. */
const phases: Record<string, { answer: Answer; sees?: 'headers' | 'data' }> = {
  'before the headers': { answer: failing(words, { headersAfterMs: 60_000 }) },
  'before the first event': { answer: failing(words, { firstEventAfterMs: 60_000 }) },
  'before content': { answer: failing(words, { breaks: { at: { deltas: 0 }, how: 'silence' } }) },
  'in mid-stream': {
    answer: failing(words, { breaks: { at: { deltas: 1 }, how: 'silence' } }),
    sees: 'data',
  },
  'while a refusal is read': {
    answer: failing(refuse(503), { breaks: { at: { bytes: 4 }, how: 'silence' } }),
  },
  'while it does not read': { answer: { script: [say(filler(20_000_000, 4096))] }, sees: 'headers' },
  'while a retry is waited for': { answer: refuse(503) },
};

interface Watched {
  over: ProxyUnderTest;
  /** Resolves with the upstream's side of the request with this tag. */
  arrival: (tag: string) => Promise<ReceivedRequest>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A proxy whose upstream answers each request as the phase in its tag says. */
async function watched(): Promise<Watched> {
  const waiting = new Map<string, (asked: ReceivedRequest) => void>();
  const over = await proxyOver({
    emulator: {
      keep: 1,
      script: (asked) => {
        const [, tag = '', phase = ''] = /tag <(.*?):(.*?)>/.exec(JSON.stringify(asked.body)) ?? [];
        waiting.get(tag)?.(asked);
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

function ask(over: ProxyUnderTest, tag: string, phase: string, stream: boolean): ClientRequest {
  const asked = request({
    agent,
    host: '127.0.0.1',
    port: over.proxy.port,
    path: '/v1/messages',
    method: 'POST',
    headers: { 'x-api-key': token, 'x-claude-code-session-id': tag },
  });
  asked.on('error', () => {});
  const content = `tag <${tag}:${phase}>`;
  asked.end(JSON.stringify(requestBody({ stream, messages: [{ role: 'user', content }] })));
  return asked;
}

/** One client that leaves; resolves to the milliseconds until the upstream heard of it, undefined where it had ended before. */
async function leave(
  { over, arrival }: Watched,
  tag: string,
  phase: string,
  stream: boolean,
): Promise<number | undefined> {
  const { sees } = phases[phase] ?? {};
  const arrived = arrival(tag);
  const client = ask(over, tag, phase, stream);
  if (sees !== undefined && stream) {
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    answer.on('error', () => {});
    if (sees === 'data') await once(answer, 'data');
  }
  const asked = await arrived;
  const left = performance.now();
  client.destroy();
  const { how } = await asked.ended;
  return how === 'aborted' ? performance.now() - left : undefined;
}

test('the upstream hears within 100 ms that the client has left, in every phase', async (t) => {
  await using watching = await watched();
  for (const phase of Object.keys(phases)) {
    const heard: number[] = [];
    for (let i = 0; i < 20; i++) {
      const ms = await leave(watching, `${phase} ${i}`, phase, true);
      if (ms !== undefined) heard.push(ms);
    }
    const sorted = heard.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    t.diagnostic(`${phase}: median ${median?.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms`);
    assert.equal(heard.length, phase === 'while a retry is waited for' ? 0 : 20);
    assert((median ?? 0) < 100, phase);
  }
  await waitUntil(() => watching.over.proxy.stats().live === 0, 'every answer to close');
  assert.equal(await watching.over.proxy.close(1000), 0, 'nobody waits for a retry any more');
});

test('a client that asks again, as Claude Code does after half a second, is not served twice at once', async () => {
  await using watching = await watched();
  for (let i = 0; i < 10; i++) {
    const first = watching.arrival(`first ${i}`);
    const client = ask(watching.over, `first ${i}`, 'before content', true);
    const asked = await first;
    client.destroy();
    await sleep(100);
    const second = watching.arrival(`second ${i}`);
    const again = ask(watching.over, `second ${i}`, 'before content', true);
    await second;
    assert.equal(asked.ending?.how, 'aborted');
    again.destroy();
  }
});

interface Size {
  sockets: number;
  timers: number;
  heap: number;
}

async function measure(): Promise<Size> {
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

test(
  'ten thousand clients that leave, in every phase, leave nothing behind',
  { timeout: 600_000 },
  async (t) => {
    const total = Number(process.env['OCC_CANCELLED'] ?? 10_000);
    const atOnce = 25;
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    await using watching = await watched();
    const { over } = watching;
    // What does not read costs megabytes each time, and has its own test above.
    const names = Object.keys(phases).filter((phase) => phase !== 'while it does not read');

    async function leaveAll(from: number, count: number): Promise<Size> {
      for (let i = from; i < from + count; i += atOnce) {
        await Promise.all(
          Array.from({ length: atOnce }, (_, j) => {
            const phase = names[(i + j) % names.length] ?? '';
            return leave(watching, String(i + j), phase, (i + j) % 3 !== 0 || phase === 'in mid-stream');
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
    const warm = await leaveAll(0, fifth);
    let last = warm;
    for (let i = 1; i < 5; i++) last = await leaveAll(i * fifth, fifth);
    // For each place that was cancelled the HTTP library may keep one connection ready, of those that ran at once.
    assert(last.sockets <= warm.sockets + atOnce, JSON.stringify([warm, last]));
    assert(last.timers <= warm.timers + atOnce, JSON.stringify([warm, last]));
    assert(last.heap < warm.heap + 5_000_000, JSON.stringify([warm, last]));
    assert.equal(over.proxy.stats().failures, 0);
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  },
);
