/**
 * `paid_fallback`: whether a model that costs money may answer in place of one that costs none. Pure. A model costs money
 * unless a plan pays for it, its price is 0, or it is on this machine (`isFree`). The rule looks only at the order of a plan: a
 * model that costs money and comes after one that costs none is a paid fallback, whatever keeps the others from answering. A
 * model that comes first, or only after others that cost money, was chosen and stays.
 */
import { isFree } from '../../catalog/price.ts';
import type { ModelEntry, Settings } from '../../config/settings.ts';
import { paidUntil, readPaidFallback, type PaidRule } from '../../paid-fallback.ts';
import { classOf, type FailureClass, type Tried } from './failures.ts';
import type { PassedOver, Plan } from './plan.ts';
import { resetMsOf } from './quota.ts';
import type { Refusal } from './verdict.ts';

/** The rule in force at `now`, in milliseconds. */
export function paidRuleOf({ paidFallback }: Pick<Settings, 'paidFallback'>, now: number): PaidRule {
  return readPaidFallback(paidFallback, now) ?? { rule: 'always' };
}

/** The entries that are paid fallbacks. */
export function paidFallbacksIn<E extends { entry: ModelEntry }>(
  entries: readonly E[],
  { providers }: Pick<Settings, 'providers'>,
): ReadonlySet<E> {
  let afterFree = false;
  const paid = entries.filter(({ entry }) => {
    const provider = Object.hasOwn(providers, entry.provider) ? providers[entry.provider] : undefined;
    if (provider === undefined) return false;
    const free = isFree(entry, provider);
    afterFree ||= free;
    return afterFree && !free;
  });
  return new Set(paid);
}

/** The entries that may answer, and the paid fallbacks that `paid_fallback` passes over. */
export function withoutPaid<E extends { entry: ModelEntry }>(
  entries: readonly E[],
  settings: Pick<Settings, 'providers' | 'paidFallback'>,
  now: number,
): { entries: readonly E[]; passedOver: PassedOver[] } {
  const { rule } = paidRuleOf(settings, now);
  if (rule === 'always') return { entries, passedOver: [] };
  const paid = paidFallbacksIn(entries, settings);
  const nameIn = ({ entry }: E): string => `${entry.provider}/${entry.model_id}`;
  const allowed = entries.filter((one) => !paid.has(one));
  const kept = new Set(allowed.map(nameIn));
  // A model that was chosen comes before the others, and may also be listed after them.
  const forbidden = new Set([...paid].map(nameIn).filter((model) => !kept.has(model)));
  return {
    entries: allowed,
    passedOver: [...forbidden].map((model) => forbiddenBy(rule, model)),
  };
}

function forbiddenBy(rule: 'ask' | 'never', model: string): PassedOver {
  const reason = `it costs money, and paid_fallback is "${rule}"`;
  return { model, reason, cause: 'paid', ...(rule === 'ask' && { asks: true }) };
}

/** How long the command of the error allows it where no upstream has named a reset, in milliseconds: an hour. */
const unknownResetMs = 3_600_000;

/** The classes of failures for which the command replaces the usual next step. */
const spent: ReadonlySet<FailureClass | undefined> = new Set(['allowance', 'balance', undefined]);

/**
 * The refusal with the command that allows paid fallbacks, if `ask` has kept one from answering: until the first of the used-up
 * limits resets, else for an hour. A failure that has a step of its own, such as a refused key, keeps it.
 */
export function asking(refusal: Refusal, plan: Plan, tried: readonly Tried[], now: number): Refusal {
  const asks = plan.passedOver.some((one) => one.asks === true);
  if (!asks || refusal.forClient || hasBetterStep(refusal)) return refusal;
  const until = now + (soonestReset(plan, tried) ?? unknownResetMs);
  return { ...refusal, next: `occ config set paid_fallback "${paidUntil(until)}"` };
}

/** `occ doctor` is the step where nothing better is known. */
function hasBetterStep({ next, class: failure }: Refusal): boolean {
  return next !== undefined && next !== 'occ doctor' && !spent.has(failure);
}

/** Milliseconds; undefined if no upstream named a reset. */
function soonestReset({ passedOver }: Plan, tried: readonly Tried[]): number | undefined {
  const resets = [
    ...passedOver.map(({ hindrance }) => (hindrance?.resetKnown ? hindrance.waitMs : undefined)),
    ...tried.map(({ outcome }) => (spent.has(classOf(outcome)) ? resetMsOf(outcome) : undefined)),
  ].filter((ms) => ms !== undefined);
  return resets.length === 0 ? undefined : Math.min(...resets);
}
