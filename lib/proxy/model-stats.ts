/** Figures for each model since the start: attempts, failures, the last failure's reason, and median latencies. */

export interface EndedAttempt {
  /** `provider/model`. */
  model: string;
  format: string;
  /** An answer, a failure with its reason, or a disconnected client, which counts as neither. */
  end: 'answered' | 'abandoned' | { failure: string };
  /** Milliseconds until the headers, and until the first content. */
  headersMs?: number | undefined;
  firstContentMs?: number | undefined;
}

export interface ModelFigures {
  model: string;
  format: string;
  attempts: number;
  failures: number;
  /** Failures since the last answer. */
  failures_in_a_row: number;
  last_failure?: { at: string; reason: string };
  /** Medians of the latest attempts, in milliseconds. */
  headers_ms?: number;
  first_content_ms?: number;
}

export interface ModelStats {
  note(attempt: EndedAttempt, now: Date): void;
  /** The models in the order of their first attempts. */
  list(): ModelFigures[];
}

/** How many latencies are remembered for each model. */
const remembered = 50;
/** How many models are remembered. The bound matters because ids also come from clients. */
const mostModels = 200;

interface Kept extends Omit<ModelFigures, 'headers_ms' | 'first_content_ms'> {
  headers: number[];
  firstContents: number[];
}

export function modelStats(): ModelStats {
  const models = new Map<string, Kept>();

  function note({ model, format, end, headersMs, firstContentMs }: EndedAttempt, now: Date): void {
    const key = `${model} ${format}`;
    const kept = models.get(key) ?? {
      model,
      format,
      attempts: 0,
      failures: 0,
      failures_in_a_row: 0,
      headers: [],
      firstContents: [],
    };
    if (!models.has(key)) {
      const [oldest] = models.keys();
      if (models.size >= mostModels && oldest !== undefined) models.delete(oldest);
      models.set(key, kept);
    }
    kept.attempts++;
    if (end === 'answered') kept.failures_in_a_row = 0;
    else if (end !== 'abandoned') {
      kept.failures++;
      kept.failures_in_a_row++;
      kept.last_failure = { at: now.toISOString(), reason: end.failure };
    }
    keep(kept.headers, headersMs);
    keep(kept.firstContents, firstContentMs);
  }

  return {
    note,
    list: () => [...models.values()].map(toFigures),
  };
}

function toFigures({ headers, firstContents, ...kept }: Kept): ModelFigures {
  const figures: ModelFigures = kept;
  if (headers.length > 0) figures.headers_ms = median(headers);
  if (firstContents.length > 0) figures.first_content_ms = median(firstContents);
  return figures;
}

function keep(latencies: number[], ms: number | undefined): void {
  if (ms === undefined) return;
  latencies.push(ms);
  if (latencies.length > remembered) latencies.shift();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
