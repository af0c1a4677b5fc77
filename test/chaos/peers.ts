/**
 * The peers of the proxy, in one process of their own: the faulty upstream and the clients. They share a clock, and all
 * resources of the proxy's process belong to the proxy. Exits with its parent.
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../../lib/emulator/server.ts';
import { stretched } from '../support/limits.ts';
import { behaviourFrom, sendRequest, untilDisconnectSeen, type ClientResult } from './client.ts';
import { randomFrom } from './random.ts';
import { faultyUpstream, type FaultyUpstream, type Served } from './upstream.ts';

/** The requests `from` to `to`, exclusive. */
export interface Batch {
  seed: number;
  from: number;
  to: number;
  concurrent: number;
  port: number;
  token: string;
}

/** One request as the client and the upstream saw it. */
export interface Exchange {
  prompt: string;
  /** The requested model, different for each request. */
  model: string;
  result: ClientResult;
  served: Served[];
}

export type ToPeers = { seed: number } | Batch;
export type FromPeers = { url: string } | Exchange[];

/** Milliseconds the upstream's answers may take to end after the last client. */
const endingMs = stretched(10_000);

async function run(
  { seed, from, to, concurrent, port, token }: Batch,
  upstream: FaultyUpstream,
): Promise<Exchange[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const results: Omit<Exchange, 'served'>[] = [];
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const number = next++;
      const prompt = `request-${number}`;
      const model = `claude-sonnet-5-${number}`;
      const behaviour = behaviourFrom(randomFrom(seed, prompt, 'client'));
      const result = await sendRequest(behaviour, { port, token, agent, model, prompt });
      if (result.disconnectedAt !== undefined)
        result.disconnectedAt = await untilDisconnectSeen({ port, agent });
      results.push({ prompt, model, result });
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
  agent.destroy();
  for (let waited = 0; upstream.live() > 0 && waited < endingMs; waited += 20) await sleep(20);
  return results.map(({ prompt, model, result }) => ({
    prompt,
    model,
    result,
    served: upstream.take(prompt),
  }));
}

let upstream: FaultyUpstream | undefined;

async function reply(message: ToPeers): Promise<FromPeers> {
  if (upstream && 'from' in message) return run(message, upstream);
  upstream = faultyUpstream(message.seed);
  const { url } = await startEmulator({ script: upstream.script, keep: 1 });
  return { url };
}

process.once('disconnect', () => process.exit());
process.on('message', (message: ToPeers) => {
  void reply(message).then((answer) => process.send?.(answer));
});
