/** One client of the chaos test: it reads its answer to the end, reads slowly, or disconnects at some moment. */
import { request, type Agent, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

export interface ClientBehaviour {
  stream: boolean;
  /** Milliseconds until it disconnects, whatever it has received by then. */
  disconnectsAfterMs?: number;
  /** Milliseconds it pauses after each read. */
  pausesMs?: number;
}

export interface ClientResult {
  behaviour: ClientBehaviour;
  /** Undefined if the client disconnected before the headers. */
  status?: number;
  model?: string | undefined;
  text: string;
  /** `performance.now()` when the proxy must have seen the disconnect; undefined if the client stayed to the end. */
  disconnectedAt?: number;
  /** Set if the connection failed. */
  connectionError?: string;
}

export function behaviourFrom(random: Random): ClientBehaviour {
  return {
    stream: random.happens(0.8),
    ...(random.happens(0.2) && { disconnectsAfterMs: random.between(0, 150) }),
    ...(random.happens(0.1) && { pausesMs: random.between(1, 10) }),
  };
}

/** Requests the proxy answers before it must have seen an earlier disconnect. */
const roundTrips = 3;

/**
 * Waits until the proxy must have seen an earlier disconnect, however busy the machine is: it has answered requests that
 * were sent after it.
 */
export async function untilDisconnectSeen({ port, agent }: { port: number; agent: Agent }): Promise<number> {
  for (let i = 0; i < roundTrips; i++)
    await new Promise<void>((resolve, reject) => {
      const outgoing = request({ agent, host: '127.0.0.1', port, path: '/', method: 'HEAD' });
      outgoing.on('response', (answer) => {
        answer.resume();
        resolve();
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  return performance.now();
}

/** Resolves when the answer is complete, the connection has failed, the client has disconnected, or after 330 s. */
export function sendRequest(
  behaviour: ClientBehaviour,
  {
    port,
    token,
    agent,
    model,
    prompt,
  }: { port: number; token: string; agent: Agent; model: string; prompt: string },
): Promise<ClientResult> {
  return new Promise((resolve) => {
    const result: ClientResult = { behaviour, text: '' };
    const body = JSON.stringify({
      model,
      max_tokens: 4000,
      stream: behaviour.stream,
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
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port,
      path: '/v1/messages',
      method: 'POST',
      headers,
    });
    const timeout = setTimeout(() => finish('no end within 330 s'), 330_000);
    const disconnect =
      behaviour.disconnectsAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            result.disconnectedAt = performance.now();
            finish();
          }, behaviour.disconnectsAfterMs);

    function finish(connectionError?: string): void {
      clearTimeout(timeout);
      clearTimeout(disconnect);
      outgoing.destroy();
      if (connectionError !== undefined) result.connectionError = connectionError;
      resolve(result);
    }

    outgoing.on('error', (error) => {
      if (result.disconnectedAt === undefined) finish(error.message);
    });
    outgoing.on('response', (answer) => {
      result.status = answer.statusCode ?? 0;
      result.model = answer.headers['x-occ-model']?.toString();
      read(answer, behaviour, result).then(
        () => finish(),
        (error: unknown) => {
          if (result.disconnectedAt === undefined) finish(String(error));
        },
      );
    });
    outgoing.end(body);
  });
}

async function read(
  answer: IncomingMessage,
  { pausesMs }: ClientBehaviour,
  result: ClientResult,
): Promise<void> {
  answer.setEncoding('utf8');
  for await (const chunk of answer as AsyncIterable<string>) {
    result.text += chunk;
    if (pausesMs !== undefined) await sleep(pausesMs);
  }
}
