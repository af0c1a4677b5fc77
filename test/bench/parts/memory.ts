/** Memory of a proxy that has nothing to do, against an empty server of `node:http`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf } from '../bodies.ts';
import type { Part } from '../part.ts';
import { oneEvent } from '../processes/answer.ts';
import { residentBytes } from '../usage.ts';

/** Milliseconds after which a process has done what it does after its start. */
const settledMs = 4000;

const mb = (pid: number) => residentBytes(pid) / 1e6;

export const memory: Part = {
  name: 'memory',
  title: 'Resident memory of a proxy without work',
  rounds: 3,
  floors: ['empty', 'pipe'],
  peers: true,
  rows: [
    {
      figure: 'idle',
      label: 'after the start',
      unit: 'MB',
      floor: 'empty',
      target: { of: 'ratio', atMost: 1.5 },
    },
    { figure: 'used', label: 'after 20 requests', unit: 'MB', floor: 'pipe' },
  ],
  async measure(world, name) {
    const contender = await world.contender(name);
    await sleep(settledMs);
    const idle = mb(contender.pid);
    let used = NaN;
    if (name !== 'empty') {
      await world.answerWith(oneEvent);
      const bodies = [bodyOf(50_000, contender.model('chat'))];
      await world.load.ask({ kind: 'sequence', to: contender.to('chat'), bodies, times: 20 });
      await sleep(settledMs);
      used = mb(contender.pid);
    }
    await world.stopContender(name);
    return { idle, used };
  },
};
