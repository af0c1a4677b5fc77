/**
 * What is known of a request after it has ended: who answered, what failed before that, what the client received. The latest
 * ones are kept in memory, since an upstream's words may quote the conversation and must not reach the disk.
 */
import type { StopReason, Usage } from '../anthropic/events.ts';
import type { Route } from '../wire/codec.ts';
import type { WireFormat } from '../wire/formats.ts';
import type { Attempted } from './attempt.ts';
import type { Spent } from './spent.ts';
import type { Tally } from './tally.ts';
import { failureOf, type FailedAttempt } from './policy/failure-log.ts';
import type { FailureClass, Outcome } from './policy/failures.ts';
import type { CacheRecord } from './policy/cache-causes.ts';
import { nameOf, type Candidate, type Hindrance, type PassedOver } from './policy/plan.ts';
import type { Tier } from './policy/tiers.ts';
import type { Refusal } from './policy/verdict.ts';

/** The record of one request to `/v1/messages`. Plain JSON. It grows while the request runs, and is complete at its end. */
export interface EndedRequest {
  /** The `request-id` that the client received. */
  id: string;
  /** When it arrived, in ISO 8601. */
  at: string;
  /** Milliseconds from its arrival to its end. */
  ms: number;
  /** The configuration file of its proxy, if `--config` named it: commands about it need the same option. */
  config?: string;
  /** The client's own name of the session, and of the sub-agent in it, if it sends them. */
  session?: string;
  agent?: string;
  /** The folder in which the client was started, if it says so. */
  project?: string;
  /** The client's hint about the kind of request: `main`, `title` and so on. */
  requestClass?: string;
  tier?: Tier;
  stream: boolean;
  /** The model as the client requested it; "" if the request was refused before its body was read. */
  model: string;
  /** The rule that chose the models, and why; "" if none was applied. */
  route: string;
  /**
   * - `answered`: a model's answer was sent to its end.
   * - `refused`: the client received an error.
   * - `cut`: the client received a part of an answer, then an error.
   * - `left`: the client disconnected.
   */
  ending: 'answered' | 'refused' | 'cut' | 'left';
  /** The model of which the client received an answer or, with `cut`, a part of one. */
  answered?: { model: string; provider: string; format: WireFormat };
  /** Milliseconds from the arrival to the first content for the client. */
  firstContentMs?: number;
  /** Sums over all attempts; absent if no upstream reported them. */
  usage?: TokenSums;
  /** US dollars. */
  cost?: number;
  /** What the upstream's prompt cache had of the input of the last attempt that reported usage. */
  cache?: CacheRecord;
  attempts: AttemptRecord[];
  passedOver: PassedOverRecord[];
  /** The changes made after a refusal: what was changed in the request to which model. */
  repairs: { model: string; what: string }[];
  /** Set if a model other than the first of the plan answered: what had happened to the first. */
  fallbackFrom?: FallbackFrom;
  /** The error that the client received. */
  error?: ErrorRecord;
}

export interface TokenSums {
  /** Input tokens that were not read from a cache. */
  input: number;
  /** Input tokens that were read from a cache or written to one. */
  cached: number;
  output: number;
}

/** One try of one model. `words` never reach the disk. */
export interface AttemptRecord extends FailedAttempt {
  format: WireFormat;
  outcome: Outcome['type'];
  /** Milliseconds from the arrival of the request to the start of this attempt; absent in records of earlier versions. */
  startedMs?: number;
  ms: number;
  /** Where the request went: `host:port`. */
  server?: string;
  /** The HTTP status of the response, if there was one. */
  httpStatus?: number;
  /** The name that the upstream gave to the model, if it means another one than was asked for. */
  otherModel?: string;
  /** Why the answer ended. */
  stopReason?: StopReason;
  /** Milliseconds from the request to the upstream to its first content, and to its finish. */
  firstContentMs?: number;
  finishedMs?: number;
  /** What it used, if the upstream has reported anything. */
  spent?: Spent;
}

export interface PassedOverRecord {
  model: string;
  kind: Hindrance['kind'] | NonNullable<PassedOver['cause']>;
  /** May quote an upstream, so never on disk. */
  reason: string;
}

export interface FallbackFrom {
  model: string;
  /** Of its last attempt. */
  class?: FailureClass;
  status?: number;
  /** Why it was not tried. */
  passedOver?: PassedOverRecord['kind'];
}

export interface ErrorRecord {
  status: number;
  type: string;
  /** What the client received, without the next step. May quote an upstream, so never on disk. */
  message: string;
  /** The class of the failure that decided; absent for a request that occ itself refused. */
  class?: FailureClass;
  /** Whether `x-should-retry: false` told the client not to try again. */
  permanent: boolean;
  /** The command that helps next; absent if the client has to act itself. */
  next?: string;
}

