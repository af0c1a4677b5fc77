/** What the status line says about a session: the latest answer or failure of its main conversation. No text of either. */
import { windowLabel } from '../catalog/quota.ts';
import { cacheShare } from '../proxy/policy/cache-causes.ts';
import { kindOf } from '../proxy/policy/brief.ts';
import { atLeast, percentOf, type BudgetUse } from '../proxy/policy/budget.ts';
import type { KnownQuota } from '../catalog/quota.ts';
import { asksAgain } from '../proxy/policy/client-words.ts';
import type { Waiting } from '../proxy/waiting.ts';
import type { AttemptRecord, EndedRequest, FallbackFrom } from '../proxy/recent.ts';

export interface SessionAnswer {
  /** When the request ended or, for `waiting`, when it was seen to wait; in ISO 8601. */
  at: string;
  /** Set if a model answered. */
  model?: string;
  provider?: string;
  /** Milliseconds from the arrival of the request to the first content. */
  first_content_ms?: number;
  /** Percent of the input that was read from the provider's prompt cache; absent where nothing could be. */
  cached?: number;
  /** US dollars of all requests of the session, as far as providers report them. */
  cost?: number;
  /** The window of the provider's plan that is used most, in percent. */
  plan?: { window: string; percent: number };
  /** The budget that is used most, in percent, from 80 % on. */
  budget?: { period: 'day' | 'month'; percent: number };
  /** Set if another model should have answered. */
  fallback_from?: { model: string; reason: string };
  /** Set while a model has sent nothing for so many milliseconds. */
  waiting?: { model: string; ms: number };
  /** Set if the client received an error, or only a part of an answer. */
  failure?: {
    /** The model that failed; absent if several did. */
    model?: string;
    /** A status such as `429`, or a word. */
    reason: string;
    /** The client received a part of an answer. */
    cut: boolean;
    /** The client tries again by itself. */
    retrying: boolean;
  };
}

/**
 * Undefined for a request that says nothing about the session's model: one of a sub-agent, one that the client made for
 * itself (a title, a check), or one that the client left. `spent` are the dollars of the session before this request.
 */
export function toSessionAnswer(
  record: EndedRequest,
  quotas: readonly KnownQuota[],
  spent: number | undefined,
  budgets: readonly BudgetUse[] = [],
): SessionAnswer | undefined {
  if (!isMainConversation(record, record.ending)) return undefined;
  const cost = sumOf(spent, record.cost);
  const common = {
    at: new Date(Date.parse(record.at) + record.ms).toISOString(),
    ...(cost !== undefined && { cost }),
    ...nearlyUsed(budgets),
  };
  if (record.ending === 'refused' || record.ending === 'cut')
    return { ...common, failure: failureOf(record) };
  const { answered, firstContentMs, fallbackFrom } = record;
  if (answered === undefined) return undefined;
  const plan = fullestWindow(quotas, answered.provider);
  const cached = record.cache && cacheShare(record.cache);
  return {
    ...common,
    model: bareModel(answered.model),
    provider: answered.provider,
    ...(firstContentMs !== undefined && { first_content_ms: Math.round(firstContentMs) }),
    ...(cached !== undefined && { cached }),
    ...(plan !== undefined && { plan }),
    ...(fallbackFrom !== undefined && {
      fallback_from: { model: bareModel(fallbackFrom.model), reason: fallbackReason(fallbackFrom) },
    }),
  };
}

/** Undefined for a request that says nothing about the session's model, as above. `at` is in ISO 8601. */
export function toWaiting({ record, model, ms }: Waiting, at: string): SessionAnswer | undefined {
  return isMainConversation(record, 'answered')
    ? { at, waiting: { model: bareModel(model), ms } }
    : undefined;
}

/** The fullest budget from 80 % on. */
function nearlyUsed(budgets: readonly BudgetUse[]): Pick<SessionAnswer, 'budget'> {
  const [fullest] = atLeast(budgets, 'warn');
  return fullest === undefined ? {} : { budget: { period: fullest.period, percent: percentOf(fullest) } };
}

/** The dollars of a session after a request. */
export function sumOf(spent: number | undefined, cost: number | undefined): number | undefined {
  return spent === undefined && cost === undefined ? undefined : (spent ?? 0) + (cost ?? 0);
}

/** A request in progress counts as one that the client has left, so its `ending` is given. */
function isMainConversation({ agent, requestClass }: EndedRequest, ending: EndedRequest['ending']): boolean {
  // Clients that send no hint about the kind of request send no requests of their own that are worth telling apart.
  return agent === undefined && (requestClass || 'main') === 'main' && ending !== 'left';
}

function failureOf({
  attempts,
  passedOver,
  error,
  ending,
}: EndedRequest): NonNullable<SessionAnswer['failure']> {
  // The models that were not tried after a break have not failed.
  const skipped = ending === 'cut' ? [] : passedOver;
  const failed = [...new Set([...attempts, ...skipped].map(({ model }) => model))];
  const [only] = failed;
  const last = attempts.at(-1);
  const several = failed.length > 1;
  return {
    ...(only !== undefined && !several && { model: bareModel(only) }),
    reason: (several ? undefined : last && reasonOf(last)) ?? String(error?.status ?? 'error'),
    cut: ending === 'cut',
    retrying: ending === 'refused' && error !== undefined && asksAgain(error),
  };
}

/** The status alone, which is short, or the kind of failure in the words of the other pages. */
function reasonOf(attempt: AttemptRecord): string {
  return attempt.upstreamStatus === undefined ? kindOf(attempt) : String(attempt.upstreamStatus);
}

function fallbackReason({ status, class: kind, passedOver }: FallbackFrom): string {
  if (status !== undefined) return String(status);
  const word = passedOver ?? kind ?? 'failed';
  return words[word] ?? word;
}

/** Why a model was passed over, and classes of failures without a status, in a word or two. */
const words: Readonly<Record<string, string>> = {
  breaker: 'paused after failures',
  quota: 'plan used up',
  gone: 'not available',
  capacity: 'request too large',
  budget: 'budget used up',
  paid: 'costs money',
  configuration: 'not configured',
  key: 'no key left',
  transient: 'no answer',
  other: 'failed',
};

/** `glm-5.3` of `opencode-go/glm-5.3`. */
function bareModel(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

function fullestWindow(quotas: readonly KnownQuota[], provider: string): SessionAnswer['plan'] {
  const windows = quotas
    .filter((known) => known.provider === provider)
    .flatMap((known) =>
      known.windows.map(({ window, percent }) => ({ window: windowLabel(window), percent })),
    );
  let fullest: SessionAnswer['plan'];
  for (const { window, percent } of windows) {
    if (percent !== null && percent > (fullest?.percent ?? -1))
      fullest = { window, percent: Math.round(percent) };
  }
  return fullest;
}
