/**
 * Encodes thinking and effort in the model's dialect (`quirks.thinking`). As in Anthropic's API, a request without a
 * `thinking` field asks for no thinking. The configuration overrides the request, except for short requests
 * (`isShortRequest`).
 */
import { budgetOf, isEffort, lowestEffort, nearestEffort, requestedEffort } from './effort.ts';
import type { MessagesRequest, ThinkingConfig } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';

export interface Thinking {
  /** False when thinking is disabled for this request. */
  thinks: boolean;
  /** The value of `thinking`, in dialects that have it. */
  thinking?: ThinkingConfig;
  /** The value of `reasoning_effort` or `output_config.effort`, in dialects that have it. */
  effort?: string;
}

/** The fields to send to the model of `route`. `maxTokens` is the output limit, thinking included. */
export function toThinking(request: MessagesRequest, route: Route, maxTokens: number | undefined): Thinking {
  const { thinking: dialect, thinkingAlwaysOn } = route.quirks;
  const wanted = wantsThinking(request, route);
  const level = wanted ? toLevel(request, route) : undefined;
  switch (dialect) {
    case 'none':
      // No field is sent, so the model may think.
      return { thinks: true };
    case 'configured':
      return withinMaxTokens(configured(request, route), maxTokens);
    case 'effort':
      return wanted ? thinks({ effort: level }) : withoutEffort(route);
    case 'type':
      return toggle(wanted, thinkingAlwaysOn, {});
    case 'type_and_effort':
      return wanted || !thinkingAlwaysOn
        ? toggle(wanted, false, { effort: level })
        : { ...withoutEffort(route), thinks: true };
    case 'claude':
      return withinMaxTokens(claude(request, route, wanted, level), maxTokens);
    case 'adaptive':
      if (wanted) return thinks({ thinking: { type: 'adaptive' }, effort: level });
      return thinkingAlwaysOn ? withoutEffort(route) : { thinks: false, thinking: { type: 'disabled' } };
    case 'budget':
      return budget(request, route, wanted, level, maxTokens);
  }
}

/** What the configuration sets, for a model of which nothing is known. An effort is not sent with disabled thinking. */
function configured(request: MessagesRequest, { thinking, reasoningEffort, quirks }: Route): Thinking {
  const isOff = thinking?.type === 'disabled' || reasoningEffort === 'none';
  if (isOff && quirks.thinkingAlwaysOn) return { thinks: true };
  if (isShortRequest(request) && !isOff) return { thinks: true };
  const effort = isOff && reasoningEffort !== 'none' ? undefined : reasoningEffort;
  return { ...thinks({ ...(thinking && { thinking }), effort }), thinks: !isOff };
}

/**
 * True for a request that disables thinking and expects a few tokens, such as Claude Code's check of a command (64
 * tokens, a stop sequence). A model that thinks would use up the limit without an answer, so the configuration does not
 * override these requests.
 */
function isShortRequest(request: MessagesRequest): boolean {
  if ((request.thinking?.type ?? 'disabled') !== 'disabled') return false;
  return (request.stop_sequences?.length ?? 0) > 0 || (request.max_tokens ?? Infinity) <= 512;
}

/** True when the configuration, or else the client, enables thinking. */
export function wantsThinking(request: MessagesRequest, route: Route): boolean {
  if (isShortRequest(request)) return false;
  const thinking = route.thinking ?? request.thinking;
  if (route.reasoningEffort === 'none') return false;
  if (thinking !== undefined) return thinking.type !== 'disabled';
  return route.reasoningEffort !== undefined;
}

/**
 * The effort to send. A configured effort passes unchanged if it is not a known level, since it may be specific to the
 * model, or if the model's levels are unknown.
 */
function toLevel(request: MessagesRequest, route: Route): string | undefined {
  const { reasoningEffort, efforts } = route;
  if (reasoningEffort !== undefined && (!isEffort(reasoningEffort) || efforts.length === 0)) {
    return reasoningEffort;
  }
  const wanted = isEffort(reasoningEffort) ? reasoningEffort : requestedEffort(request);
  return wanted && nearestEffort(wanted, efforts);
}

function thinks(fields: { thinking?: ThinkingConfig; effort: string | undefined }): Thinking {
  const { effort, ...rest } = fields;
  return { thinks: true, ...rest, ...(effort !== undefined && { effort }) };
}

/** The least thinking for a model that accepts an effort only. */
function withoutEffort({ efforts, quirks }: Route): Thinking {
  if (efforts.includes('none') && !quirks.thinkingAlwaysOn) return { thinks: false, effort: 'none' };
  return thinks({ effort: lowestEffort(efforts) });
}

function toggle(wanted: boolean, alwaysOn: boolean, fields: { effort?: string | undefined }): Thinking {
  if (wanted) return thinks({ thinking: { type: 'enabled' }, effort: fields.effort });
  // DeepSeek rejects an effort together with disabled thinking.
  return alwaysOn ? { thinks: true } : { thinks: false, thinking: { type: 'disabled' } };
}

/** The client's own fields, with the configured ones in place of them. */
function claude(
  request: MessagesRequest,
  route: Route,
  wanted: boolean,
  level: string | undefined,
): Thinking {
  const requested = request.thinking;
  const enabled = requested !== undefined && requested.type !== 'disabled';
  const effort = route.reasoningEffort === undefined ? request.output_config?.effort : level;
  const base = { thinks: wanted, ...(effort !== undefined && { effort }) };
  if (wanted) {
    // `enabled` (older models) requires a budget; without a configured one, thinking is as requested, or adaptive.
    const budgeted = route.thinking?.type === 'enabled' && route.thinking.budget_tokens !== undefined;
    return { ...base, thinking: budgeted ? route.thinking : enabled ? requested : { type: 'adaptive' } };
  }
  const disabled = route.thinking?.type === 'disabled' || route.reasoningEffort === 'none';
  // A model that is not Claude may think unless thinking is disabled.
  return requested !== undefined || disabled ? { ...base, thinking: { type: 'disabled' } } : base;
}

/** Reduces a budget to less than `maxTokens`, which the configuration may have set lower than the client did. */
function withinMaxTokens(fields: Thinking, maxTokens = Infinity): Thinking {
  const { thinking } = fields;
  const tokens = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  if (!thinking || tokens === undefined || tokens < maxTokens) return fields;
  if (maxTokens <= minBudget) return { ...fields, thinks: false, thinking: { type: 'disabled' } };
  return { ...fields, thinking: { ...thinking, type: 'enabled', budget_tokens: maxTokens - 1 } };
}

/** Tokens: the lowest budget that Anthropic's API accepts. It must also be less than `max_tokens`. */
const minBudget = 1024;

function budget(
  request: MessagesRequest,
  route: Route,
  wanted: boolean,
  level: string | undefined,
  maxTokens = Infinity,
): Thinking {
  const off: Thinking = route.quirks.thinkingAlwaysOn
    ? { thinks: true }
    : { thinks: false, thinking: { type: 'disabled' } };
  if (!wanted || maxTokens <= minBudget) return off;
  const explicit = [route.thinking, request.thinking].find((one) => one?.type === 'enabled')?.budget_tokens;
  const effort = isEffort(route.reasoningEffort) ? route.reasoningEffort : requestedEffort(request);
  const tokens = typeof explicit === 'number' ? explicit : budgetOf(effort ?? 'high');
  return thinks({
    thinking: { type: 'enabled', budget_tokens: Math.max(minBudget, Math.min(tokens, maxTokens - 1)) },
    effort: route.efforts.length > 0 ? level : undefined,
  });
}
