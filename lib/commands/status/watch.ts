/** The same answer again and again: drawn over the last one on a terminal, one below the other elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import type { System } from '../../terminal/command-context.ts';

const everyMs = 2000;

/** Resolves with the last code at Ctrl-C, or at once when nothing runs any more: there is nothing to watch. */
export async function watch(
  system: System,
  output: Output,
  show: (system: System, output: Output) => Promise<number>,
): Promise<number> {
  const told = new AbortController();
  const end = (): void => told.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  system.stdout.once('error', end);
  try {
    for (;;) {
      const lines: string[] = [];
      const gathered = { ...output, answer: (line: string) => void lines.push(line) };
      const code = await show(system, gathered).catch((error: unknown) => {
        if (!(error instanceof OccError)) throw error;
        lines.push(error.message);
        return error.exitCode;
      });
      // Clear and home, in the one place where a page is drawn.
      if (widthOf(system.stdout) !== undefined && !output.json) system.stdout.write('\u001B[H\u001B[2J');
      for (const line of lines) output.print(line);
      if (told.signal.aborted || code !== exitCodes.ok) return code;
      await sleep(everyMs, undefined, { signal: told.signal }).catch(() => {});
      if (told.signal.aborted) return code;
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  }
}
