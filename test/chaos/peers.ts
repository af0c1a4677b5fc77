/**
 * The world around the proxy, in a process of its own: the bad upstream and the restless clients. What they saw of each
 * other is on one clock, and what the proxy's process holds is the proxy's alone. Ends when its parent does.
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../../lib/emulator/server.ts';
import { chanceOf } from './random.ts';
import { get, mannerOf, untilHeard, type Got } from './client.ts';
import { badUpstream, type Served } from './upstream.ts';

/** Requests `from` to `to`, the last one left out. */
export interface Batch {
  seed: number;
  from: number;
  to: number;
  concurrent: number;
  port: number;
  token: string;
}

/** One request and what came of it on both sides. */
export interface Seen {
  prompt: string;
  /** The model it asked for, which is another for each. */
  model: string;
  got: Got;
  served: Served[];
}

export type ToWorld = { seed: number } | Batch;
export type FromWorld = { url: string } | Seen[];

/** Milliseconds an upstream's part may take to end when every client is done. */
const endingMs = 10_000;

async function play(
  { seed, from, to, concurrent, port, token }: Batch,
  upstream: ReturnType<typeof badUpstream>,
): Promise<Seen[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const gotten: Omit<Seen, 'served'>[] = [];
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const number = next++;
      const prompt = `request-${number}`;
      const model = `claude-sonnet-5-${number}`;
      const manner = mannerOf(chanceOf(seed, prompt, 'client'));
      const got = await get(manner, { port, token, agent, model, prompt });
      if (got.leftAt !== undefined) got.leftAt = await untilHeard({ port, agent });
      gotten.push({ prompt, model, got });
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
  agent.destroy();
  for (let waited = 0; upstream.live() > 0 && waited < endingMs; waited += 20) await sleep(20);
  return gotten.map(({ prompt, model, got }) => ({ prompt, model, got, served: upstream.take(prompt) }));
}

let upstream: ReturnType<typeof badUpstream> | undefined;

async function answer(said: ToWorld): Promise<FromWorld> {
  if (upstream && 'from' in said) return play(said, upstream);
  upstream = badUpstream(said.seed);
  const { url } = await startEmulator({ script: upstream.script, keep: 1 });
  return { url };
}

process.once('disconnect', () => process.exit());
process.on('message', (said: ToWorld) => {
  void answer(said).then((told) => process.send?.(told));
});
