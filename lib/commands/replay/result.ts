/** What `occ replay` is given, and what it prints. */
import type { Capture } from '../../captures/capture.ts';
import { eventsOf } from '../../captures/difference.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import { renderReplay, type ReplayResult } from './page.ts';

export interface ReplayOptions extends GlobalOptions {
  against?: string;
  pace?: boolean;
  config?: string;
}

export function toResult(
  capture: Capture,
  today: {
    status?: number;
    pieces: Capture['reply']['pieces'];
    headers: Record<string, string>;
    attempts: number;
  },
  difference: ReplayResult['difference'],
): ReplayResult {
  const { id, at, occ, kind, dropped, record } = capture;
  return {
    id,
    at,
    occ,
    kind,
    against: null,
    failure: null,
    ending: record.ending,
    dropped: dropped ?? 0,
    recorded: {
      status: capture.reply.status ?? null,
      events: eventsOf(capture.reply).length,
      attempts: capture.attempts.length,
    },
    today: { status: today.status ?? null, events: eventsOf(today).length, attempts: today.attempts },
    difference,
  };
}

export function show(result: ReplayResult, system: System, output: Output): void {
  if (output.json) output.printJson({ ...result });
  else for (const line of renderReplay(result, output.style, widthOf(system.stdout))) output.print(line);
}
