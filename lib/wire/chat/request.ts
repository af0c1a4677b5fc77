/**
 * Encodes a Messages request as a Chat Completions request. Equal input gives equal bytes, and a longer conversation
 * starts with the bytes of the shorter one (`history.ts`), which keeps the upstream's prefix cache valid.
 *
 * Omitted: `metadata` (it identifies the user's device), `context_management`, `safeguards` and other Anthropic-only
 * fields, and server tools, which the system prompt names as unavailable.
 */
import { withCallFields } from '../encode/attachments.ts';
import { toHistory } from '../encode/history.ts';
import { withBreakpointAtEnd } from '../../anthropic/breakpoints.ts';
import type { ClientTool, MessagesRequest } from '../../anthropic/request.ts';
import { answerSchema } from '../../anthropic/answer-schema.ts';
import { missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { wellFormedJson } from '../encode/text.ts';
import { callableTools, serverTools } from '../../anthropic/tools.ts';
import type { JsonObject } from '../../json.ts';
import type { Route } from '../codec.ts';
import { toMaxTokens, toSampling } from '../encode/sampling.ts';
import { longDescriptions } from '../encode/tool-descriptions.ts';
import { toThinking } from '../encode/thinking.ts';
import { isText, toContent, toParts } from './content.ts';
import { toMessages } from './history.ts';
import { toChoice, toTools } from './tools.ts';
import type { ChatMessage, ChatRequest } from './types.ts';

/** The most stop sequences that OpenAI and most other servers accept. */
const maxStops = 4;

/** `session` identifies the conversation; some upstreams use it to find the cached prefix. */
export function encodeChatRequest(given: MessagesRequest, route: Route, session?: string): ChatRequest {
  const { quirks } = route;
  const request = withBreakpointAtEnd(given);
  const tools = route.tools ? callableTools(request) : [];
  const schema = answerSchema(request);
  const { thinks, thinking, effort } = toThinking(request, route, toMaxTokens(request, route));
  const { steps } = toHistory(withCallFields(request.messages, route), {
    reminders: quirks.midSystem === 'user',
  });
  const messages = [
    ...toSystem(request, route, tools, quirks.jsonSchema ? undefined : schema),
    ...toMessages(steps, route, thinks),
  ];
  const sentTools = toTools(tools, route);
  const sentEffort = sentTools.length > 0 ? effortWithTools(effort, route) : effort;
  const maxTokens = toMaxTokens(request, route, [messages, sentTools]);
  const stop = (request.stop_sequences ?? []).filter((sequence) => sequence !== '').slice(0, maxStops);
  return wellFormedJson({
    model: route.modelId,
    messages,
    ...(sentTools.length > 0 && { tools: sentTools }),
    ...toChoice(request.tool_choice, tools, route, thinks),
    ...(maxTokens !== undefined && { [quirks.maxTokensField]: maxTokens }),
    ...toSampling(request, route),
    ...(stop.length > 0 && quirks.stopSequences && { stop }),
    ...(schema &&
      quirks.jsonSchema && {
        response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema } },
      }),
    // Servers of this format know `enabled` and `disabled` only.
    ...(thinking && { thinking: thinking.type === 'adaptive' ? { type: 'enabled' } : thinking }),
    ...(sentEffort !== undefined && { reasoning_effort: sentEffort }),
    ...(session !== undefined && quirks.promptCacheKey && { prompt_cache_key: session }),
    stream: true,
    ...(quirks.streamOptions && { stream_options: { include_usage: true } }),
  });
}

/** The effort to send beside tools. */
export function effortWithTools(effort: string | undefined, { quirks }: Route): string | undefined {
  if (quirks.effortWithTools === 'free') return effort;
  return quirks.effortWithTools === 'none' ? 'none' : undefined;
}

/** The system prompt as the first message; no message when it is empty. */
function toSystem(
  request: MessagesRequest,
  route: Route,
  tools: readonly ClientTool[],
  schema: JsonObject | undefined,
): ChatMessage[] {
  const blocks = systemBlocks(request);
  for (const text of missingToolsNote(serverTools(request))) blocks.push({ type: 'text', text });
  if (schema) blocks.push({ type: 'text', text: schemaInstruction(schema) });
  for (const text of longDescriptions(tools, route.quirks.toolDescriptionMax))
    blocks.push({ type: 'text', text });
  const parts = toParts(blocks, route).filter(isText);
  return parts.length > 0 ? [{ role: 'system', content: toContent(parts, route) }] : [];
}