/** A record at the arrival of its request. Until something else is known, the client has left. */
export function arrived(id: string, at: string, config?: string): EndedRequest {
  return {
    id,
    at,
    ...(config !== undefined && { config }),
    ms: 0,
    stream: false,
    model: '',
    route: '',
    ending: 'left',
    attempts: [],
    passedOver: [],
    repairs: [],
  };
}

/** Adds what one attempt used. */
export function addUsage(record: Pick<EndedRequest, 'usage' | 'cost'>, { usage, cost }: Tally): void {
  if (usage) record.usage = sum(record.usage ?? { input: 0, cached: 0, output: 0 }, usage);
  if (cost !== undefined) record.cost = (record.cost ?? 0) + cost;
}

function sum({ input, cached, output }: TokenSums, usage: Usage): TokenSums {
  return {
    input: input + usage.input_tokens,
    cached: cached + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    output: output + usage.output_tokens,
  };
}

/** By the routes in use, since every attempt needs it. */
const servers = new WeakMap<Route, string>();

/** `host:port` of a route's endpoint; "" for one that is no URL. */
function serverOf(route: Route): string {
  const known = servers.get(route) ?? toServer(route.endpoint);
  servers.set(route, known);
  return known;
}

function toServer(endpoint: string): string {
  if (!URL.canParse(endpoint)) return '';
  const { protocol, hostname, port } = new URL(endpoint);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** When an attempt began, after the arrival of its request, and how long it took, in milliseconds. */
interface AttemptTimes {
  startedMs: number;
  ms: number;
}

export function toAttemptRecord(
  { outcome, tally }: Pick<Attempted, 'outcome' | 'tally'>,
  candidate: Candidate,
  { startedMs, ms }: AttemptTimes,
  spent?: Spent,
): AttemptRecord {
  const { firstContentMs, finishedMs, httpStatus, otherModel, stopReason } = tally;
  const server = serverOf(candidate.route);
  return {
    model: nameOf(candidate),
    format: candidate.route.format,
    outcome: outcome.type,
    startedMs,
    ms,
    ...(server !== '' && { server }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(otherModel !== undefined && { otherModel }),
    ...(stopReason && { stopReason }),
    ...(firstContentMs !== undefined && { firstContentMs }),
    ...(finishedMs !== undefined && { finishedMs }),
    ...(spent && { spent }),
    ...failureOf(outcome),
  };
}

/** Without a command of its own, `occ why` is the next step. */
export function toErrorRecord(refusal: Refusal, requestId: string): ErrorRecord {
  const { status, type, message, permanent, class: failure, forClient } = refusal;
  const given = forClient ? undefined : (refusal.next ?? `occ why ${requestId}`);
  const next = typeof given === 'string' ? given : undefined;
  return {
    status,
    type,
    message,
    permanent,
    ...(failure !== undefined && { class: failure }),
    ...(next !== undefined && { next }),
  };
}

export function toPassedOverRecord({ model, reason, hindrance, cause }: PassedOver): PassedOverRecord {
  return { model, kind: hindrance?.kind ?? cause ?? 'capacity', reason };
}

/** What had happened to the plan's first model, for a request that another one answered. */
export function fallbackFrom(
  first: string,
  { attempts, passedOver }: Pick<EndedRequest, 'attempts' | 'passedOver'>,
): FallbackFrom {
  const tried = attempts.findLast(({ model }) => model === first);
  const passed = passedOver.find(({ model }) => model === first);
  return {
    model: first,
    ...(tried?.class !== undefined && { class: tried.class }),
    ...(tried?.upstreamStatus !== undefined && { status: tried.upstreamStatus }),
    ...(tried === undefined && passed && { passedOver: passed.kind }),
  };
}

/** The latest records, for `occ why`. */
export interface RecentRequests {
  add(record: EndedRequest): void;
  /** Newest first. */
  list(filter?: RecentFilter): EndedRequest[];
}

export interface RecentFilter {
  /** An id, or its start. */
  id?: string;
  /** Only requests that failed: the client received an error. */
  failed?: boolean;
  limit?: number;
}

/** How many records are kept. */
const mostRecent = 200;

export function recentRequests(most = mostRecent): RecentRequests {
  const kept: EndedRequest[] = [];
  return {
    add(record) {
      kept.push(record);
      if (kept.length > most) kept.shift();
    },
    list({ id = '', failed = false, limit = most } = {}) {
      return kept
        .filter((one) => one.id.startsWith(id) && (!failed || hasFailed(one)))
        .toReversed()
        .slice(0, limit);
    },
  };
}

/** Whether the client received an error. */
export function hasFailed({ ending }: EndedRequest): boolean {
  return ending === 'refused' || ending === 'cut';
}
