/** From nothing to the end of a small command, to a proxy that listens, and to the client of a launch. */
import { join } from 'node:path';
import { bodyOf } from '../bodies.ts';
import type { Effort, Figures, Part, RowPlan } from '../part.ts';
import { oneEvent } from '../processes/answer.ts';
import type { Started, StartMessage } from '../processes/starter.ts';
import type { Contender, World } from '../world.ts';

const session = '0b51c6a0-92d4-4a53-9e6b-4f2f6c1a7d55';

/** Starts per round. */
const times: Record<Effort, number> = { full: 3, short: 4 };
/** The base of every ratio is started more often, because its CPU time is counted in steps of 10 ms. */
const baseTimes = 10;

/** Of the same number of starts for all: what else runs makes a start slower, and never faster. */
const fastest = (ms: readonly number[]): number => Math.min(...ms.slice(0, times.full));

interface Command {
  label: string;
  words: string[];
  /** What ends the measurement, where it is not the end of the program. */
  until?: string;
  input?: string;
  /** As a multiple of `node -e 0`. */
  atMost?: number;
  /** The largest multiple of its CPU time with which the gate passes. */
  gate?: number;
}

const commands: Record<string, Command> = {
  version: { label: 'occ --version', words: ['--version'], atMost: 1.2, gate: 1.7 },
  statusline: {
    label: 'occ statusline',
    words: ['statusline'],
    input: JSON.stringify({ session_id: session, rest: 'x'.repeat(1500) }),
    atMost: 1.5,
  },
  status: { label: 'occ status', words: ['status'], atMost: 1.6 },
  ready: {
    label: 'occ start, to ready',
    words: ['start', '--foreground'],
    until: 'ANTHROPIC_BASE_URL=',
    atMost: 3,
    gate: 8,
  },
  launch: {
    label: 'occ launch, to exec',
    words: ['launch', '--quiet', '-p', 'hi'],
    until: 'a client',
    atMost: 3,
  },
  help: { label: 'occ --help', words: ['--help'] },
  'config path': { label: 'occ config path', words: ['config', 'path'] },
  'config check': { label: 'occ config check', words: ['config', 'check'] },
};

const rows = Object.entries(commands).flatMap(([name, { label, atMost, gate }]): RowPlan[] => [
  {
    figure: name,
    label,
    unit: 'ms',
    floor: 'node',
    floorFigure: 'ms',
    ...(atMost !== undefined && { target: { of: 'ratio', atMost } }),
  },
  {
    figure: `${name} cpu`,
    label: `${label}, CPU`,
    unit: 'ms',
    floor: 'node',
    floorFigure: 'cpu',
    ...(gate !== undefined && { gate }),
  },
]);

export const start: Part = {
  name: 'start',
  title: 'Start, as a multiple of `node -e 0`',
  rounds: 9,
  floors: ['node'],
  rows,
  async measure(world, name, effort) {
    const starter = await world.starter();
    const run = (message: Omit<StartMessage, 'command' | 'times'> & { times?: number }) =>
      starter.ask<Started>({ command: process.execPath, times: times[effort], ...message });
    if (name === 'node') {
      const { ms, cpuMs } = await run({
        args: ['-e', '0'],
        env: { PATH: process.env['PATH'] ?? '' },
        times: baseTimes,
      });
      return { ms: fastest(ms), cpu: cpuMs };
    }
    const { home } = await withAnswer(world, await world.contender(name));
    if (!home) throw new Error(`${name} has no home directory`);
    // A home in which no proxy runs, so that `start` starts one. Like that of a user, it has the code that earlier starts compiled.
    const other = world.home(name);
    const withoutProxy = { ...other.env, XDG_CACHE_HOME: join(home.dir, '.cache') };
    const figures: Figures = {};
    for (const [command, { words, until, input, gate }] of Object.entries(commands)) {
      if (effort === 'short' && gate === undefined) continue;
      const { ms, cpuMs } = await run({
        args: home.occ(...words),
        env: command === 'ready' ? withoutProxy : home.env,
        ...(until !== undefined && { until }),
        ...(input !== undefined && { input }),
      });
      figures[command] = fastest(ms);
      figures[`${command} cpu`] = cpuMs;
    }
    other.remove();
    return figures;
  },
};

const answered = new WeakSet<Contender>();

/** Lets the proxy answer one request of the session, so that there is something to show. */
async function withAnswer(world: World, contender: Contender): Promise<Contender> {
  if (answered.has(contender)) return contender;
  await world.answerWith(oneEvent);
  const to = contender.to('chat');
  const headers = { ...to.headers, 'x-claude-code-session-id': session };
  const bodies = [bodyOf(1000, contender.model('chat'))];
  await world.load.ask({ kind: 'sequence', to: { ...to, headers }, bodies, times: 1 });
  answered.add(contender);
  return contender;
}
