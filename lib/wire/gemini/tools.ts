/** Encodes tools and the tool choice. */
import type { ClientTool, MessagesRequest, ToolChoice } from '../../anthropic/request.ts';
import { isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import { toFunctionName } from './names.ts';
import { toParameters } from './schema.ts';
import type { GeminiRequest, GeminiTool } from './types.ts';

/**
 * The client's tools as functions, or Google's search if the client requested only a search and the model supports it:
 * Google's search cannot be combined with functions.
 */
export function toTools(
  request: MessagesRequest,
  tools: readonly ClientTool[],
  { quirks }: Route,
): GeminiTool[] {
  if (tools.length === 0) return quirks.webSearch && requestsSearch(request) ? [{ googleSearch: {} }] : [];
  const functionDeclarations = tools.map(({ name, description, input_schema: schema }) => {
    const parameters = toParameters(schema);
    return {
      name: toFunctionName(name),
      ...(typeof description === 'string' && { description }),
      ...(parameters && { parameters }),
    };
  });
  return [{ functionDeclarations }];
}

/** True if Anthropic's web search is among the request's tools. */
export function requestsSearch(request: MessagesRequest): boolean {
  return serverTools(request).some(isWebSearch);
}

/** The function choice; empty without functions. The API cannot limit a turn to one call. */
export function toToolConfig(
  choice: ToolChoice | undefined,
  tools: readonly ClientTool[],
  { quirks }: Route,
  thinks: boolean,
): Pick<GeminiRequest, 'toolConfig'> {
  if (!choice || tools.length === 0) return {};
  const forced = choice.type === 'any' || choice.type === 'tool';
  const mode = forced && thinks && !quirks.forcedToolChoice ? 'AUTO' : modes[choice.type];
  const name = choice.type === 'tool' ? choice.name : undefined;
  if (name === undefined || mode !== 'ANY') return { toolConfig: { functionCallingConfig: { mode } } };
  // The chosen tool is a server tool, which is not sent.
  if (!tools.some((tool) => tool.name === name))
    return { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } };
  return { toolConfig: { functionCallingConfig: { mode, allowedFunctionNames: [toFunctionName(name)] } } };
}

const modes = { auto: 'AUTO', any: 'ANY', tool: 'ANY', none: 'NONE' } as const satisfies Record<
  ToolChoice['type'],
  string
>;
