/**
 * Writes a client's body for an upstream of the same format. Changed are the model, streaming and storing, the limit of
 * output tokens, what is configured for the model or what the model does not accept, the ids of calls (P9) and
 * `encrypted_content` (P10). Everything else passes as it came.
 */
import { toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route, Turn } from '../../codec.ts';
import { nearestEffort, isEffort } from '../../encode/effort.ts';
import { toMaxTokens, toSampling } from '../../encode/sampling.ts';
import { wellFormedJson } from '../../encode/text.ts';
import { toThinking } from '../../encode/thinking.ts';
import { minOutputTokens } from '../request.ts';
import { isCachedSearch } from './tools.ts';
import { fitsModel } from './same-fit.ts';
import { toOwnItems } from './same-items.ts';

const encrypted = 'reasoning.encrypted_content';

/** Undefined where the model cannot take the body, so that the codec has to encode the request. */
export function encodeOwnBody(body: JsonObject, turn: Turn, route: Route): JsonObject | undefined {
  const { request, session } = turn;
  if (!fitsModel(body, request, route)) return undefined;
  const { quirks } = route;
  const { input, tools, include } = body;
  const sentTools = quirks.webSearch ? tools : withoutCachedSearch(tools);
  const sentInput = typeof input === 'string' ? input : toOwnItems(toArray(input), route);
  const limit = toMaxTokens(request, route, [body['instructions'], sentInput, sentTools]);
  const sampling = toSampling(request, route);
  const reasoning = toReasoning(body, turn, route);
  const sent: Record<string, Json | undefined> = {
    ...body,
    model: route.modelId,
    input: sentInput,
    tools: sentTools,
    include: toInclude(include, reasoning, route),
    reasoning,
    max_output_tokens: limit === undefined ? undefined : Math.max(limit, minOutputTokens),
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    parallel_tool_calls: quirks.parallelToolCalls ? body['parallel_tool_calls'] : undefined,
    prompt_cache_key: body['prompt_cache_key'] ?? session,
    store: false,
    stream: true,
  };
  const present = Object.entries(sent).filter(([, value]) => value !== undefined);
  return wellFormedJson(Object.fromEntries(present));
}

/** A search that the client wants without access to the web can be left out, as it is for other formats. */
function withoutCachedSearch(tools: Json | undefined): Json | undefined {
  if (!Array.isArray(tools)) return tools;
  const kept = tools.filter((tool) => !isCachedSearch(toObject(tool)));
  return kept.length > 0 ? kept : undefined;
}

/** The client's `reasoning` with the effort that is configured, or the nearest one that the model has. */
function toReasoning(body: JsonObject, { request }: Turn, route: Route): JsonObject | undefined {
  const { reasoningEffort, thinking, efforts, quirks } = route;
  if (quirks.thinking === 'none') return undefined;
  const given = body['reasoning'] ?? undefined;
  const { effort: wanted, ...others } = toObject(given);
  const configured = reasoningEffort !== undefined || thinking !== undefined;
  const effort = configured
    ? (toThinking(request, route, undefined).effort ?? wanted)
    : isEffort(wanted) && efforts.length > 0
      ? nearestEffort(wanted, efforts)
      : wanted;
  if (given === undefined && effort === undefined) return undefined;
  return { ...others, ...(effort !== undefined && { effort }) };
}

/** Nothing is stored, so that the reasoning has to return in the next request. */
function toInclude(
  include: Json | undefined,
  reasoning: JsonObject | undefined,
  { quirks, efforts }: Route,
): Json | undefined {
  const given = toArray(include).filter((name) => quirks.thinking !== 'none' || name !== encrypted);
  const reasons = reasoning !== undefined || (quirks.thinking !== 'none' && efforts.length > 0);
  if (reasons && !given.some((name) => toText(name) === encrypted)) given.push(encrypted);
  return given.length > 0 ? given : undefined;
}
