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

export const scenes: Readonly<Record<string, Scene>> = {
  help: command('occ help', 'The commands of occ', { rows: 60 }),
  models: command('occ models', 'The configured and known models'),
};
