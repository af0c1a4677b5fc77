/** The types of a plan: the models that may answer one request, in order, and those that were passed over. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { BudgetUse } from './budget.ts';
import type { QuotaUse } from './quota-use.ts';
import type { Changeable } from '../rejections/changeable.ts';

export interface Candidate extends Changeable {
  /** Why it is in the plan: "models.default", "fallbacks.think[0]", "asked for". */
  why: string;
}

export interface Plan {
  candidates: readonly Candidate[];
  /** The rule that matched, and why. */
  reason: string;
  /** Models that were passed over before any attempt, and why. */
  passedOver: readonly PassedOver[];
  /** The budget that is used up, if it forbids models. */
  spent?: BudgetUse;
  /** What is used of the plan that is spared, if `save_quota_at` has moved background work away from its usual model. */
  spared?: QuotaUse;
  /** The entry that the conversation keeps, if the scenario decided. */
  keep?: { group: string; name: string };
}

export interface PassedOver {
  /** `provider/model`. */
  model: string;
  reason: string;
  /** Set if an earlier request is the reason, and not the model's capacity. */
  hindrance?: Hindrance;
  /**
   * Otherwise: the request does not fit the model, the model's configuration is wrong, an earlier attempt of the same
   * request has used up its provider's keys, a budget is used up, or `paid_fallback` forbids it.
   */
  cause?: 'capacity' | 'configuration' | 'key' | 'budget' | 'paid';
  /** `paid_fallback` is `ask`, so the error names the command that allows it. */
  asks?: true;
  /** The model's window in tokens, if it could take a shorter request. */
  window?: number;
}

/** Why a model with the capacity for a request is not tried now. */
export interface Hindrance {
  kind: 'breaker' | 'quota' | 'gone';
  /** What is used up, with the kind `quota`. */
  spent?: 'allowance' | 'balance' | 'rate';
  reason: string;
  /** Whether the upstream named the time at which the limit resets, with the kind `quota`. */
  resetKnown?: boolean;
  /** Milliseconds until it may be tried. */
  waitMs: number;
}

export interface RoutingRequest {
  request: MessagesRequest;
  /** The estimate of the whole request in tokens. */
  inputTokens: number;
  requestClass?: string | undefined;
  /** The thinking budget of the client's ordinary turns. */
  ordinaryThinking?: number;
}

/** `provider/model`. */
export function nameOf(candidate: Candidate | undefined): string {
  return candidate ? `${candidate.route.provider}/${candidate.route.modelId}` : 'no model';
}
