/** What is shown: the scenes, as a person plays them at a terminal. */
import type { Options, Stage } from './stage.ts';

export interface Scene extends Partial<Options> {
  /** What a screen reader says. */
  title: string;
  play(stage: Stage): Promise<void>;
}

/** One command, and what it prints until the prompt is back. */
function command(line: string, title: string, options: Partial<Options> = {}): Scene {
  return {
    title,
    ...options,
    async play(stage) {
      await stage.run(`clear; ${line}`);
      await stage.wait(4);
      await stage.frame();
    },
  };
}

const task = 'write a file hello.txt that says hello from occ, then read it back';

/** The picture of the README: the first model is rate-limited, the next one answers, and Claude Code notices nothing. */
const session: Scene = {
  title:
    'A terminal session: occ launch starts Claude Code; the first model answers 429 and another one takes over; occ why says what happened',
  rows: 26,
  limited: true,
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

export const scenes: Readonly<Record<string, Scene>> = {
  session,
  help: command('occ help', 'The commands of occ', { rows: 60 }),
  models: command('occ models', 'The configured and known models'),
};
