/** Clients that take their time: they are let go, and cost little until then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bounded, open, refused, type Attack, type Seen } from './attack.ts';
import { ask, dial, ours, statuses, within, type Line } from './dial.ts';

const attack = (name: string, run: Attack['run'], more: Partial<Attack> = {}): Attack => ({
  group: 'too slow',
  name,
  run,
  ...more,
});

/** Connections per attack. */
const many = 20;

/** Sends a byte each second on all of them, until they are closed or `seconds` have passed. */
async function dripAll(lines: readonly Line[], seconds: number): Promise<Seen> {
  const began = performance.now();
  while (performance.now() - began < seconds * 1000 && !lines.every((line) => line.closed())) {
    for (const line of lines) if (!line.closed()) line.socket.write('x');
    await sleep(1000);
  }
  const held = lines.filter((line) => !line.closed()).length;
  for (const { socket } of lines) socket.destroy();
  const after = Math.round((performance.now() - began) / 1000);
  const [status] = lines.flatMap((line) => statuses(line.text()));
  return held === 0
    ? refused(`${status ?? 'closed'} after ${after} s`)
    : open(`${held} of ${lines.length} held for ${after} s`);
}

const opened = async (port: number, first: string): Promise<Line[]> => {
  const lines = await Promise.all(Array.from({ length: many }, () => dial(port)));
  for (const { socket } of lines) socket.write(first);
  return lines;
};

export const onWaiting: readonly Attack[] = [
  attack(
    'headers that come byte by byte',
    async ({ port }) => dripAll(await opened(port, 'GET / HTTP/1.1\r\nx: '), 60),
    {
      long: true,
    },
  ),
  attack(
    'connections that never send a byte',
    async ({ port }) => {
      const lines = await opened(port, '');
      const began = performance.now();
      const gone = await within(60_000, () => lines.every((line) => line.closed()));
      for (const { socket } of lines) socket.destroy();
      const after = Math.round((performance.now() - began) / 1000);
      return gone ? refused(`closed after ${after} s`) : open(`held for ${after} s`);
    },
    { long: true },
  ),
  attack(
    'a body that comes byte by byte',
    async ({ port }) =>
      dripAll(
        await opened(
          port,
          `POST /v1/messages HTTP/1.1\r\n${ours.join('\r\n')}\r\ncontent-length: 100000\r\n\r\n`,
        ),
        330,
      ),
    {
      long: true,
    },
  ),
  attack(
    '20 clients that read nothing of an endless answer',
    async ({ port }) => {
      const lines = await Promise.all(Array.from({ length: many }, () => dial(port, false)));
      for (const { socket } of lines) socket.write(ask('chat/endless-text'));
      await sleep(3000);
      for (const { socket } of lines) socket.destroy();
      return bounded('the upstream waits with them');
    },
    { memoryMb: 160, heavy: true },
  ),
];
