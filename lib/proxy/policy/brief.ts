/** A failed request in a few words, for one short line: who failed, with which status, and the kind of failure. Pure. */
import type { FailedAttempt } from './failure-log.ts';
import type { FailureClass, Trouble } from './failures.ts';
import { briefNetworkFault } from './network-faults.ts';

/** What is known of a failed request; see `EndedRequest`. */
export interface BriefFailure {
  ending: string;
  attempts: readonly (FailedAttempt & { outcome: string })[];
  passedOver: readonly { model: string; kind: string }[];
  error?: { status: number };
}

/** Characters above which two names are replaced by a number. */
const longestNames = 48;

/**
 * `glm-5.3 and kimi-k3 failed (429, rate limit)`, `all 3 models failed (503, outage; no connection)`, `glm-5.3 broke off its
 * answer (connection broke)`. Without an upstream's words, so it may reach the disk.
 */
export function brief({ ending, attempts, passedOver, error }: BriefFailure): string {
  const failed = attempts.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const last = failed.at(-1);
  if (ending === 'cut' && last) return `${namesOf([last.model])} broke off its answer (${kindOf(last)})`;
  const models = [...failed, ...passedOver].map(({ model }) => model);
  if (models.length === 0) return `the request was refused (${error?.status ?? ''})`;
  const reasons = new Set([
    ...failed.map(kindOf),
    ...passedOver.flatMap(({ kind }) =>
      kind === 'key' && failed.some(isAboutKey) ? [] : (byPassing[kind] ?? 'not tried'),
    ),
  ]);
  const [first = '', second, ...more] = reasons;
  const why =
    more.length > 0 ? `${first}, and others` : [first, ...(second === undefined ? [] : [second])].join('; ');
  // The provider's own words reach the client without its name.
  const names = last?.class === 'client' ? last.model : namesOf(models);
  return `${names} ${failed.length === 0 ? 'skipped' : 'failed'} (${why})`;
}

/** The failure that also explains why no other model of the provider was tried. */
function isAboutKey({ class: failure }: FailedAttempt): boolean {
  return failure === 'credentials' || failure === 'allowance' || failure === 'balance';
}

/** The model ids, with their providers if two are alike; only the number if that would be long. */
function namesOf(models: readonly string[]): string {
  const full = [...new Set(models)];
  const ids = full.map((model) => model.slice(model.indexOf('/') + 1));
  const names = new Set(ids).size === ids.length ? ids : full;
  const all = names.join(' and ');
  return names.length === 1 || (names.length === 2 && all.length <= longestNames)
    ? all
    : `all ${names.length} models`;
}

/** `429, rate limit`, or `no answer in time`. */
export function kindOf({
  upstreamStatus,
  trouble,
  notSent,
  notRunning,
  network,
  address,
  class: failure,
}: FailedAttempt): string {
  if (notSent) return 'no key';
  if (notRunning) return 'server not running';
  if (network !== undefined) return briefNetworkFault(network);
  if (trouble !== undefined && trouble !== 'upstream') return byTrouble[trouble];
  const kind = address !== undefined ? 'wrong address' : failure === undefined ? 'error' : byClass[failure];
  return upstreamStatus === undefined ? kind : `${upstreamStatus}, ${kind}`;
}

const byClass: Readonly<Record<FailureClass, string>> = {
  client: 'invalid request',
  credentials: 'key refused',
  allowance: 'limit reached',
  balance: 'no money left',
  rate: 'rate limit',
  gone: 'model not available',
  format: 'wrong wire format',
  filter: 'content filter',
  transient: 'outage',
  other: 'error',
};

const byTrouble: Readonly<Record<Exclude<Trouble, 'upstream'>, string>> = {
  connect: 'no connection',
  reset: 'connection broke',
  timeout: 'no answer in time',
  stall: 'no more data',
  empty: 'empty answer',
  truncated: 'answer cut off',
  malformed: 'invalid answer',
  overflow: 'answer too long',
  encoding: 'request not encoded',
  client_limit: 'no answer in time',
};

const byPassing: Readonly<Record<string, string>> = {
  breaker: 'repeated failures',
  quota: 'limit reached',
  gone: 'model not available',
  capacity: 'no room for the request',
  budget: 'budget used up',
  paid: 'costs money',
  configuration: 'wrong configuration',
  key: 'key refused or used up',
};
