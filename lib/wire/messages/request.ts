/**
 * Encodes a Messages request for an upstream with the same format: the client's body with a new `model` and `stream`, the
 * output limit, the configured fields, the upstream's ids and signatures, and the changes that the model's quirks require.
 * The input is not modified; unchanged parts are shared with it.
 *
 * Claude, and a model of which nothing is known, gets everything else unchanged (`quirks.betas`). For other models, and once
 * a server has refused unknown fields, Claude-only fields and server tools are removed (`fields.ts`), and the system prompt
 * asks for the schema of the answer.
 */
import { withBreakpointAtEnd } from '../../anthropic/breakpoints.ts';
import type { MessagesRequest, OutputConfig } from '../../anthropic/request.ts';
import { answerSchema } from '../../anthropic/answer-schema.ts';
import { wellFormedJson } from '../encode/text.ts';
import type { Route } from '../codec.ts';
import { toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking } from '../encode/thinking.ts';
import { pick } from './blocks.ts';
import { asGiven, claudeOnlyFields, coreBodyFields, toChoice, toSystem, toTools } from './fields.ts';
import { toMessages } from './history.ts';
import { withShortNames } from './names.ts';
import { allowedThinking, toContextManagement, withRequiredThoughts } from './thinking.ts';

/** Tokens. The API requires `max_tokens`, also when neither the client nor the configuration sets it. */
const defaultMaxTokens = 32_000;

export function encodeMessagesRequest(given: MessagesRequest, route: Route): MessagesRequest {
  const { quirks } = route;
  // Before anything else, so that notes name the tools as the model knows them.
  const named = quirks.shortToolNames ? withShortNames(given) : given;
  const isPassed = quirks.betas && !quirks.strictBody;
  const request = isPassed ? named : withBreakpointAtEnd(named);
  const messages = toMessages(request.messages, route);
  const maxTokens = maxTokensOf(request, route);
  const wanted = toThinking(request, route, maxTokens);
  const thinking = wanted.thinking && allowedThinking(messages, wanted.thinking, route);
  const thinks = wanted.thinks && thinking?.type !== 'disabled';
  const base = isPassed ? asGiven(request, route) : withoutClaudeOnly(request, route, thinks);
  const sampling = toSampling(request, samplingRoute(route, thinks));
  const body: Record<string, unknown> = {
    ...base,
    model: route.modelId,
    messages: withRequiredThoughts(messages, thinking, route),
    max_tokens: maxTokens,
    thinking,
    output_config: toOutput(base.output_config, wanted.effort),
    context_management: toContextManagement(base['context_management'], request.thinking, thinking),
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    top_k: sampling.top_k,
    stream: true,
  };
  const present = Object.entries(body).filter(([, value]) => value !== undefined);
  const encoded = Object.fromEntries(present) as MessagesRequest;
  return wellFormedJson(quirks.strictBody ? pick(encoded, coreBodyFields) : encoded);
}

/** Claude itself reports an answer that exceeds the context window, so its window is not a limit here. */
function maxTokensOf(request: MessagesRequest, route: Route): number {
  const limited = route.quirks.genuineSignatures ? { ...route, contextWindow: 0 } : route;
  const modelLimit = route.maxOutputTokens > 0 ? route.maxOutputTokens : Infinity;
  const maxTokens = toMaxTokens(request, limited, [request.messages, request.system, request.tools]);
  return maxTokens ?? Math.min(defaultMaxTokens, modelLimit);
}

function withoutClaudeOnly(request: MessagesRequest, route: Route, thinks: boolean): MessagesRequest {
  const { format: _format, ...output } = request.output_config ?? {};
  const kept = Object.fromEntries(Object.entries(request).filter(([key]) => !claudeOnlyFields.includes(key)));
  const tools = toTools(request, route);
  return {
    ...kept,
    system: toSystem(request, route, answerSchema(request)),
    tools,
    tool_choice: toChoice(request, tools, route, thinks),
    output_config: route.quirks.strictBody ? {} : output,
  } as unknown as MessagesRequest;
}

/** The client's `output_config` with the effort to send; undefined if it is empty. */
function toOutput(sent: OutputConfig | undefined, effort: string | undefined): OutputConfig | undefined {
  if (sent && sent.effort === effort) return Object.keys(sent).length > 0 ? sent : undefined;
  const { effort: _effort, ...rest } = sent ?? {};
  const output = { ...rest, ...(effort !== undefined && { effort }) };
  return Object.keys(output).length > 0 ? output : undefined;
}

/** Claude accepts only its default temperature while it thinks, so a configured one is not sent then. */
function samplingRoute(route: Route, thinks: boolean): Route {
  if (!thinks || !route.quirks.genuineSignatures) return route;
  const { temperature: _temperature, ...rest } = route;
  return rest;
}
