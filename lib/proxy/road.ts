/** What every exchange of one proxy shares: the way to upstreams, the clock, the log, and the counters. */
import type { Log } from '../log/log.ts';
import type { Tally } from './tally.ts';
import type { Clock } from './clock.ts';
import type { FailureClass } from './policy/failures.ts';
import type { Settings } from '../config/settings.ts';
import type { BudgetUse } from './policy/budget.ts';
import type { Memory } from './memory.ts';
import type { Figures } from './metrics/figures.ts';
import type { PromptMemory } from './prompt-memory.ts';
import type { QuotaWatch } from './quota-watch.ts';
import type { Recorder } from './recording/recorder.ts';
import type { ModelStats } from './model-stats.ts';
import type { SilenceListener } from './waiting.ts';
import type { Upstream } from './upstream.ts';

export interface Road extends Clock {
  upstream: Upstream;
  log: Log;
  counts: Counts;
  modelStats: ModelStats;
  /** What `/metrics` counts. */
  figures: Pick<Figures, 'attempted'>;
  memory: Memory;
  prompts: PromptMemory;
  quotas: QuotaWatch;
  recorder: Recorder;
  /** How much of the budgets in the settings is used. Never rejects. */
  budgets?: ((settings: Settings) => Promise<readonly BudgetUse[]>) | undefined;
  /** Called for upstreams that send nothing for a while. */
  silences?: SilenceListener | undefined;
  /** A number in [0, 1), for waits. */
  random: () => number;
}

/** Figures since the start. */
export interface Counts {
  requests: number;
  failures: number;
  /** Requests that a model other than the first answered. */
  fallbacks: number;
  /** The latest request that ended in an error. */
  lastError: LastError | undefined;
  inputTokens: number;
  outputTokens: number;
  /** US dollars as reported by the upstreams; undefined while none has reported a cost. */
  cost: number | undefined;
}

export interface LastError {
  at: string;
  /** The request's id. */
  request: string;
  /** The status that the error has, or would have had if none had been sent before it. */
  status: number;
  message: string;
  /** `cut`: the client had received a part of an answer. */
  ending: 'refused' | 'cut';
  /** The class of the failure that decided, and the command that helps next. */
  class?: FailureClass;
  next?: string;
}

export function noCounts(): Counts {
  return {
    requests: 0,
    failures: 0,
    fallbacks: 0,
    lastError: undefined,
    inputTokens: 0,
    outputTokens: 0,
    cost: undefined,
  };
}

/** Adds the usage and cost of one attempt. */
export function addTally(counts: Counts, { usage, cost }: Tally): void {
  if (usage) {
    const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
    counts.inputTokens += usage.input_tokens + cached;
    counts.outputTokens += usage.output_tokens;
  }
  if (cost !== undefined) counts.cost = (counts.cost ?? 0) + cost;
}
