/**
 * Which keys of a provider are refused, spent or limited, and until when. Limits belong to a key, so a provider counts as
 * spent only when all its keys are. The entries are bounded in number and in time.
 */
import type { Quota } from '../catalog/quota.ts';
import type { Outcome } from './policy/failures.ts';
import { classOf } from './policy/failures.ts';
import { expiring } from './policy/expiring.ts';
import { nameOf, type Candidate, type Hindrance } from './policy/plan.ts';
import { describeSpent, isDue, modelsForProvider, resetMsOf, spentBy, type Spent } from './policy/quota.ts';

/** A limit of one key. */
export interface KeyLimit extends Spent {
  /** Which of the provider's keys, from 1; undefined if it has only one. */
  key?: number;
}

export interface KeyLimits {
  clear(): void;
  /**
   * The keys that a candidate may use now, best first. If there is none, one that it may not use, for which `hindrance` has
   * the reason. With `lastResort` spent keys are tried more often. The `kept` key comes before others that are as good.
   */
  usable(candidate: Candidate, now: number, lastResort: boolean, kept?: number): readonly number[];
  /** Why a key may not be used now. */
  hindrance(candidate: Candidate, key: number, now: number, lastResort: boolean): Hindrance | undefined;
  /** Reports that a key is used, so that a spent one is tried by one request only. */
  use(candidate: Candidate, key: number, now: number): void;
  /** Remembers what an outcome means for other requests, and returns it. `began` is when the attempt did. */
  note(outcome: Outcome, candidate: Candidate, key: number, began: number, now: number): KeyLimit | undefined;
  /**
   * Takes what the provider's usage page, requested at `asked`, says about a key. An allowance with room is no longer spent. If
   * the plan has room and only the refused model's own allowance is spent, only that model is.
   */
  readQuota(provider: string, key: number, asked: number, quota: Quota): void;
  list(now: number): KeyLimit[];
}

interface Entry extends KeyLimit {
  provider: string;
  /** `provider/model`: which model's refusal it is known from. */
  from: string;
  /** When a request last tried it although it is spent. */
  triedAt: number;
}

const most = 500;
/** How long a refused key is not used while the provider has others, in milliseconds. */
const refusedMs = 3_600_000;
/** How long other keys come before a rate-limited one without a named wait, in milliseconds, and the longest such time. */
const limitedMs = 60_000;
const longestLimitedMs = 3_600_000;
/** Usage pages are late, so one that was requested sooner after a refusal than this shows nothing, in milliseconds. */
const pageLagMs = 60_000;

