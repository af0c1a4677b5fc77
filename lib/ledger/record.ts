/** One line of the ledger: what one request to `/v1/messages` used, and what became of it. No text of it, and no secret. */
import { shortLine } from '../printable.ts';
import type { EndedRequest, AttemptRecord } from '../proxy/recent.ts';
import type { CostSource } from '../proxy/spent.ts';

/** Absent is what is 0, unknown or does not apply. Names as in the file, which other programs may read. */
export interface LedgerRecord {
  /** The version of this form. */
  v: 1;
  /** When the request ended, in ISO 8601. */
  at: string;
  /** The `request-id` that the client received. */
  id: string;
  /** The proxy that wrote the line; another one for every process. */
  by: string;
  session?: string;
  agent?: string;
  /** The folder in which the client was started. */
  project?: string;
  /** The client's hint about the kind of request: `main`, `title`. */
  class?: string;
  tier?: string;
  /** The model as the client requested it. */
  asked?: string;
  /** The model of which the client received an answer or a part of one, `provider/model`, and its wire format. */
  model?: string;
  format?: string;
  /** `answered`, `refused`, `cut` or `left`, as in `occ why`. */
  ending: EndedRequest['ending'];
  ms: number;
  /** Milliseconds from the arrival to the first content, and per output token after it. */
  first_ms?: number;
  token_ms?: number;
  attempts?: number;
  /** The model that should have answered instead. */
  fallback_from?: string;
  repairs?: number;
  /** What each attempt used of which upstreams reported anything. */
  uses?: Use[];
}

export interface Use {
  /** `provider/model`. */
  model: string;
  /** Input tokens that were neither read from a cache nor written to one. */
  input?: number;
  cache_read?: number;
  cache_write?: number;
  /** The part of `cache_write` that is kept for an hour. */
  cache_write_1h?: number;
  output?: number;
  /** The part of `output` that is reasoning. */
  reasoning?: number;
  /** US dollars; absent if nobody states a price. */
  cost?: number;
  cost_source?: CostSource;
  /** US dollars at list price that a plan has paid. */
  covered?: number;
  /** The provider did not report all of the tokens. */
  estimated?: true;
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

export function toLedgerRecord(ended: EndedRequest, { by, project }: Writer): LedgerRecord {
  const { id, at, ms, session, agent, requestClass, tier, model, answered, ending, attempts } = ended;
  const folder = ended.project ?? project;
  const uses = attempts.flatMap((attempt) => toUse(attempt) ?? []);
  const last = attempts.at(-1);
  return {
    v: 1,
    at: new Date(Date.parse(at) + ms).toISOString(),
    id,
    by,
    ...named('session', session),
    ...named('agent', agent),
    ...(folder !== undefined && { project: shortLine(folder, longestPath) }),
    ...named('class', requestClass),
    ...(tier !== undefined && { tier }),
    ...named('asked', model),
    ...named('model', answered?.model),
    ...(answered && { format: answered.format }),
    ending,
    ms,
    ...positive('first_ms', ended.firstContentMs),
    ...(ending === 'answered' && last && positive('token_ms', perToken(last))),
    ...positive('attempts', attempts.length),
    ...named('fallback_from', ended.fallbackFrom?.model),
    ...positive('repairs', ended.repairs.length),
    ...(uses.length > 0 && { uses }),
  };
}

function toUse({ model, spent }: AttemptRecord): Use | undefined {
  if (spent === undefined) return undefined;
  const { cost, costSource, covered, estimated } = spent;
  return {
    model: shortLine(model, longestName),
    ...positive('input', spent.input),
    ...positive('cache_read', spent.cacheRead),
    ...positive('cache_write', spent.cacheWrite),
    ...positive('cache_write_1h', spent.cacheWrite1h),
    ...positive('output', spent.output),
    ...positive('reasoning', spent.reasoning),
    ...(cost !== undefined && { cost: rounded(cost) }),
    ...(costSource && { cost_source: costSource }),
    ...(covered !== undefined && { covered: rounded(covered) }),
    ...(estimated && { estimated }),
  };
}

/** Undefined if the upstream reported no finish, or no more than one token. */
function perToken({ firstContentMs, finishedMs, spent }: AttemptRecord): number | undefined {
  const after = (spent?.output ?? 0) - 1;
  if (firstContentMs === undefined || finishedMs === undefined || after <= 0) return undefined;
  return Number(((finishedMs - firstContentMs) / after).toPrecision(4));
}

/** US dollars without the noise of binary fractions: to the hundred millionth of a cent. */
function rounded(dollars: number): number {
  return Number(dollars.toFixed(10));
}

function positive<Name extends string>(name: Name, value: number | undefined): { [N in Name]?: number } {
  return value !== undefined && value > 0 ? ({ [name]: value } as { [N in Name]: number }) : {};
}

function named<Name extends string>(name: Name, value: string | undefined): { [N in Name]?: string } {
  if (value === undefined || value === '') return {};
  return { [name]: shortLine(value, longestName) } as { [N in Name]: string };
}
