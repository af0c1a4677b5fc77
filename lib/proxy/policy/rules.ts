/**
 * What `save_quota_at` and `paid_fallback` do with this configuration, in words, for `occ route` and `occ status`. Pure. The
 * words are made from the plans of such requests, so that they cannot differ from what happens.
 */
import type { MessagesRequest } from '../../anthropic/request.ts';
import { hasPlan } from '../../catalog/price.ts';
import type { KnownQuota } from '../../catalog/quota.ts';
import type { Settings } from '../../config/settings.ts';
import type { PaidFallback } from '../../paid-fallback.ts';
import { readShare } from '../../quota-share.ts';
import { paidFallbacksIn, paidRuleOf } from './paid.ts';
import { nameOf, type Candidate, type Plan } from './plan.ts';
import { describeQuotaUse } from './quota-use.ts';
import { fallbacksFor, planRoutes } from './route.ts';
import { tierId } from './tiers.ts';

export interface RuleInWords {
  key: 'save_quota_at' | 'paid_fallback';
  /** The value in force: `off`, `80 %`, `ask`. */
  value: string;
  text: string;
  /** Whether it sends requests elsewhere now: a plan is spared. */
  active: boolean;
  /** When that changes, in milliseconds since 1970; absent if it does not, or at an unknown time. */
  until?: number;
}

/** Only the rules that concern this configuration: one with a plan, and one with a model that costs money as a fallback. */
export function rulesInWords(
  settings: Settings,
  quotas: readonly KnownQuota[],
  now: number,
): readonly RuleInWords[] {
  return [savingRule(settings, quotas, now), paidRule(settings, now)].filter((rule) => rule !== undefined);
}

function savingRule(settings: Settings, quotas: readonly KnownQuota[], now: number): RuleInWords | undefined {
  const share = readShare(settings.saveQuotaAt);
  const usual = backgroundPlan(settings, [], now).candidates[0];
  const key = 'save_quota_at';
  const value = share === undefined ? 'off' : `${share} %`;
  if (usual === undefined || !hasPlan(usual.provider)) {
    if (share === undefined) return undefined;
    const who = usual === undefined ? 'no model takes background work' : `${nameOf(usual)} uses no plan`;
    return { key, value, text: `no effect: ${who}`, active: false };
  }
  const stays = `background work stays on ${nameOf(usual)}`;
  if (share === undefined)
    return {
      key,
      value,
      text: `${stays}, however much of ${usual.provider.name} is used`,
      active: false,
    };
  const then = backgroundPlan(settings, fullTo(share, usual), now);
  if (then.spared === undefined)
    return {
      key,
      value,
      text: `${stays}: no configured model that costs no money is cheaper`,
      active: false,
    };
  const moved = `${nameOf(then.candidates[0])} instead of ${nameOf(usual)}`;
  const { spared, candidates } = backgroundPlan(settings, quotas, now);
  if (spared === undefined) {
    const text = `background work goes to ${moved} from ${share} % of a window of ${usual.provider.name} on, until it resets`;
    return { key, value, text, active: false };
  }
  return {
    key,
    value,
    text: `background work goes to ${nameOf(candidates[0])} instead of ${nameOf(usual)}, since ${describeQuotaUse(spared)} is used`,
    active: true,
    ...(spared.resetsAt !== undefined && { until: spared.resetsAt }),
  };
}

/** The plan of a short request of the haiku tier. */
function backgroundPlan(settings: Settings, quotas: readonly KnownQuota[], now: number): Plan {
  const request: MessagesRequest = {
    model: tierId('haiku'),
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'hi' }],
  };
  return planRoutes({ request, inputTokens: 100 }, settings, { learned: () => [], quotas, now });
}

/** Usage pages on which the plan of a model is used to this percentage. */
export function fullTo(percent: number, { provider }: Pick<Candidate, 'provider'>): KnownQuota[] {
  const window = { window: 'rolling', percent, spent: percent >= 100, resets_at: null };
  const { name, keys } = provider;
  return Array.from({ length: Math.max(1, keys.length) }, () => ({
    provider: name,
    at: '',
    windows: [window],
  }));
}

function paidRule(settings: Settings, now: number): RuleInWords | undefined {
  const { rule, until } = paidRuleOf(settings, now);
  const paid = paidIn(settings);
  if (paid.length === 0) {
    if (rule === 'always') return undefined;
    return { key: 'paid_fallback', value: rule, text: 'no effect: no fallback costs money', active: false };
  }
  const others = paid.length > 3 ? ` and ${paid.length - 3} more` : '';
  const text = `${texts[rule]}: ${paid.slice(0, 3).join(', ')}${others}`;
  return { key: 'paid_fallback', value: rule, text, active: false, ...(until !== undefined && { until }) };
}

const texts: Readonly<Record<PaidFallback, string>> = {
  always: 'models that cost money may answer in place of those that cost none',
  ask: 'models that cost money do not answer in place of those that cost none, and the error has the command that allows it',
  never: 'models that cost money do not answer in place of those that cost none',
};

/** The models that are a paid fallback of any configured model, as `provider/model`. */
function paidIn(settings: Settings): string[] {
  const { models, modelOverrides, modelFamilyOverrides } = settings;
  const chosen = [models, modelOverrides, modelFamilyOverrides].flatMap((entries) => Object.entries(entries));
  const lists = chosen.map(([name, entry]) =>
    [{ entry }].concat(fallbacksFor(name, entry.model_id, settings)),
  );
  const paid = lists.flatMap((entries) => Array.from(paidFallbacksIn(entries, settings)));
  return [...new Set(paid.map(({ entry }) => `${entry.provider}/${entry.model_id}`))];
}
