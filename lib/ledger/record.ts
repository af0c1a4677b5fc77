/** One line of the ledger: what one request to `/v1/messages` used, and what became of it. No text of it, and no secret. */
import { shortLine } from '../printable.ts';
import type { EndedRequest, AttemptRecord } from '../proxy/recent.ts';
import type { CostSource } from '../proxy/spent.ts';

/**
 * What is 0, unknown or does not apply is undefined, and absent from the file. Names and order are those of the file, which
 * other programs may read.
 */
export interface LedgerRecord {
  /** The version of this form. */
  v: 1;
  /** When the request ended, in ISO 8601. */
  at: string;
  /** The `request-id` that the client received. */
  id: string;
  /** The proxy that wrote the line; another one for every process. */
  by: string;
  session?: string | undefined;
  agent?: string | undefined;
  /** The folder in which the client was started. */
  project?: string | undefined;
  /** The client's hint about the kind of request: `main`, `title`. */
  class?: string | undefined;
  tier?: string | undefined;
  /** The model as the client requested it. */
  asked?: string | undefined;
  /** The model of which the client received an answer or a part of one, `provider/model`, and its wire format. */
  model?: string | undefined;
  format?: string | undefined;
  /** `answered`, `refused`, `cut` or `left`, as in `occ why`. */
  ending: EndedRequest['ending'];
  ms: number;
  /** Milliseconds from the arrival to the first content, and per output token after it. */
  first_ms?: number | undefined;
  token_ms?: number | undefined;
  attempts?: number | undefined;
  /** The model that should have answered instead. */
  fallback_from?: string | undefined;
  repairs?: number | undefined;
  /** What each attempt used of which upstreams reported anything. */
  uses?: Use[] | undefined;
}

export interface Use {
  /** `provider/model`. */
  model: string;
  /** Input tokens that were neither read from a cache nor written to one. */
  input?: number | undefined;
  cache_read?: number | undefined;
  cache_write?: number | undefined;
  /** The part of `cache_write` that is kept for an hour. */
  cache_write_1h?: number | undefined;
  output?: number | undefined;
  /** The part of `output` that is reasoning. */
  reasoning?: number | undefined;
  /** US dollars; absent if no price is known. */
  cost?: number | undefined;
  cost_source?: CostSource | undefined;
  /** US dollars at list price that a plan has paid. */
  covered?: number | undefined;
  /** The provider did not report all of the tokens. */
  estimated?: true | undefined;
}

/** What the proxy knows of itself. */
export interface Writer {
  by: string;
  /** The folder in which the client of this proxy was started, if it has only one. */
  project?: string | undefined;
}

/** Characters of a name that a client or an upstream chose, and of a path. */
const longestName = 200;
const longestPath = 1000;

/** Every field is named in each record, since objects of one form cost least. */
export function toLedgerRecord(ended: EndedRequest, { by, project }: Writer): LedgerRecord {
  const { answered, ending, attempts } = ended;
  const uses = attempts.flatMap((attempt) => toUse(attempt) ?? []);
  const last = attempts.at(-1);
  return {
    v: 1,
    at: new Date(Date.parse(ended.at) + ended.ms).toISOString(),
    id: ended.id,
    by,
    session: named(ended.session),
    agent: named(ended.agent),
    project: named(ended.project ?? project, longestPath),
    class: named(ended.requestClass),
    tier: ended.tier,
    asked: named(ended.model),
    model: named(answered?.model),
    format: answered?.format,
    ending,
    ms: ended.ms,
    first_ms: positive(ended.firstContentMs),
    token_ms: ending === 'answered' && last ? positive(perToken(last)) : undefined,
    attempts: positive(attempts.length),
    fallback_from: named(ended.fallbackFrom?.model),
    repairs: positive(ended.repairs.length),
    uses: uses.length > 0 ? uses : undefined,
  };
}

function toUse({ model, spent }: AttemptRecord): Use | undefined {
  if (spent === undefined) return undefined;
  return {
    model: shortLine(model, longestName),
    input: positive(spent.input),
    cache_read: positive(spent.cacheRead),
    cache_write: positive(spent.cacheWrite),
    cache_write_1h: positive(spent.cacheWrite1h),
    output: positive(spent.output),
    reasoning: positive(spent.reasoning),
    cost: rounded(spent.cost),
    cost_source: spent.costSource,
    covered: rounded(spent.covered),
    estimated: spent.estimated || undefined,
  };
}

/** Undefined if the upstream reported no finish, or no more than one token. */
function perToken({ firstContentMs, finishedMs, spent }: AttemptRecord): number | undefined {
  const after = (spent?.output ?? 0) - 1;
  if (firstContentMs === undefined || finishedMs === undefined || after <= 0) return undefined;
  return Number(((finishedMs - firstContentMs) / after).toPrecision(4));
}

/** US dollars without the noise of binary fractions: to the hundred millionth of a cent. */
function rounded(dollars: number | undefined): number | undefined {
  return dollars === undefined ? undefined : Number(dollars.toFixed(10));
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function named(value: string | undefined, most = longestName): string | undefined {
  return value === undefined || value === '' ? undefined : shortLine(value, most);
}
