/**
 * How hard the model is to think, in its own dialect (`quirks.thinking`). The client's wish is what Anthropic's API
 * means by it: no `thinking` field is no thinking. The configuration's wish comes before it, with one exception, see
 * `short`.
 */
import { budgetOf, isEffort, mildestEffort, nearestEffort, wantedEffort } from './effort.ts';
import type { MessagesRequest, ThinkingConfig } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';

export interface Thinking {
  /** False only when the model was told not to, or never does. */
  thinks: boolean;
  /** For the field `thinking`, where the dialect has it. */
  thinking?: ThinkingConfig;
  /** For `reasoning_effort` or `output_config.effort`, where the dialect has it. */
  effort?: string;
}

/** What to tell the model of `route`; `maxTokens` is what the answer may cost, thinking included. */
export function toThinking(request: MessagesRequest, route: Route, maxTokens: number | undefined): Thinking {
  const { thinking: dialect, thinkingAlwaysOn } = route.quirks;
  const wanted = wantsThinking(request, route);
  const level = wanted ? toLevel(request, route) : undefined;
  switch (dialect) {
    case 'none':
      // It was not asked, so it may well think.
      return { thinks: true };
    case 'effort':
      return wanted ? thinks({ effort: level }) : withoutEffort(route);
    case 'type':
      return toggle(wanted, thinkingAlwaysOn, {});
    case 'type_and_effort':
      return wanted || !thinkingAlwaysOn
        ? toggle(wanted, false, { effort: level })
        : { ...withoutEffort(route), thinks: true };
    case 'claude':
      return fitting(claude(request, route, wanted, level), maxTokens);
    case 'adaptive':
      if (wanted) return thinks({ thinking: { type: 'adaptive' }, effort: level });
      return thinkingAlwaysOn ? withoutEffort(route) : { thinks: false, thinking: { type: 'disabled' } };
    case 'budget':
      return budget(request, route, wanted, level, maxTokens);
  }
}

/**
 * A request that wants a few words at once and no thinking, such as Claude Code's check of a command (64 tokens, a
 * stop word): a model that thinks would spend them all and answer nothing. Here the client's wish comes before the
 * configuration's.
 */
function short(request: MessagesRequest): boolean {
  if ((request.thinking?.type ?? 'disabled') !== 'disabled') return false;
  return (request.stop_sequences?.length ?? 0) > 0 || (request.max_tokens ?? Infinity) <= 512;
}

/** Whether the model is to think: the configuration's word, else the client's. */
export function wantsThinking(request: MessagesRequest, route: Route): boolean {
  if (short(request)) return false;
  const said = route.thinking ?? request.thinking;
  if (route.reasoningEffort === 'none') return false;
  if (said !== undefined) return said.type !== 'disabled';
  return route.reasoningEffort !== undefined;
}

/**
 * The effort to ask for. One that the configuration names and that is none of the known levels is the model's own and
 * passes as it is; so does a known one where nothing is known about the model's levels.
 */
function toLevel(request: MessagesRequest, route: Route): string | undefined {
  const { reasoningEffort, efforts } = route;
  if (reasoningEffort !== undefined && (!isEffort(reasoningEffort) || efforts.length === 0)) {
    return reasoningEffort;
  }
  const wanted = isEffort(reasoningEffort) ? reasoningEffort : wantedEffort(request);
  return wanted && nearestEffort(wanted, efforts);
}

function thinks(fields: { thinking?: ThinkingConfig; effort: string | undefined }): Thinking {
  const { effort, ...rest } = fields;
  return { thinks: true, ...rest, ...(effort !== undefined && { effort }) };
}

/** As near to no thinking as a model comes that is only told an effort. */
function withoutEffort({ efforts, quirks }: Route): Thinking {
  if (efforts.includes('none') && !quirks.thinkingAlwaysOn) return { thinks: false, effort: 'none' };
  return thinks({ effort: mildestEffort(efforts) });
}

function toggle(wanted: boolean, alwaysOn: boolean, fields: { effort?: string | undefined }): Thinking {
  if (wanted) return thinks({ thinking: { type: 'enabled' }, effort: fields.effort });
  // DeepSeek refuses an effort beside disabled thinking.
  return alwaysOn ? { thinks: true } : { thinks: false, thinking: { type: 'disabled' } };
}

/** As the client sent it; only what the configuration asks for is put in. */
function claude(
  request: MessagesRequest,
  route: Route,
  wanted: boolean,
  level: string | undefined,
): Thinking {
  const sent = request.thinking;
  const asked = sent !== undefined && sent.type !== 'disabled';
  const effort = route.reasoningEffort === undefined ? request.output_config?.effort : level;
  const base = { thinks: wanted, ...(effort !== undefined && { effort }) };
  if (wanted === asked) return sent === undefined ? base : { ...base, thinking: sent };
  if (!wanted) return { ...base, thinking: { type: 'disabled' } };
  // A budget is the older models' way and must be named; without one, thinking is adaptive.
  const budgeted = route.thinking?.type === 'enabled' && route.thinking.budget_tokens !== undefined;
  return { ...base, thinking: budgeted ? route.thinking : { type: 'adaptive' } };
}

/** A budget has to leave room for the answer, also where the configuration bounds that more than the client did. */
function fitting(told: Thinking, maxTokens = Infinity): Thinking {
  const { thinking } = told;
  const tokens = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  if (!thinking || tokens === undefined || tokens < maxTokens) return told;
  if (maxTokens <= leastBudget) return { ...told, thinks: false, thinking: { type: 'disabled' } };
  return { ...told, thinking: { ...thinking, type: 'enabled', budget_tokens: maxTokens - 1 } };
}

/** Anthropic's own lower bound for a budget, which must also be below `max_tokens`. */
const leastBudget = 1024;

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
  if (!wanted || maxTokens <= leastBudget) return off;
  const named = [route.thinking, request.thinking].find((said) => said?.type === 'enabled')?.budget_tokens;
  const effort = isEffort(route.reasoningEffort) ? route.reasoningEffort : wantedEffort(request);
  const tokens = typeof named === 'number' ? named : budgetOf(effort ?? 'high');
  return thinks({
    thinking: { type: 'enabled', budget_tokens: Math.max(leastBudget, Math.min(tokens, maxTokens - 1)) },
    effort: route.efforts.length > 0 ? level : undefined,
  });
}
