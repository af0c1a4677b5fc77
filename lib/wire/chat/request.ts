/**
 * A Messages request as Chat Completions: pure, from the client's own body each time, driven by the route's facts and
 * quirks alone. Equal input gives equal bytes, and a longer conversation begins with the bytes of the shorter one
 * (`history.ts`), for the sake of the upstream's prefix cache.
 *
 * Left out on purpose: `metadata` (it names the user's device), `context_management`, `safeguards` and whatever else
 * only Anthropic's servers know; tools that those servers would run, which the model is told of.
 */
import { toHistory } from '../encode/history.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { answerSchema, missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { wellFormedJson } from '../encode/text.ts';
import { callableTools, serverTools } from '../../anthropic/tools.ts';
import type { JsonObject } from '../../json.ts';
import type { Route } from '../codec.ts';
import { roughTokens, toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking } from '../encode/thinking.ts';
import { isText, toContent, toParts } from './content.ts';
import { toMessages } from './history.ts';
import { toChoice, toTools } from './tools.ts';
import type { ChatMessage, ChatRequest } from './types.ts';

/** OpenAI's bound for `stop`, which most servers share. */
const mostStops = 4;

export function encodeChatRequest(request: MessagesRequest, route: Route): ChatRequest {
  const { quirks } = route;
  const tools = route.tools ? callableTools(request) : [];
  const schema = answerSchema(request);
  const { thinks, thinking, effort } = toThinking(request, route, toMaxTokens(request, route, 0));
  const { steps } = toHistory(request.messages, { reminders: quirks.midSystem === 'user' });
  const messages = [
    ...toSystem(request, route, quirks.jsonSchema ? undefined : schema),
    ...toMessages(steps, route, thinks),
  ];
  const sentTools = toTools(tools, route);
  const maxTokens = toMaxTokens(request, route, roughTokens([messages, sentTools]));
  const stop = (request.stop_sequences ?? []).filter((word) => word !== '').slice(0, mostStops);
  return wellFormedJson({
    model: route.modelId,
    messages,
    ...(sentTools.length > 0 && { tools: sentTools }),
    ...toChoice(request.tool_choice, tools, route, thinks),
    ...(maxTokens !== undefined && { [quirks.maxTokensField]: maxTokens }),
    ...toSampling(request, route),
    ...(stop.length > 0 && { stop }),
    ...(schema &&
      quirks.jsonSchema && {
        response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema } },
      }),
    ...(thinking && { thinking }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    stream: true,
    stream_options: { include_usage: true },
  });
}

/** The system prompt as the first message; none when there is nothing to say. */
function toSystem(request: MessagesRequest, route: Route, schema: JsonObject | undefined): ChatMessage[] {
  const blocks = systemBlocks(request);
  for (const text of missingToolsNote(serverTools(request))) blocks.push({ type: 'text', text });
  if (schema) blocks.push({ type: 'text', text: schemaInstruction(schema) });
  const parts = toParts(blocks, route).filter(isText);
  return parts.length > 0 ? [{ role: 'system', content: toContent(parts) }] : [];
}
