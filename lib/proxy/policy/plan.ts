/** The plan for one request: the models that may answer it, in order, and those that were passed over. Types alone. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { ModelEntry, Provider } from '../../config/settings.ts';
import type { Route } from '../../wire/codec.ts';
import type { Parameter } from './parameters.ts';

export interface Candidate {
  route: Route;
  provider: Provider;
  /** As it is configured. */
  entry: ModelEntry;
  /** What brought it here: "models.default", "fallbacks.think[0]", "asked for". */
  why: string;
  /** Parameters its upstream refuses; the route has those in mind that are its business. */
  without?: readonly Parameter[];
}

export interface Plan {
  candidates: readonly Candidate[];
  /** The rule that matched and the reason it did. */
  reason: string;
  /** Models that were passed over before any attempt, and why. */
  passedOver: readonly PassedOver[];
  /** What the conversation is to keep, where the scenario decided. */
  keep?: { group: string; name: string };
}

export interface PassedOver {
  /** `provider/model`. */
  model: string;
  reason: string;
  /** Where an earlier request is the reason, and not what the model can take. */
  hindrance?: Hindrance;
  /** Tokens its window holds, where it could take the request if that were shorter. */
  window?: number;
}

/** Why a model is not asked now, though it could take the request. */
export interface Hindrance {
  kind: 'breaker' | 'quota' | 'gone';
  reason: string;
  /** Milliseconds until it may be asked. */
  waitMs: number;
}

export interface Asked {
  request: MessagesRequest;
  /** The estimate of the whole request in tokens. */
  inputTokens: number;
  requestClass?: string | undefined;
}
