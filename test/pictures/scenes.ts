/** What is shown: the scenes, as a person plays them at a terminal. */
import { fileURLToPath } from 'node:url';
import type { Options, Stage } from './stage.ts';

export interface Scene extends Partial<Options> {
  /** What a screen reader says. */
  title: string;
  play(stage: Stage): Promise<void>;
}

/** A command, what it prints in some seconds, and before it commands whose output is not shown. */
function command(
  line: string,
  title: string,
  { after = [], seconds = 4, ...options }: CommandOptions = {},
): Scene {
  return {
    title,
    ...options,
    async play(stage) {
      for (const before of after) {
        await stage.run(`${before} >/dev/null 2>&1; clear; echo ready`);
        await stage.shows(/^ready/m);
      }
      await stage.run(`clear; ${line}`);
      await stage.wait(seconds);
      await stage.frame();
    },
  };
}

interface CommandOptions extends Partial<Options> {
  after?: readonly string[];
  /** Until the picture is taken. */
  seconds?: number;
}

const failedTurn = 'occ launch -p hi';
const attachedTurn = 'occ launch --attach -p hi';
const turn = 'occ launch -p hi';

const task = 'write a file hello.txt that says hello from occ, then read it back';

/** The picture of the README: the first model is rate-limited, the next one answers, and Claude Code notices nothing. */
const session: Scene = {
  title:
    'A terminal session: occ launch starts Claude Code; the first model answers 429 and another one takes over; occ why says what happened',
  rows: 26,
  upstream: 'limited',
  async play(stage) {
    await stage.type('occ launch --permission-mode acceptEdits');
    await stage.frame(1.5);
    await stage.press('Enter');
    await stage.shows(/❯/);
    await stage.wait(1);
    await stage.frame(2);
    await stage.type(task);
    await stage.wait(1);
    await stage.frame(1.5);
    await stage.press('Enter');
    await stage.wait(1);
    await stage.frame(1);
    await stage.shows(/for \d+s · done/);
    await stage.wait(3);
    await stage.frame(4);
    await stage.type('/exit');
    await stage.wait(1);
    await stage.press('Enter');
    await stage.shows(/occ: \d+ requests/);
    await stage.frame(3);
    await stage.run('occ why');
    await stage.wait(2);
    await stage.frame(6);
  },
};

/** The whole conversation: each question with its answer stays on the screen. */
const init: Scene = {
  title: 'The questions of occ config init',
  configured: false,
  async play(stage) {
    await stage.run('clear; occ config init');
    await stage.shows(/Which provider/);
    await stage.press('Enter');
    await stage.shows(/[Kk]ey/);
    await stage.wait(1);
    await stage.press('Enter');
    await stage.wait(1);
    await stage.type('sk-of-no-value-1234567890');
    await stage.press('Enter');
    await stage.wait(1);
    await stage.press('Enter');
    await stage.wait(3);
    await stage.frame();
  },
};

/** The demo as a newcomer runs it, with what it tells at the end. */
const demo: Scene = {
  title: 'The demo: Claude Code does a task while its models fail, and what happened',
  rows: 60,
  async play(stage) {
    // What it keeps is removed with the home directory.
    await stage.run(`clear; TMPDIR=$HOME node '${demoProgram}'`);
    // The last line, which may be wrapped anywhere.
    await stage.shows(/XDG_STATE_HOME=/);
    await stage.wait(1);
    await stage.frame();
  },
};

const demoProgram = fileURLToPath(new URL('../demo/run.mjs', import.meta.url));

export const scenes: Readonly<Record<string, Scene>> = {
  session,
  alone: command('occ', 'occ without a configuration', { configured: false }),
  init,
  help: command('occ help', 'The commands of occ', { rows: 70 }),
  models: command('occ models', 'The choice of models on one page', { rows: 30 }),
  'models-of-family': command('occ models glm', 'The models of a family', { rows: 60 }),
  demo,
  lineup: command('occ launch -p "hi" --max-turns 1', 'The first line of a launch', {
    upstream: 'limited',
    seconds: 10,
  }),
  refused: command('occ launch -p hi', 'A refused key', { upstream: 'refuses the key', seconds: 6 }),
  outage: command('occ launch -p hi', 'An outage in print mode', { upstream: 'all limited', seconds: 12 }),
  why: command('occ why', 'Why a request failed', { upstream: 'refuses the key', after: [failedTurn] }),
  logs: command('occ logs', 'The log in words', { upstream: 'limited', after: [turn] }),
  status: command('occ status; occ stop', 'The state of the proxy', { after: ['occ start --port 0'] }),
  'status-failed': command('occ status; occ stop', 'The state of the proxy after a failure', {
    upstream: 'refuses the key',
    after: ['occ start --port 0', attachedTurn],
    rows: 60,
  }),
  start: command('occ start --port 0; occ stop', 'Start and stop', {}),
  statusline: {
    title: "The status line in Claude Code's window",
    rows: 22,
    upstream: 'limited',
    async play(stage) {
      await stage.run('clear; occ launch');
      await stage.shows(/❯/);
      await stage.wait(1);
      await stage.type('hi');
      await stage.press('Enter');
      await stage.shows(/for \d+s · done|fallback/);
      await stage.wait(3);
      await stage.frame();
      await stage.type('/exit');
      await stage.wait(1);
      await stage.press('Enter');
      await stage.shows(/occ: \d+ request/);
    },
  },
  doctor: command('occ doctor', 'doctor while it runs', { rows: 60, seconds: 9 }),
  config: command('occ config show', 'The effective configuration', { rows: 60 }),
};
