/**
 * A Messages request as generateContent: pure, from the client's own body each time, driven by the route's facts and
 * quirks alone. Equal input gives equal bytes, and a longer conversation begins with the parts of the shorter one.
 *
 * Left out on purpose: `metadata` (it names the user's device), cache markers (Gemini's cache is implicit) and whatever
 * else only Anthropic's servers know; tools that those servers would run, which the model is told of.
 */
import type { MessagesRequest } from '../../anthropic/request.ts';
import { answerSchema, missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { wellFormedJson } from '../encode/text.ts';
import { callableTools, isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { JsonObject } from '../../json.ts';
import type { Route } from '../codec.ts';
import { roughTokens, toMaxTokens, toSampling } from '../encode/sampling.ts';
import { toThinking, wantsThinking, type Thinking } from '../encode/thinking.ts';
import { toContents } from './contents.ts';
import { toAnswerSchema } from './schema.ts';
import { toToolConfig, toTools } from './tools.ts';
import type { GeminiGeneration, GeminiRequest, GeminiThinking } from './types.ts';

/** Google's bound for `stopSequences`. */
const mostStops = 5;

export function encodeGeminiRequest(request: MessagesRequest, route: Route): GeminiRequest {
  const callable = route.tools ? callableTools(request) : [];
  const tools = toTools(request, callable, route);
  const schema = answerSchema(request);
  // A schema for the answer beside functions is refused by all but the newest models, so there it is asked for in words.
  const inWords = schema && (tools.length > 0 || !route.quirks.jsonSchema) ? schema : undefined;
  const system = systemBlocks(request).map(({ text }) => ({ text }));
  const searches = tools.some((tool) => 'googleSearch' in tool);
  const missing = serverTools(request).filter((tool) => !searches || !isWebSearch(tool));
  for (const text of missingToolsNote(missing)) system.push({ text });
  if (inWords) system.push({ text: schemaInstruction(inWords) });
  const contents = toContents(request.messages, route);
  const thinking = toThinking(request, route, toMaxTokens(request, route, 0));
  const maxTokens = toMaxTokens(request, route, roughTokens([system, contents, tools]));
  const generationConfig = {
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...toGeneration(request, route, thinking),
    ...(schema && !inWords && toAnswerFormat(schema)),
  };
  return wellFormedJson({
    contents,
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...(tools.length > 0 && { tools }),
    ...toToolConfig(request.tool_choice, callable, route, thinking.thinks),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  });
}

function toGeneration(request: MessagesRequest, route: Route, thinking: Thinking): GeminiGeneration {
  const { temperature, top_p: topP, top_k: topK } = toSampling(request, route);
  const stops = (request.stop_sequences ?? []).filter((word) => word !== '').slice(0, mostStops);
  const thinkingConfig = toThinkingConfig(thinking, wantsThinking(request, route), route);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(stops.length > 0 && { stopSequences: stops }),
    ...(thinkingConfig && { thinkingConfig }),
  };
}

/** The largest budget that every model with budgets takes. */
const mostBudget = 24_576;

/**
 * Level or budget, never both; nothing where the model does not think or nobody knows how it is told. Thoughts are asked
 * for only where the client wants to see thinking.
 */
function toThinkingConfig(
  { thinking, effort }: Thinking,
  wanted: boolean,
  { quirks }: Route,
): GeminiThinking | undefined {
  if (quirks.thinking === 'none') return undefined;
  if (effort === 'none' || thinking?.type === 'disabled')
    return { includeThoughts: false, thinkingBudget: 0 };
  if (effort !== undefined && quirks.thinking !== 'budget')
    return { includeThoughts: wanted, thinkingLevel: effort.toUpperCase() };
  const budget = thinking?.type === 'enabled' ? thinking.budget_tokens : undefined;
  return {
    includeThoughts: wanted,
    ...(budget !== undefined && { thinkingBudget: Math.min(budget, mostBudget) }),
  };
}

function toAnswerFormat(schema: JsonObject): GeminiGeneration {
  return { responseMimeType: 'application/json', responseSchema: toAnswerSchema(schema) };
}
