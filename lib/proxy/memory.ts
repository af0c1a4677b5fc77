/**
 * What the road remembers across requests: breakers, spent quotas, what was learned about models, retry budgets, and the
 * model of each conversation. All of it is bounded in number and in time. The rules that use it are in `policy/`.
 */
import { failureForLog } from './policy/failure-log.ts';
import type { Quota } from '../catalog/quota.ts';
import type { Settings } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { diagnosisOf, type Outcome } from './policy/failures.ts';
import { admission, closed, next, signOf, type BreakerEvent, type Circuit } from './policy/breaker.ts';
import { keptMs } from './policy/cache-causes.ts';
import { expiring } from './policy/expiring.ts';
import { keyLimits, type KeyLimit } from './key-limits.ts';
import { formatDuration, describeSpent } from './policy/quota.ts';
import { mayRetry, spend, unspent, type Budget } from './policy/retry-budget.ts';
import { nameOf, type Candidate, type Hindrance, type Plan } from './policy/plan.ts';
import type { Known } from './policy/route.ts';
import { messageOf, reasonOf } from './policy/summary.ts';
import { describeChange, type Change } from './rejections/changes.ts';
import {
  describeLearned,
  summarizeLearned,
  learnedFrom,
  learnedKey,
  learnedMs,
  type Learned,
} from './rejections/learned.ts';
import { toolOrders, type ToolOrders } from './tool-orders.ts';

/** The permission to make one attempt. Its holder reports how the attempt ended. */
export interface Permit {
  /** Reports that content has arrived. */
  content(now: number): void;
  end(outcome: Outcome, now: number): void;
}

export interface Memory extends ToolOrders {
  /** Forgets what was remembered under other settings: with a new key, subscription or URL it may no longer hold. */
  renew(settings: Settings): void;
  /** What routing needs to know. `conversation` is undefined if the client names none; `session` identifies it in any case. */
  known(conversation: string | undefined, now: number, session?: string): Known;
  /** Remembers the model that the conversation keeps. */
  keep(conversation: string | undefined, plan: Plan, now: number): void;
  /**
   * A permit, or the reason why there is none. With `lastResort` no other model is left, so models that are gone or whose
   * keys are spent are tried again more often.
   */
  admit(
    candidate: Candidate,
    key: number,
    settings: Settings,
    now: number,
    lastResort: boolean,
  ): Permit | Hindrance;
  /** The keys of a candidate's provider, best first; see `KeyLimits.usable`. */
  keys(candidate: Candidate, now: number, lastResort: boolean, session?: string): readonly number[];
  /** Remembers the key that has answered the conversation, for as long as its prompt cache lasts. */
  keepKey(session: string, candidate: Candidate, key: number, now: number): void;
  /** Takes what the provider's usage page, requested at `asked`, says about a key. */
  readQuota(provider: string, key: number, asked: number, quota: Quota): void;
  /** Remembers about a model a change that has helped, a limit, or that it is gone. */
  learn(candidate: Candidate, learned: Learned, now: number): void;
  /** Remembers a change that has helped for the requests of one conversation to the model. */
  learnFor(session: string, candidate: Candidate, change: Change, now: number): void;
  /** Counts an attempt of the provider, for its retry budget. */
  spend(provider: string, kind: 'attempt' | 'retry', now: number): void;
  mayRetry(provider: string, now: number): boolean;
  /** For `status`. */
  recall(now: number): Recalled;
}

export interface Recalled {
  /** Breakers that are not closed, by model and format separated by a space. */
  breakers: Readonly<Record<string, { state: 'open' | 'half_open'; until: string }>>;
  /** `key` says which of several keys is meant, from 1. */
  spent: readonly { who: string; limit: string; until: string; key?: number }[];
  learned: readonly { model: string; what: LearnedKind; words: string; until: string }[];
}

/** What was learned, for programs: of several changes of the request all count as `parameter`. */
export type LearnedKind = 'gone' | 'format' | 'parameter' | 'answer' | 'window';

interface LearnedEntry {
  model: string;
  learned: Learned;
  since: number;
}

