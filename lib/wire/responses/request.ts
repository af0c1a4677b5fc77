/**
 * Encodes a Messages request as a Responses request. The result depends only on the client's body and the route: equal
 * input gives equal bytes, and a longer conversation starts with the same items (`history.ts`), so that the upstream's
 * prompt cache applies.
 *
 * Nothing is stored upstream: each request carries the whole conversation and the encrypted reasoning that belongs to it.
 * Responses has no stop sequences; the decoder applies the client's (`decode/stop-sequences.ts`). Left out: `top_k`, which the
 * format does not have, `metadata`, which identifies the user's device, and fields that only Anthropic's servers support.
 */
import { withCallFields } from '../encode/attachments.ts';
import { toHistory } from '../encode/history.ts';
import type { MessagesRequest, ThinkingConfig } from '../../anthropic/request.ts';
import { effortOf } from '../encode/effort.ts';
import { answerSchema } from '../../anthropic/answer-schema.ts';
import { missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { joinTexts, wellFormedJson } from '../encode/text.ts';
import { callableTools, isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import { toMaxTokens, toSampling } from '../encode/sampling.ts';
import { longDescriptions } from '../encode/tool-descriptions.ts';
import { toThinking, type Thinking } from '../encode/thinking.ts';
import { toItems } from './history.ts';
import { searchTool, toChoice, toTools } from './tools.ts';
import type { ResponsesRequest } from './types.ts';

/** OpenAI rejects a lower `max_output_tokens`. */
export const minOutputTokens = 16;

/** `session` identifies the conversation; the upstream uses it to find the cached prefix. */
export function encodeResponsesRequest(
  request: MessagesRequest,
  route: Route,
  session?: string,
): ResponsesRequest {
  const { quirks } = route;
  const tools = route.tools ? callableTools(request) : [];
  const search = route.tools ? searchTool(request, route) : undefined;
  const schema = answerSchema(request);
  const thinking = toThinking(request, route, toMaxTokens(request, route));
  const { steps } = toHistory(withCallFields(request.messages, route), {
    reminders: quirks.midSystem === 'user',
  });
  const instructions = joinTexts([
    ...systemBlocks(request).map(({ text }) => text),
    ...missingToolsNote(serverTools(request).filter((tool) => !search || !isWebSearch(tool))),
    ...(schema && !quirks.jsonSchema ? [schemaInstruction(schema)] : []),
    ...longDescriptions(tools, quirks.toolDescriptionMax),
  ]);
  const input = toItems(steps, route);
  // The search comes first, because tools that are loaded later are appended (P12).
  const sentTools = [...(search ? [search] : []), ...toTools(tools, route)];
  const maxTokens = toMaxTokens(request, route, [instructions, input, sentTools]);
  const { temperature, top_p: topP } = toSampling(request, route);
  const reasoning = toReasoning(thinking, route);
  const include = [
    ...(reasoning ? (['reasoning.encrypted_content'] as const) : []),
    ...(search ? (['web_search_call.action.sources'] as const) : []),
  ];
  return wellFormedJson({
    model: route.modelId,
    ...(instructions !== '' && { instructions }),
    input,
    ...(sentTools.length > 0 && { tools: sentTools }),
    ...toChoice(request.tool_choice, tools, sentTools, route, thinking.thinks),
    ...(maxTokens !== undefined && { max_output_tokens: Math.max(maxTokens, minOutputTokens) }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(schema &&
      quirks.jsonSchema && {
        text: { format: { type: 'json_schema' as const, name: 'answer', schema, strict: false as const } },
      }),
    ...(reasoning && { reasoning }),
    ...(include.length > 0 && { include }),
    ...(session !== undefined && { prompt_cache_key: session }),
    store: false,
    stream: true,
  });
}

/**
 * The `reasoning` field; undefined for models without reasoning, which reject both the field and the `include` of
 * encrypted reasoning. A summary is requested only if the model thinks.
 */
function toReasoning(
  { thinks, thinking, effort }: Thinking,
  { quirks }: Route,
): ResponsesRequest['reasoning'] | undefined {
  if (quirks.thinking === 'none') return undefined;
  if (quirks.thinking === 'configured') return toConfigured(thinking, effort);
  return { ...(effort !== undefined && { effort }), ...(thinks && { summary: 'auto' }) };
}

/** Configured thinking as an effort, which is the only field that the format has for it. */
function toConfigured(
  thinking: ThinkingConfig | undefined,
  effort: string | undefined,
): ResponsesRequest['reasoning'] | undefined {
  const isOff = effort === 'none' || thinking?.type === 'disabled';
  const sent = isOff ? 'none' : (effort ?? (thinking && effortOf(thinking)));
  if (sent === undefined && !thinking) return undefined;
  return { ...(sent !== undefined && { effort: sent }), ...(!isOff && { summary: 'auto' }) };
}
