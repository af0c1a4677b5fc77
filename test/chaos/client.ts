/** One client of the chaos: it asks, and reads to the end, or slowly, or leaves at some moment. */
import { request as ask, type Agent, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './random.ts';

export interface Manner {
  stream: boolean;
  /** Milliseconds after which it leaves, whatever has come by then. */
  leavesAfterMs?: number;
  /** Milliseconds it rests after each read. */
  restsMs?: number;
}

export interface Got {
  manner: Manner;
  /** Undefined where the client left before there was one. */
  status?: number;
  model?: string | undefined;
  text: string;
  /** `performance.now()` when the proxy must have heard that it left; undefined when it stayed to the end. */
  leftAt?: number;
  /** How the connection failed, if it did. */
  broke?: string;
}

export function mannerOf(chance: Chance): Manner {
  return {
    stream: chance.happens(0.8),
    ...(chance.happens(0.2) && { leavesAfterMs: chance.between(0, 150) }),
    ...(chance.happens(0.1) && { restsMs: chance.between(1, 10) }),
  };
}

/** How often the proxy answers somebody else before it must have heard who left. */
const rounds = 3;

/**
 * Waits until the proxy must have heard that a client left, however busy the machine is: what it answers now it was asked
 * after that.
 */
export async function untilHeard({ port, agent }: { port: number; agent: Agent }): Promise<number> {
  for (let i = 0; i < rounds; i++)
    await new Promise<void>((resolve, reject) => {
      const outgoing = ask({ agent, host: '127.0.0.1', port, path: '/', method: 'HEAD' });
      outgoing.on('response', (answer) => {
        answer.resume();
        resolve();
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  return performance.now();
}

/** Resolves once it has everything, or has left. Bounded. */
export function get(
  manner: Manner,
  {
    port,
    token,
    agent,
    model,
    prompt,
  }: { port: number; token: string; agent: Agent; model: string; prompt: string },
): Promise<Got> {
  return new Promise((resolve) => {
    const got: Got = { manner, text: '' };
    const body = JSON.stringify({
      model,
      max_tokens: 4000,
      stream: manner.stream,
      tools: [
        { name: 'Write', input_schema: { type: 'object', properties: { content: { type: 'string' } } } },
      ],
      messages: [{ role: 'user', content: prompt }],
    });
    const headers = {
      'x-api-key': token,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = ask({ agent, host: '127.0.0.1', port, path: '/v1/messages', method: 'POST', headers });
    const bound = setTimeout(() => finish('no end within five minutes'), 330_000);
    const leaving =
      manner.leavesAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            got.leftAt = performance.now();
            finish();
          }, manner.leavesAfterMs);

    function finish(broke?: string): void {
      clearTimeout(bound);
      clearTimeout(leaving);
      outgoing.destroy();
      if (broke !== undefined) got.broke = broke;
      resolve(got);
    }

    outgoing.on('error', (error) => {
      if (got.leftAt === undefined) finish(error.message);
    });
    outgoing.on('response', (answer) => {
      got.status = answer.statusCode ?? 0;
      got.model = answer.headers['x-occ-model']?.toString();
      read(answer, manner, got).then(
        () => finish(),
        (error: unknown) => {
          if (got.leftAt === undefined) finish(String(error));
        },
      );
    });
    outgoing.end(body);
  });
}

async function read(answer: IncomingMessage, { restsMs }: Manner, got: Got): Promise<void> {
  answer.setEncoding('utf8');
  for await (const chunk of answer as AsyncIterable<string>) {
    got.text += chunk;
    if (restsMs !== undefined) await sleep(restsMs);
  }
}