/** Bounds in number, since model ids also come from clients. */
const mostCircuits = 200;
const maxLearned = 500;
const mostConversations = 1000;
/** Changes of one conversation beside the latest. */
const maxChanges = 7;
/** How long a conversation keeps its model after its last request, in milliseconds: a day. */
const conversationMs = 24 * 3_600_000;
/** How long an unused breaker is remembered, in milliseconds. */
const circuitMs = 3_600_000;

export function memory(log: Log): Memory {
  const circuits = expiring<{ circuit: Circuit; reason: string }>(mostCircuits);
  const limits = keyLimits();
  const learnings = expiring<LearnedEntry>(maxLearned);
  const conversations = expiring<string>(mostConversations);
  const sessions = expiring<readonly Change[]>(mostConversations);
  const budgets = expiring<Budget>(mostCircuits);
  const orders = toolOrders();
  /** The key of a provider that the conversation used last. */
  const keptKeys = expiring<number>(mostConversations);
  const seen = new WeakSet<Settings>();

  function renew(settings: Settings): void {
    if (seen.has(settings)) return;
    seen.add(settings);
    circuits.clear();
    limits.clear();
    learnings.clear();
    sessions.clear();
    keptKeys.clear();
  }

  function known(conversation: string | undefined, now: number, session?: string): Known {
    const all = learnings.list(now);
    return {
      now,
      learned: (model) => all.flatMap(({ value }) => (value.model === model ? [value.learned] : [])),
      changes: (model) => (session === undefined ? [] : (sessions.get(`${session} ${model}`, now) ?? [])),
      kept: (group) =>
        conversation === undefined ? undefined : conversations.get(`${conversation} ${group}`, now),
    };
  }

  function keep(conversation: string | undefined, plan: Plan, now: number): void {
    if (conversation === undefined || !plan.keep) return;
    conversations.set(`${conversation} ${plan.keep.group}`, plan.keep.name, now + conversationMs);
  }

  function admit(
    candidate: Candidate,
    keyIndex: number,
    settings: Settings,
    now: number,
    lastResort: boolean,
  ): Permit | Hindrance {
    const hindrance =
      limits.hindrance(candidate, keyIndex, now, lastResort) ?? absence(candidate, now, lastResort);
    if (hindrance) return hindrance;
    const model = nameOf(candidate);
    const key = `${model} ${candidate.route.format}`;
    const found = circuits.get(key, now);
    const admitted = admission(found?.circuit ?? closed, now);
    if (!admitted.admitted) {
      const { waitMs } = admitted;
      const { circuit, reason = '' } = found ?? {};
      const failures = `${reason.replace(/\.$/, '')} (${circuit?.failures} failures in a row)`;
      return { kind: 'breaker', reason: `${failures}; tried again in ${formatDuration(waitMs)}`, waitMs };
    }
    const { probe } = admitted;

    function note(event: BreakerEvent, at: number, failed?: Outcome): void {
      const { circuit: before, reason: known } = circuits.get(key, at) ?? { circuit: closed, reason: '' };
      const circuit = next(before, event, at, settings.circuitBreaker);
      if (circuit === before) return;
      const reason = failed ? reasonOf(failed) : known;
      if (circuit === closed) circuits.delete(key);
      else
        circuits.set(key, { circuit, reason }, at + Math.max(circuitMs, 2 * settings.circuitBreaker.resetMs));
      const { state } = circuit;
      if (state === before.state) return;
      const level = event.type === 'failed' ? 'warn' : 'info';
      const { format } = candidate.route;
      log({ level, event: 'breaker', model, format, state, ...(failed && failureForLog(failed)) });
    }

    limits.use(candidate, keyIndex, now);
    if (probe) note({ type: 'probing' }, now);
    return {
      content: (at) => note({ type: 'content', probe }, at),
      end(outcome, at) {
        const sign = signOf(outcome);
        note({ type: sign, probe }, at, sign === 'failed' ? outcome : undefined);
        remember(outcome, candidate, keyIndex, now, at);
      },
    };
  }

  function absence(candidate: Candidate, now: number, lastResort: boolean): Hindrance | undefined {
    const model = nameOf(candidate);
    const found = learnings.get(`${model} gone`, now)?.learned;
    if (found?.what !== 'gone' || lastResort) return undefined;
    return { kind: 'gone', reason: describeLearned(found), waitMs: 0 };
  }

  /** Keeps what an outcome means for other requests. An answer cancels what was learned before its request was sent. */
  function remember(outcome: Outcome, candidate: Candidate, key: number, began: number, now: number): void {
    const model = nameOf(candidate);
    const gone = learnings.get(`${model} gone`, now);
    if (outcome.type === 'answered' && gone && gone.since <= began) learnings.delete(`${model} gone`);
    const spent = limits.note(outcome, candidate, key, began, now);
    if (spent) {
      const which = spent.key === undefined ? '' : ` (key ${spent.key})`;
      logRemembered(spent.who, `${describeSpent(spent, now)}${which}`, spent.until);
    }
    const diagnosis = diagnosisOf(outcome);
    const learned = diagnosis && learnedFrom(diagnosis, candidate, messageOf(outcome));
    if (learned) learn(candidate, learned, now);
  }

  function learn(candidate: Candidate, learned: Learned, now: number): void {
    const model = nameOf(candidate);
    learnings.set(`${model} ${learnedKey(learned)}`, { model, learned, since: now }, now + learnedMs);
    logRemembered(model, summarizeLearned(learned), now + learnedMs);
  }

  function learnFor(session: string, candidate: Candidate, change: Change, now: number): void {
    const key = `${session} ${nameOf(candidate)}`;
    const keyOf = (one: Change): string => learnedKey({ what: 'change', change: one });
    const others = (sessions.get(key, now) ?? []).filter((one) => keyOf(one) !== keyOf(change));
    sessions.set(key, [...others.slice(-maxChanges), change], now + conversationMs);
    logRemembered(
      nameOf(candidate),
      `${describeChange(change)} (for one conversation)`,
      now + conversationMs,
    );
  }

  function logRemembered(who: string, what: string, until: number): void {
    log({ level: 'info', event: 'remembered', who, what, until: new Date(until).toISOString() });
  }

  function recall(now: number): Recalled {
    const breakers = circuits.list(now).flatMap(({ key, value: { circuit } }) => {
      if (circuit.state === 'closed') return [];
      return [[key, { state: circuit.state, until: new Date(circuit.until).toISOString() }] as const];
    });
    return {
      breakers: Object.fromEntries(breakers),
      spent: limits.list(now).map(recalledLimit),
      learned: learnings.list(now).map(({ value: { model, learned }, until }) => ({
        model,
        what: kindOf(learned),
        words: describeLearned(learned),
        until: new Date(until).toISOString(),
      })),
    };
  }

  return {
    renew,
    known,
    keep,
    admit,
    arrange: (...given) => orders.arrange(...given),
    keys(candidate, now, lastResort, session) {
      const kept = keptKeys.get(`${session} ${candidate.provider.name}`, now);
      return limits.usable(candidate, now, lastResort, kept);
    },
    keepKey(session, { provider }, key, now) {
      if (provider.keys.length > 1) keptKeys.set(`${session} ${provider.name}`, key, now + keptMs);
    },
    readQuota: (...page) => limits.readQuota(...page),
    learn,
    learnFor,
    spend(provider, kind, now) {
      const budget = spend(budgets.get(provider, now) ?? unspent, kind, now);
      budgets.set(provider, budget, now + learnedMs);
    },
    mayRetry: (provider, now) => mayRetry(budgets.get(provider, now) ?? unspent, now),
    recall,
  };
}

function recalledLimit({ who, limit, until, key }: KeyLimit): Recalled['spent'][number] {
  return { who, limit, until: new Date(until).toISOString(), ...(key !== undefined && { key }) };
}

function kindOf(learned: Learned): LearnedKind {
  if (learned.what === 'gone') return 'gone';
  const { kind } = learned.change;
  return kind === 'format' || kind === 'answer' || kind === 'window' ? kind : 'parameter';
}
