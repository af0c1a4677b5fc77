/** Captures of requests to models that answer well, badly, in pieces, late, or not. */
import assert from 'node:assert/strict';
import { toPiece, type Capture, type CapturedPiece } from '../../lib/captures/capture.ts';
import { replay } from '../../lib/captures/replay.ts';
import { toCapture } from '../../lib/captures/to-capture.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { randomFrom } from '../chaos/random.ts';
import { faultyUpstream } from '../chaos/upstream.ts';
import { hangMs, waitUntil } from '../support/limits.ts';
import { modelOf, proxyOver, requestBody, type ProxyUnderTest } from '../support/proxy.ts';

/** No model answers this prompt. */
const nobody = 'nobody answers';

/** As many captures; the last one of a request that no model answers. `body` adds to the body of each request. */
export async function captured(
  requests: number,
  seed: number,
  body: (number: number) => object = () => ({}),
): Promise<Capture[]> {
  const upstream = faultyUpstream(seed);
  const names = wireFormats.map((format) => `p-${format}`);
  await using world = await proxyOver({
    emulator: {
      script: (request) => (request.conversation.prompt === nobody ? refuse(500) : upstream.script(request)),
    },
    models: names.map((name, i) => modelOf(name, { provider: name, wire_format: wireFormats[i] ?? 'chat' })),
    timeouts: { headersMs: hangMs, firstEventMs: 1500, idleMs: 1500 },
    retry: { attempts: 1, baseMs: 5, maxMs: 20, maxAttemptsTotal: 6 },
    heartbeatMs: 300,
    change: (settings) => {
      const { emulator } = settings.providers;
      const providers = Object.fromEntries(names.map((name) => [name, { ...emulator, name }]));
      return { ...settings, providers, circuitBreaker: { failures: 3, resetMs: 100 } } as Settings;
    },
  });
  const found: Capture[] = [];
  for (let i = 0; i < requests; i++) {
    const random = randomFrom(seed, 'client', i);
    const leaves = random.happens(0.1) && i < requests - 1 ? new AbortController() : undefined;
    const content = i === requests - 1 ? nobody : `request ${i}`;
    const sent = requestBody({
      stream: random.happens(0.8),
      messages: [{ role: 'user', content }],
      ...body(i),
    });
    found.push(await captureOf(world, sent, leaves));
  }
  return found;
}

/** Sends a request and captures it. `leaves` is aborted while the request runs. */
export async function captureOf(
  world: ProxyUnderTest,
  body: object,
  leaves?: AbortController,
): Promise<Capture> {
  const answer = world.post(body, leaves && { signal: leaves.signal }).then((response) => response.text());
  if (leaves) {
    await waitUntil(() => world.proxy.recordings.list().some((one) => !one.ended), 'a request');
    leaves.abort();
  }
  await answer.catch(() => undefined);
  await waitUntil(() => world.proxy.recordings.list().every((one) => one.ended), 'the end of the request');
  const [recording] = world.proxy.recordings.list();
  const capture = recording && toCapture(recording);
  assert(capture);
  return JSON.parse(JSON.stringify(capture)) as Capture;
}

/** A copy of the capture in which its only model, in this format, has answered with these bytes, in pieces of this size. */
export function answeredWith(
  capture: Capture,
  {
    status = 200,
    bytes,
    quirks = {},
    size = 400,
  }: { status?: number; bytes: Uint8Array; quirks?: object; size?: number },
): Capture {
  const { attempts, plan } = capture;
  const [attempt, candidate] = [attempts[0], plan.candidates[0]];
  assert(attempt && candidate);
  const { route } = candidate;
  const pieces: CapturedPiece[] = [];
  for (let at = 0; at < bytes.length; at += size)
    pieces.push(toPiece((attempt.headersMs ?? 0) + at / size, bytes.subarray(at, at + size)));
  const ended = { ended: 'complete' as const, endedMs: (attempt.headersMs ?? 0) + bytes.length };
  return {
    ...capture,
    plan: {
      ...plan,
      candidates: [{ ...candidate, route: { ...route, quirks: { ...route.quirks, ...quirks } } }],
    },
    attempts: [{ ...attempt, status, pieces, ...ended }],
  };
}

/** The capture with what the client receives of it today. */
export async function withReply(capture: Capture): Promise<Capture> {
  const { status, headers, pieces, record } = await replay(capture);
  return { ...capture, record, reply: { ...(status !== undefined && { status }), headers, pieces } };
}
