/**
 * The client's body for an upstream of the same format. What a model cannot take is changed (`quirks`), and so are the model,
 * streaming, the output limit, the configured settings, and ids and signatures (P9, P10). Everything else passes, fields that
 * unknown ones included.
 */
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import type { Route, Turn } from '../../codec.ts';
import { toMaxTokens, toSampling } from '../../encode/sampling.ts';
import { answerSchema } from '../../../anthropic/answer-schema.ts';
import { schemaInstruction } from '../../encode/system.ts';
import { wellFormedJson } from '../../encode/text.ts';
import { toThinking } from '../../encode/thinking.ts';
import { toolSchema } from '../../encode/tool-schema.ts';
import { effortWithTools } from '../request.ts';
import { fitMessages, toSameMessages, unmarked } from './same-messages.ts';

/** Undefined for a body that the model cannot take in this form; the codec then encodes the request. */
export function encodeSame(body: JsonObject, turn: Turn, route: Route): unknown {
  if (hasOldOrCustomCalls(body) || !fitMessages(body, route) || !fitTools(body, route)) return undefined;
  if (route.quirks.cacheControl && !hasBreakpoint(body)) return undefined;
  const { request, session } = turn;
  const { quirks } = route;
  const thinking = toThinking(request, route, toMaxTokens(request, route));
  const messages = toSameMessages(body, route, thinking.thinks);
  const tools = toSameTools(body, route);
  const maxTokens = toMaxTokens(request, route, [messages, tools]);
  const sent: JsonObject = {
    ...body,
    model: route.modelId,
    messages: withSchema(messages, turn, route),
    stream: true,
  };
  set(sent, 'tools', tools);
  set(sent, 'stream_options', quirks.streamOptions ? withUsage(body) : undefined);
  for (const field of ['max_tokens', 'max_completion_tokens']) set(sent, field, undefined);
  set(sent, quirks.maxTokensField, maxTokens);
  const { temperature, top_p } = toSampling(request, route);
  set(sent, 'temperature', temperature);
  set(sent, 'top_p', top_p);
  setThinking(sent, body, turn, route, thinking);
  if (!route.quirks.forcedToolChoice && thinking.thinks && isForced(body['tool_choice']))
    sent['tool_choice'] = 'auto';
  if (!quirks.parallelToolCalls) set(sent, 'parallel_tool_calls', undefined);
  if (!quirks.stopSequences) set(sent, 'stop', undefined);
  if (!quirks.jsonSchema && answerSchema(request)) set(sent, 'response_format', undefined);
  set(sent, 'prompt_cache_key', quirks.promptCacheKey ? (body['prompt_cache_key'] ?? session) : undefined);
  return wellFormedJson(sent);
}

/** Whether the client itself says what is to be cached. The proxy does that for one that does not. */
function hasBreakpoint(body: JsonObject): boolean {
  const contents = toArray(body['messages']).flatMap((message) => toArray(toObject(message)['content']));
  return [...contents, ...toArray(body['tools'])].some((one) => isObject(toObject(one)['cache_control']));
}

/** Calls in forms that only some upstreams have: `functions`, and tools of type `custom`. */
export function hasOldOrCustomCalls(body: JsonObject): boolean {
  const isOld = [body['functions'], body['function_call']].some(
    (value) => value !== undefined && value !== null,
  );
  const isCustom = toArray(body['tools']).some((tool) => toObject(tool)['type'] === 'custom');
  return (
    isOld ||
    isCustom ||
    toArray(body['messages']).some((message) => {
      const { function_call: called, role, tool_calls: calls } = toObject(message);
      return (
        isObject(called) ||
        role === 'function' ||
        toArray(calls).some((call) => toObject(call)['type'] === 'custom')
      );
    })
  );
}

function fitTools(body: JsonObject, route: Route): boolean {
  const tools = toArray(body['tools']);
  const max = route.quirks.toolDescriptionMax;
  const isLong = (tool: Json): boolean =>
    toText(toObject(toObject(tool)['function'])['description']).length > max;
  return tools.length === 0 || (route.tools && !tools.some(isLong));
}

/** Sets a field, or removes it for undefined. */
function set(object: JsonObject, field: string, value: Json | undefined): void {
  if (value === undefined) delete object[field];
  else object[field] = value;
}

function withUsage(body: JsonObject): JsonObject {
  return { ...toObject(body['stream_options']), include_usage: true };
}

function toSameTools(body: JsonObject, route: Route): Json | undefined {
  const { tools } = body;
  const { quirks } = route;
  // Servers reject an empty list.
  if (!Array.isArray(tools) || tools.length === 0) return undefined;
  const kept = tools.map((tool) => (isObject(tool) ? unmarkedTool(tool, route) : tool));
  if (quirks.schema === 'full') return kept;
  return kept.map((tool) => {
    const given = toObject(tool);
    const called = toObject(given['function']);
    const parameters = toolSchema(called['parameters'], quirks.schema);
    return Object.assign({}, given, { function: { ...called, parameters } });
  });
}

function unmarkedTool(tool: JsonObject, route: Route): JsonObject {
  const kept = unmarked(tool, route);
  const called = kept['function'];
  if (!isObject(called) || unmarked(called, route) === called) return kept;
  return { ...kept, function: unmarked(called, route) };
}

/**
 * Thinking as the client asked for it, or as it is configured, in the model's dialect. Without either the model's own default
 * holds, as it does for a client that asks the upstream itself.
 */
function setThinking(
  sent: JsonObject,
  body: JsonObject,
  { request }: Turn,
  route: Route,
  { thinking, effort }: ReturnType<typeof toThinking>,
): void {
  const isConfigured = route.thinking !== undefined || route.reasoningEffort !== undefined;
  const isAsked = request.thinking !== undefined;
  const hasDialect = route.quirks.thinking !== 'configured';
  if (isConfigured || (isAsked && hasDialect)) {
    for (const field of ['reasoning_effort', 'thinking', 'reasoning']) set(sent, field, undefined);
    if (thinking) sent['thinking'] = thinking.type === 'adaptive' ? { type: 'enabled' } : toObject(thinking);
    set(sent, 'reasoning_effort', effort);
  }
  if (toArray(body['tools']).length > 0)
    set(sent, 'reasoning_effort', effortWithTools(toText(sent['reasoning_effort']) || undefined, route));
}

function isForced(choice: Json | undefined): boolean {
  return choice === 'required' || isObject(choice);
}

/** A schema that the server has no field for is described after the system prompt. */
function withSchema(messages: Json[], { request }: Turn, { quirks }: Route): Json[] {
  const schema = quirks.jsonSchema ? undefined : answerSchema(request);
  if (!schema) return messages;
  const isSystem = (message: Json): boolean => toObject(message)['role'] === 'system';
  const at = messages.findIndex((message) => !isSystem(message));
  const note = { role: 'system', content: schemaInstruction(schema) };
  return messages.toSpliced(at < 0 ? messages.length : at, 0, note);
}
