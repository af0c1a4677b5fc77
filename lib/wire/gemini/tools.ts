/** Tools, the choice among them, and the form of the answer, as generateContent has them. */
import type { ClientTool, MessagesRequest, ToolChoice } from '../../anthropic/request.ts';
import { isWebSearch, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import { toFunctionName } from './names.ts';
import { toParameters } from './schema.ts';
import type { GeminiRequest, GeminiTool } from './types.ts';

/**
 * The client's tools as functions; Google's search where the client asked for a search, nothing else, and the model is
 * known to have it: it cannot stand beside functions.
 */
export function toTools(
  request: MessagesRequest,
  tools: readonly ClientTool[],
  { quirks }: Route,
): GeminiTool[] {
  if (tools.length === 0) return quirks.webSearch && asksForSearch(request) ? [{ googleSearch: {} }] : [];
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

/** True for a request with Anthropic's own search among its tools. */
export function asksForSearch(request: MessagesRequest): boolean {
  return serverTools(request).some(isWebSearch);
}

/** The choice of functions; none without functions. The API has no word for one call at a time. */
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
  // A choice of a tool that is not sent (a server tool) leaves the model free.
  if (!tools.some((tool) => tool.name === name))
    return { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } };
  return { toolConfig: { functionCallingConfig: { mode, allowedFunctionNames: [toFunctionName(name)] } } };
}

const modes = { auto: 'AUTO', any: 'ANY', tool: 'ANY', none: 'NONE' } as const satisfies Record<
  ToolChoice['type'],
  string
>;
