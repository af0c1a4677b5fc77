/** Repeats a page: in place on a terminal, one below the other elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import type { System } from '../../terminal/command-context.ts';

const intervalMs = 2000;

/** Resolves to the last exit code on Ctrl-C, or once the proxy is no longer running. */
export async function watch(
  system: System,
  output: Output,
  show: (system: System, output: Output) => Promise<number>,
): Promise<number> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  system.stdout.once('error', end);
  try {
    for (;;) {
      const lines: string[] = [];
      const collecting = { ...output, print: (line: string) => void lines.push(line) };
      const code = await show(system, collecting).catch((error: unknown) => {
        if (!(error instanceof OccError)) throw error;
        lines.push(error.message);
        return error.exitCode;
      });
      // Move the cursor home and clear the screen.
      if (widthOf(system.stdout) !== undefined && !output.json) system.stdout.write('\u001B[H\u001B[2J');
      for (const line of lines) output.print(line);
      if (ended.signal.aborted || code !== exitCodes.ok) return code;
      await sleep(intervalMs, undefined, { signal: ended.signal }).catch(() => {});
      if (ended.signal.aborted) return code;
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  }
}
