/**
 * Encodes a Messages request for an upstream with the same format: the client's body with a new `model` and `stream`, the
 * output limit, the configured fields, the upstream's ids and signatures, and the changes that the model's quirks require.
 * The input is not modified; unchanged parts are shared with it.
 *
 * A route that accepts betas is Claude and gets everything else unchanged. For other models, Claude-only fields and server
 * tools are removed (`fields.ts`), and the system prompt asks for the schema of the answer.
 */
import type { ContentBlock, MessagesRequest, OutputConfig, ThinkingConfig } from '../../anthropic/request.ts';
import { wellFormedJson } from '../encode/text.ts';
import type { Route } from '../codec.ts';
import { roughTokens, toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking } from '../encode/thinking.ts';
import { pick } from './blocks.ts';
import { claudeOnlyFields, coreBodyFields, toChoice, toSystem, toTools } from './fields.ts';
import { toMessages } from './history.ts';

/** Tokens. The API requires `max_tokens`, also when neither the client nor the configuration sets it. */
const defaultMaxTokens = 32_000;

export function encodeMessagesRequest(request: MessagesRequest, route: Route): MessagesRequest {
  const { quirks } = route;
  const messages = toMessages(request.messages, route);
  const maxTokens = maxTokensOf(request, route);
  const { thinks, thinking, effort } = toThinking(request, route, maxTokens);
  const base: MessagesRequest = quirks.betas ? request : withoutClaudeOnly(request, route, thinks);
  const output = toOutput(base.output_config, effort);
  const sampling = toSampling(request, samplingRoute(route, thinks));
  const body: Record<string, unknown> = {
    ...base,
    model: route.modelId,
    messages,
    max_tokens: maxTokens,
    thinking: thinking && allowedThinking(messages, thinking, route),
    output_config: output,
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    // Claude accepts top_k; for other models the quirk decides.
    top_k: quirks.betas ? request.top_k : sampling.top_k,
    stream: true,
  };
  const present = Object.entries(body).filter(([, value]) => value !== undefined);
  const encoded = Object.fromEntries(present) as MessagesRequest;
  return wellFormedJson(quirks.strictBody ? pick(encoded, coreBodyFields) : encoded);
}

/** Claude itself reports an answer that exceeds the context window, so its window is not a limit here. */
function maxTokensOf(request: MessagesRequest, route: Route): number {
  const input = route.quirks.betas
    ? -Infinity
    : roughTokens([request.messages, request.system, request.tools]);
  const modelLimit = route.maxOutputTokens > 0 ? route.maxOutputTokens : Infinity;
  return toMaxTokens(request, route, input) ?? Math.min(defaultMaxTokens, modelLimit);
}

function withoutClaudeOnly(request: MessagesRequest, route: Route, thinks: boolean): MessagesRequest {
  const { format, ...output } = request.output_config ?? {};
  const schema = format?.type === 'json_schema' ? format.schema : undefined;
  const kept = Object.fromEntries(Object.entries(request).filter(([key]) => !claudeOnlyFields.includes(key)));
  const tools = toTools(request, route);
  return {
    ...kept,
    system: toSystem(request, route, schema),
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

/**
 * With a thinking budget, Claude requires a turn with tool results to start with its thinking. If another model started
 * the turn there is none, so thinking is disabled until the turn ends.
 */
function allowedThinking(
  messages: MessagesRequest['messages'],
  thinking: ThinkingConfig,
  route: Route,
): ThinkingConfig {
  if (!route.quirks.genuineSignatures || thinking.type !== 'enabled') return thinking;
  const hasResults = blocksOf(messages.at(-1)).some(({ type }) => type === 'tool_result');
  const first = blocksOf(messages.findLast(({ role }) => role === 'assistant'))[0]?.type;
  return hasResults && first !== 'thinking' && first !== 'redacted_thinking'
    ? { type: 'disabled' }
    : thinking;
}

function blocksOf(message: MessagesRequest['messages'][number] | undefined): ContentBlock[] {
  return Array.isArray(message?.content) ? message.content : [];
}
