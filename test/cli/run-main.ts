/** Runs the program in this process, with streams that record. */
import { PassThrough, Writable } from 'node:stream';
import { main } from '../../lib/cli.ts';
import type { System } from '../../lib/terminal/command-context.ts';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Place extends Partial<Pick<System, 'home' | 'cwd'>> {
  env?: Record<string, string>;
  /** Both streams are a terminal of so many columns; without it they are pipes. */
  columns?: number;
  /** What stdin contains. */
  input?: string;
  /** Nothing can be written to stdout. */
  fullDisk?: boolean;
}

export async function occ(args: readonly string[], place: Place = {}): Promise<Result> {
  const { env = {}, home = '/nonexistent/home', cwd = '/', columns, input, fullDisk = false } = place;
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): Writable => {
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const full = fullDisk && name === 'stdout';
        if (!full) printed[name] += chunk.toString();
        done(full ? Object.assign(new Error('no room'), { code: 'ENOSPC' }) : null);
      },
    });
    return columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns });
  };
  const stdin = new PassThrough();
  if (input !== undefined) stdin.end(input);
  const { platform } = process;
  const system = { env, home, cwd, platform, stdin, stdout: sink('stdout'), stderr: sink('stderr') };
  return { code: await main([...args], system), ...printed };
}
