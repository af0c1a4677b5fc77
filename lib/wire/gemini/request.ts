/**
 * Encodes a Messages request as a generateContent request. The result depends only on the client's body and the route:
 * equal input gives equal bytes, and a longer conversation starts with the same parts.
 *
 * Left out: `metadata`, which identifies the user's device, cache markers, because Gemini's cache is implicit, fields that
 * only Anthropic's servers support, and Anthropic's server tools, which a note to the model lists.
 */
import type { MessagesRequest } from '../../anthropic/request.ts';
import { answerSchema } from '../../anthropic/answer-schema.ts';
import { missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { wellFormedJson } from '../encode/text.ts';
import { callableTools, isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { JsonObject } from '../../json.ts';
import type { Route } from '../codec.ts';
import { toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking, wantsThinking, type Thinking } from '../encode/thinking.ts';
import { toContents } from './contents.ts';
import { toAnswerSchema } from './schema.ts';
import { toToolConfig, toTools } from './tools.ts';
import type { GeminiGeneration, GeminiRequest, GeminiThinking } from './types.ts';

/** Google's limit for `stopSequences`. */
const maxStops = 5;

export function encodeGeminiRequest(request: MessagesRequest, route: Route): GeminiRequest {
  const callable = route.tools ? callableTools(request) : [];
  const tools = toTools(request, callable, route);
  const schema = answerSchema(request);
  // All but the newest models reject an answer schema together with functions, so the system prompt asks for it then.
  const schemaInPrompt = schema && (tools.length > 0 || !route.quirks.jsonSchema) ? schema : undefined;
  const system = systemBlocks(request).map(({ text }) => ({ text }));
  const searches = tools.some((tool) => 'googleSearch' in tool);
  const missing = serverTools(request).filter((tool) => !searches || !isWebSearch(tool));
  for (const text of missingToolsNote(missing)) system.push({ text });
  if (schemaInPrompt) system.push({ text: schemaInstruction(schemaInPrompt) });
  const contents = toContents(request.messages, route);
  const thinking = toThinking(request, route, toMaxTokens(request, route));
  const maxTokens = toMaxTokens(request, route, [system, contents, tools]);
  const generationConfig = {
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...toGeneration(request, route, thinking),
    ...(schema && !schemaInPrompt && toAnswerFormat(schema)),
  };
  return wellFormedJson({
    contents,
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...(tools.length > 0 && { tools }),
    ...toToolConfig(request.tool_choice, callable, route, thinking.thinks),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  });
}

/** The settings of a model's answer, without its limit and its format. */
export function toGeneration(request: MessagesRequest, route: Route, thinking: Thinking): GeminiGeneration {
  const { temperature, top_p: topP, top_k: topK } = toSampling(request, route);
  const stops = (request.stop_sequences ?? []).filter((stop) => stop !== '').slice(0, maxStops);
  const thinkingConfig = toThinkingConfig(thinking, wantsThinking(request, route), route);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(stops.length > 0 && { stopSequences: stops }),
    ...(thinkingConfig && { thinkingConfig }),
  };
}

/** The largest budget that every model with budgets accepts. */
const maxBudget = 24_576;

/**
 * A level or a budget, never both; undefined if the model does not think or its settings are unknown. Thoughts are
 * requested only if the client wants thinking.
 */
function toThinkingConfig(
  { thinking, effort }: Thinking,
  wanted: boolean,
  { quirks }: Route,
): GeminiThinking | undefined {
  if (quirks.thinking === 'none') return undefined;
  if (quirks.thinking === 'configured' && effort === undefined && !thinking) return undefined;
  if (effort === 'none' || thinking?.type === 'disabled')
    return { includeThoughts: false, thinkingBudget: 0 };
  if (effort !== undefined && quirks.thinking !== 'budget')
    return { includeThoughts: wanted, thinkingLevel: effort.toUpperCase() };
  const budget = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  return {
    includeThoughts: wanted,
    ...(budget !== undefined && { thinkingBudget: Math.min(budget, maxBudget) }),
  };
}

function toAnswerFormat(schema: JsonObject): GeminiGeneration {
  return { responseMimeType: 'application/json', responseSchema: toAnswerSchema(schema) };
}
