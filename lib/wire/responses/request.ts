/**
 * A Messages request as Responses: pure, from the client's own body each time, driven by the route's facts and quirks
 * alone. Equal input gives equal bytes, and a longer conversation begins with the items of the shorter one
 * (`history.ts`), for the sake of the upstream's prefix cache.
 *
 * Nothing is stored upstream: the whole conversation travels each time, with the encrypted reasoning that belongs to it.
 * Responses has no stop words; the decoder keeps the client's (`stops.ts`). Left out on purpose: `top_k`, which the
 * format does not know, `metadata` (it names the user's device), and whatever else only Anthropic's servers know.
 */
import { toHistory } from '../encode/history.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { answerSchema, missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { joinTexts, wellFormedJson } from '../encode/text.ts';
import { callableTools, isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import { roughTokens, toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking, type Thinking } from '../encode/thinking.ts';
import { toItems } from './history.ts';
import { searchTool, toChoice, toTools } from './tools.ts';
import type { ResponsesRequest } from './types.ts';

/** OpenAI refuses to be asked for fewer output tokens. */
const leastOutput = 16;

/** `session` names the conversation: requests that share it share a prefix, and are kept where that is cached. */
export function encodeResponsesRequest(
  request: MessagesRequest,
  route: Route,
  session?: string,
): ResponsesRequest {
  const { quirks } = route;
  const tools = route.tools ? callableTools(request) : [];
  const search = route.tools ? searchTool(request, route) : undefined;
  const schema = answerSchema(request);
  const thinking = toThinking(request, route, toMaxTokens(request, route, 0));
  const { steps } = toHistory(request.messages, { reminders: quirks.midSystem === 'user' });
  const instructions = joinTexts([
    ...systemBlocks(request).map(({ text }) => text),
    ...missingToolsNote(serverTools(request).filter((tool) => !search || !isWebSearch(tool))),
    ...(schema && !quirks.jsonSchema ? [schemaInstruction(schema)] : []),
  ]);
  const input = toItems(steps, route);
  const sentTools = [...toTools(tools, route), ...(search ? [search] : [])];
  const maxTokens = toMaxTokens(request, route, roughTokens([instructions, input, sentTools]));
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
    ...(maxTokens !== undefined && { max_output_tokens: Math.max(maxTokens, leastOutput) }),
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
 * What a model that reasons is told; nothing for the others, which refuse both the field and the wish for encrypted
 * reasoning. A summary of what is not thought cannot be had.
 */
function toReasoning(
  { thinks, effort }: Thinking,
  { quirks }: Route,
): ResponsesRequest['reasoning'] | undefined {
  if (quirks.thinking === 'none') return undefined;
  return { ...(effort !== undefined && { effort }), ...(thinks && { summary: 'auto' }) };
}
