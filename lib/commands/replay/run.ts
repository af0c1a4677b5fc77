/** Runs `occ replay`: finds the capture, has it answered again, and compares. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Capture } from '../../captures/capture.ts';
import { firstDifference } from '../../captures/difference.ts';
import { replay } from '../../captures/replay.ts';
import { exitCodes } from '../../errors.ts';
import { say } from '../../terminal/talk.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import type { ReplayResult } from './page.ts';
import { show, toResult, type ReplayOptions } from './result.ts';
import { findCapture } from './sources.ts';

/** Resolves to the exit code. */
export async function runReplay(
  given: string | undefined,
  options: ReplayOptions,
  system: System,
  output: Output,
): Promise<number> {
  const capture = await findCapture(given, system);
  if (options.against !== undefined) {
    const { runAgainst } = await import('./against.ts');
    return runAgainst(capture, options.against, options, system, output);
  }
  const result = await offline(capture, options.pace === true, output);
  show(result, system, output);
  return result.difference === null ? exitCodes.ok : exitCodes.failed;
}

async function offline(capture: Capture, pace: boolean, output: Output): Promise<ReplayResult> {
  if (pace) await say(output, `replaying ${capture.id} in real time`);
  const today = await replay(capture, pace ? { pace: (ms) => sleep(ms) } : {});
  // A client that left has not received all that was sent.
  const partial = capture.dropped !== undefined || capture.leftMs !== undefined;
  return toResult(capture, today, firstDifference(capture.reply, today, partial) ?? null);
}
