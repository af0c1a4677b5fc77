/** The real tree of commands, for tests that walk it. */
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { buildProgram } from '../../lib/cli/program.ts';

/** Every command below the program that its help lists, with its words: `['config', 'set']`. The program itself is `[]`. */
export async function commandTree(): Promise<{ words: string[]; command: Command }[]> {
  const stream = (): PassThrough => new PassThrough();
  const system = {
    env: {},
    home: '/nonexistent/home',
    cwd: '/',
    platform: process.platform,
    stdin: stream(),
    stdout: stream(),
    stderr: stream(),
  };
  const program = await buildProgram([], system, () => {});
  return walk(program, []);
}

function walk(command: Command, words: string[]): { words: string[]; command: Command }[] {
  const visible = command.createHelp().visibleCommands(command);
  return [{ words, command }, ...visible.flatMap((below) => walk(below, [...words, below.name()]))];
}