export function keyLimits(): KeyLimits {
  const spent = expiring<Entry>(most);
  /** When the refusal was. */
  const refused = expiring<number>(most);
  const limited = expiring<true>(most);

  function spentFor(candidate: Candidate, key: number, now: number): Entry[] {
    return [candidate.provider.name, nameOf(candidate)].flatMap(
      (who) => spent.get(`${who} ${key}`, now) ?? [],
    );
  }

  /** What keeps the candidate from using the key now; undefined if it is not spent or is due to be tried. */
  function binding(candidate: Candidate, key: number, now: number, lastResort: boolean): Entry | undefined {
    return spentFor(candidate, key, now).find((entry) => !isDue(entry, now, lastResort));
  }

  /** Refused keys count only if all are: then an account may have been repaired. */
  function notRefused(candidate: Candidate, now: number): number[] {
    const { name, keys } = candidate.provider;
    const all = Array.from({ length: Math.max(1, keys.length) }, (_, key) => key);
    const left = all.filter((key) => refused.get(`${name} ${key}`, now) === undefined);
    return left.length > 0 ? left : all;
  }

  function usable(candidate: Candidate, now: number, lastResort: boolean, kept?: number): readonly number[] {
    const keys = notRefused(candidate, now);
    const free = keys.filter((key) => binding(candidate, key, now, lastResort) === undefined);
    if (free.length === 0) return keys.slice(0, 1);
    const isLimited = (key: number): boolean => limited.get(`${nameOf(candidate)} ${key}`, now) !== undefined;
    const best = free.filter((key) => !isLimited(key));
    const inOrder = best.filter((key) => key === kept).concat(best.filter((key) => key !== kept));
    return [...inOrder, ...free.filter(isLimited)];
  }

  function hindrance(
    candidate: Candidate,
    key: number,
    now: number,
    lastResort: boolean,
  ): Hindrance | undefined {
    if (binding(candidate, key, now, lastResort) === undefined) return undefined;
    const all = notRefused(candidate, now).flatMap((one) => binding(candidate, one, now, lastResort) ?? []);
    const [soonest] = all.sort((a, b) => a.until - b.until);
    if (soonest === undefined) return undefined;
    const { length } = candidate.provider.keys;
    const reason = `${describeSpent(soonest, now)}${length > 1 ? `; none of its ${length} keys is left` : ''}`;
    const { kind: spent, resetKnown, until } = soonest;
    return { kind: 'quota', spent, reason, resetKnown, waitMs: until - now };
  }

  function use(candidate: Candidate, key: number, now: number): void {
    for (const entry of spentFor(candidate, key, now)) entry.triedAt = now;
  }

  function note(
    outcome: Outcome,
    candidate: Candidate,
    key: number,
    began: number,
    now: number,
  ): KeyLimit | undefined {
    const { name: provider, keys } = candidate.provider;
    const model = nameOf(candidate);
    if (outcome.type === 'answered') return forget(provider, model, key, began, now);
    const failure = classOf(outcome);
    if (failure === 'credentials') refused.set(`${provider} ${key}`, now, now + refusedMs);
    if (failure === 'rate') {
      const waitMs = Math.min(resetMsOf(outcome) ?? limitedMs, longestLimitedMs);
      limited.set(`${model} ${key}`, true, now + waitMs);
    }
    const found = spentBy(outcome, provider, candidate.route.modelId, now);
    if (found === undefined) return undefined;
    const entry = { ...found, provider, from: model, triedAt: now, ...(keys.length > 1 && { key: key + 1 }) };
    spent.set(`${found.who} ${key}`, entry, found.until);
    if (found.kind !== 'balance' || !isEmptyForSeveral(provider, key, now)) return entry;
    // Other models of the provider have no money either.
    const ofProvider = { ...entry, who: provider };
    spent.set(`${provider} ${key}`, ofProvider, found.until);
    return ofProvider;
  }

  /** Whether several models of the provider reported an empty balance for this key. */
  function isEmptyForSeveral(provider: string, key: number, now: number): boolean {
    const models = spent
      .list(now)
      .filter(
        ({ key: at, value }) =>
          value.provider === provider &&
          value.who !== provider &&
          value.kind === 'balance' &&
          at.endsWith(` ${key}`),
      );
    return models.length >= modelsForProvider;
  }

  /** An answer cancels what was remembered before its request was sent. */
  function forget(provider: string, model: string, key: number, began: number, now: number): undefined {
    for (const who of [provider, model]) {
      const entry = spent.get(`${who} ${key}`, now);
      if (entry && entry.since <= began) spent.delete(`${who} ${key}`);
    }
    if ((refused.get(`${provider} ${key}`, now) ?? Infinity) <= began) refused.delete(`${provider} ${key}`);
    limited.delete(`${model} ${key}`);
  }

  function readQuota(provider: string, key: number, asked: number, quota: Quota): void {
    const ofPlan = spent.get(`${provider} ${key}`, asked);
    const inRoom = quota.windows.every((window) => !window.spent);
    if (ofPlan?.kind === 'allowance' && inRoom) {
      const own = modelsOf(quota, provider).get(ofPlan.from);
      if (own === 'spent') spent.set(`${ofPlan.from} ${key}`, { ...ofPlan, who: ofPlan.from }, ofPlan.until);
      if (own === 'spent' || isLater(ofPlan, asked)) spent.delete(`${provider} ${key}`);
    }
    for (const [model, state] of modelsOf(quota, provider)) {
      const ofModel = spent.get(`${model} ${key}`, asked);
      if (ofModel?.kind === 'allowance' && state === 'room' && inRoom && isLater(ofModel, asked))
        spent.delete(`${model} ${key}`);
    }
  }

  return {
    clear() {
      spent.clear();
      refused.clear();
      limited.clear();
    },
    usable,
    hindrance,
    use,
    note,
    readQuota,
    list: (now) => spent.list(now).map(({ value }) => value),
  };
}

/** Whether a page that was requested at `asked` can know of the refusal. */
function isLater({ since }: Entry, asked: number): boolean {
  return since + pageLagMs <= asked;
}

/** The models that a page names, as `provider/model`: whether a window of their own is spent. */
function modelsOf({ models = [] }: Quota, provider: string): ReadonlyMap<string, 'spent' | 'room'> {
  const states = new Map<string, 'spent' | 'room'>();
  for (const { model, spent } of models) {
    const name = `${provider}/${model}`;
    if (states.get(name) !== 'spent') states.set(name, spent ? 'spent' : 'room');
  }
  return states;
}
