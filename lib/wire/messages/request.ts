/**
 * A Messages request for an upstream that speaks Messages: the client's own body, unchanged but for `model`, `stream`,
 * the bound of the answer, the model's configured fields, the provenance of ids and signatures, and what the model's
 * quirks name (contract 5.0). The input is never changed; what stays the same is shared with it.
 *
 * A route that takes betas is Claude itself and gets everything else as it came. For the others Claude-only fields go
 * (`fields.ts`), tools of Anthropic's servers too, and a schema for the whole answer is asked for in words.
 */
import type { ContentBlock, MessagesRequest, OutputConfig, ThinkingConfig } from '../../anthropic/request.ts';
import { wellFormedJson } from '../encode/text.ts';
import type { Route } from '../codec.ts';
import { roughTokens, toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking } from '../encode/thinking.ts';
import { pick } from './blocks.ts';
import { claudeOnly, coreBody, toChoice, toSystem, toTools } from './fields.ts';
import { toMessages } from './history.ts';

/** Where neither the client nor the configuration says how long an answer may be; the API wants to be told. */
const usualMaxTokens = 32_000;

export function encodeMessagesRequest(request: MessagesRequest, route: Route): MessagesRequest {
  const { quirks } = route;
  const messages = toMessages(request.messages, route);
  const maxTokens = answerBound(request, route);
  const { thinks, thinking, effort } = toThinking(request, route, maxTokens);
  const base: MessagesRequest = quirks.betas ? request : toForeign(request, route, thinks);
  const output = toOutput(base.output_config, effort);
  const sampling = toSampling(request, samplingRoute(route, thinks));
  const body: Record<string, unknown> = {
    ...base,
    model: route.modelId,
    messages,
    max_tokens: maxTokens,
    thinking: thinking && mayThink(messages, thinking, route),
    output_config: output,
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    // Claude's own knows top_k; elsewhere the quirk decides.
    top_k: quirks.betas ? request.top_k : sampling.top_k,
    stream: true,
  };
  const present = Object.entries(body).filter(([, value]) => value !== undefined);
  const whole = Object.fromEntries(present) as MessagesRequest;
  return wellFormedJson(quirks.strictBody ? pick(whole, coreBody) : whole);
}

/** Claude reports an answer that outgrows the window by itself, so its window is no bound. */
function answerBound(request: MessagesRequest, route: Route): number {
  const input = route.quirks.betas
    ? -Infinity
    : roughTokens([request.messages, request.system, request.tools]);
  const usual = Math.min(usualMaxTokens, route.maxOutputTokens > 0 ? route.maxOutputTokens : Infinity);
  return toMaxTokens(request, route, input) ?? usual;
}

function toForeign(request: MessagesRequest, route: Route, thinks: boolean): MessagesRequest {
  const { format, ...output } = request.output_config ?? {};
  const schema = format?.type === 'json_schema' ? format.schema : undefined;
  const kept = Object.fromEntries(Object.entries(request).filter(([key]) => !claudeOnly.includes(key)));
  const tools = toTools(request, route);
  return {
    ...kept,
    system: toSystem(request, route, schema),
    tools,
    tool_choice: toChoice(request, tools, route, thinks),
    output_config: route.quirks.strictBody ? {} : output,
  } as unknown as MessagesRequest;
}

/** The client's `output_config` with the effort this model takes; undefined when nothing is left of it. */
function toOutput(sent: OutputConfig | undefined, effort: string | undefined): OutputConfig | undefined {
  if (sent && sent.effort === effort) return Object.keys(sent).length > 0 ? sent : undefined;
  const { effort: _effort, ...rest } = sent ?? {};
  const output = { ...rest, ...(effort !== undefined && { effort }) };
  return Object.keys(output).length > 0 ? output : undefined;
}

/** Claude takes no other temperature than its own while it thinks, so a configured one has to wait. */
function samplingRoute(route: Route, thinks: boolean): Route {
  if (!thinks || !route.quirks.genuineSignatures) return route;
  const { temperature: _temperature, ...rest } = route;
  return rest;
}

/**
 * With a thinking budget Claude wants the turn whose tool results come in to begin with its thinking. Where another
 * model began the turn there is none, and the turn is finished without.
 */
function mayThink(
  messages: MessagesRequest['messages'],
  thinking: ThinkingConfig,
  route: Route,
): ThinkingConfig {
  if (!route.quirks.genuineSignatures || thinking.type !== 'enabled') return thinking;
  const answering = blocksOf(messages.at(-1)).some(({ type }) => type === 'tool_result');
  const first = blocksOf(messages.findLast(({ role }) => role === 'assistant'))[0]?.type;
  return answering && first !== 'thinking' && first !== 'redacted_thinking' ? { type: 'disabled' } : thinking;
}

function blocksOf(message: MessagesRequest['messages'][number] | undefined): ContentBlock[] {
  return Array.isArray(message?.content) ? message.content : [];
}
