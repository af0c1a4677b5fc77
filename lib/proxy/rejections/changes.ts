/** The changes of a repair, and how each is applied: to the route, the client's request, the encoded body or the headers. */
import { readAttachment } from '../../anthropic/provenance.ts';
import {
  toBlocks,
  type ContentBlock,
  type MessagesRequest,
  type RequestMessage,
} from '../../anthropic/request.ts';
import type { Json } from '../../json.ts';
import type { WireFormat, WireRoute } from '../../wire/formats.ts';
import type { Quirks } from '../../wire/quirks.ts';
import { schemasWithout, simplerSchemas, type SchemaLevel } from './schemas.ts';
import { changedAt, renamedField, withoutField, type FieldPath } from './sent-fields.ts';

export type Change =
  /** Another wire format, since the model is not served in the `refused` ones. Made by `toRoute`, see `repair.ts`. */
  | { kind: 'format'; refused: readonly WireFormat[]; use: WireFormat }
  | { kind: 'quirks'; quirks: Partial<Quirks> }
  | { kind: 'lacks'; capability: 'images' | 'documents' | 'tools' }
  /** Fields that were refused together. Made one after the other, see `repair.ts`. */
  | { kind: 'several'; changes: readonly Change[] }
  /** The longest answer, in tokens. */
  | { kind: 'answer'; tokens: number }
  /** The context window, in tokens. */
  | { kind: 'window'; tokens: number }
  | { kind: 'no_thinking' }
  /** No context edit that needs thinking. */
  | { kind: 'no_clear_thinking' }
  /** No signatures, encrypted reasoning and attached fields of earlier answers. `standIn`: calls get Google's placeholder. */
  | { kind: 'no_seals'; standIn: boolean }
  | { kind: 'system_as_user' }
  | { kind: 'end_with_user' }
  /** Text beside tool results goes into the last result. */
  | { kind: 'text_in_results' }
  | { kind: 'without'; path: FieldPath }
  | { kind: 'set'; path: FieldPath; value: string | number }
  | { kind: 'rename'; path: FieldPath; name: string }
  /** At most so many characters of a text. */
  | { kind: 'shorten'; path: FieldPath; length: number }
  | { kind: 'keyword'; keyword: string }
  | { kind: 'schemas'; level: SchemaLevel }
  /** Without the header, or without some values of its list. */
  | { kind: 'header'; name: string; values?: readonly string[] };

/** The route with the change; the same one if the change is not about routes. */
export function changedRoute(route: WireRoute, change: Change): WireRoute {
  switch (change.kind) {
    case 'quirks':
      return { ...route, quirks: { ...route.quirks, ...change.quirks } };
    case 'lacks':
      return { ...route, [change.capability]: false };
    case 'answer':
      return { ...route, maxOutputTokens: least(change.tokens, route.maxOutputTokens) };
    case 'window':
      return { ...route, contextWindow: least(change.tokens, route.contextWindow) };
    case 'system_as_user':
      return { ...route, quirks: { ...route.quirks, midSystem: 'user' } };
    case 'no_seals':
      return change.standIn ? { ...route, quirks: { ...route.quirks, signedCalls: true } } : route;
    case 'no_thinking': {
      const { thinking: _thinking, reasoningEffort: _effort, ...rest } = route;
      return rest;
    }
    default:
      return route;
  }
}

/** The smaller limit; 0 is no limit. */
function least(tokens: number, known: number): number {
  return known > 0 ? Math.min(tokens, known) : tokens;
}

/** The client's request with the change. */
export function changedRequest(request: MessagesRequest, change: Change): MessagesRequest {
  switch (change.kind) {
    case 'no_thinking':
      return withoutThinking(request);
    case 'no_clear_thinking':
      return withoutClearThinking(request);
    case 'no_seals':
      return { ...request, messages: request.messages.map(withoutSeals) };
    case 'system_as_user':
      return { ...request, messages: request.messages.map(asUser) };
    case 'text_in_results':
      return { ...request, messages: request.messages.map(textInResults) };
    case 'end_with_user': {
      const last = request.messages.at(-1);
      return last?.role === 'assistant'
        ? { ...request, messages: [...request.messages, { role: 'user', content: 'Continue.' }] }
        : request;
    }
    default:
      return request;
  }
}

/** Thinking is disabled together with what depends on it. */
function withoutThinking(request: MessagesRequest): MessagesRequest {
  const { output_config: output, ...rest } = withoutClearThinking(request);
  const { effort: _effort, ...kept } = output ?? {};
  return {
    ...rest,
    thinking: { type: 'disabled' },
    ...(Object.keys(kept).length > 0 && { output_config: kept }),
  };
}

/** Anthropic's context edit `clear_thinking_20251015` needs thinking to be enabled. */
function withoutClearThinking(request: MessagesRequest): MessagesRequest {
  const { context_management: management, ...rest } = request as MessagesRequest & {
    context_management?: { edits?: { type?: string }[] };
  };
  const edits = management?.edits;
  if (!Array.isArray(edits)) return request;
  const kept = edits.filter((edit) => edit?.type?.startsWith('clear_thinking') !== true);
  if (kept.length === edits.length) return request;
  return kept.length > 0 ? { ...rest, context_management: { ...management, edits: kept } } : rest;
}

function withoutSeals(message: RequestMessage): RequestMessage {
  if (message.role !== 'assistant' || !Array.isArray(message.content)) return message;
  const content = message.content.flatMap(withoutSeal);
  // A message must not be empty.
  return { ...message, content: content.length > 0 ? content : [{ type: 'text', text: '(no text)' }] };
}

/** Thinking keeps its text. What has only a seal goes. */
function withoutSeal(block: ContentBlock): ContentBlock[] {
  if (block.type === 'redacted_thinking') return [];
  if (block.type !== 'thinking') return [block];
  const { signature, thinking } = block as { signature?: string; thinking?: string };
  if (!thinking || readAttachment(signature)) return [];
  return [{ ...block, signature: '' }];
}

function asUser(message: RequestMessage): RequestMessage {
  if ((message.role as string) !== 'system') return message;
  const { content } = message;
  const texts =
    typeof content === 'string'
      ? [content]
      : content.flatMap((block) => ('text' in block ? [block.text] : []));
  return { ...message, role: 'user', content: `<system-reminder>\n${texts.join('\n')}\n</system-reminder>` };
}

/** Bedrock refuses text beside results for models other than Claude (langchain-ai/langchain-aws#141). */
function textInResults(message: RequestMessage): RequestMessage {
  const blocks = Array.isArray(message.content) ? message.content : [];
  const last = blocks.findLast(({ type }) => type === 'tool_result');
  const texts = blocks.filter(({ type }) => type === 'text');
  if (last === undefined || texts.length === 0) return message;
  const content = toBlocks((last as { content?: string | ContentBlock[] }).content);
  const joined = { ...last, content: [...content, ...texts] };
  return {
    ...message,
    content: blocks.flatMap((block) => (block === last ? [joined] : block.type === 'text' ? [] : [block])),
  };
}

/** The encoded body with the change. */
export function changedBody(body: unknown, change: Change): unknown {
  switch (change.kind) {
    case 'without':
      return withoutField(body, change.path);
    case 'set':
      return changedAt(body as Json, change.path, () => change.value);
    case 'rename':
      return renamedField(body, change.path, change.name);
    case 'shorten':
      return changedAt(body as Json, change.path, (value) =>
        typeof value === 'string' ? value.slice(0, change.length) : value,
      );
    case 'keyword':
      return schemasWithout(body, change.keyword);
    case 'schemas':
      return simplerSchemas(body, change.level);
    default:
      return body;
  }
}

/** The headers with the change; names are in lower case. */
export function changedHeaders(
  headers: Readonly<Record<string, string>>,
  change: Change,
): Readonly<Record<string, string>> {
  if (change.kind === 'quirks' && change.quirks.betas === false)
    return withoutHeader(headers, 'anthropic-beta');
  if (change.kind !== 'header') return headers;
  const { [change.name]: value, ...rest } = headers;
  if (value === undefined) return headers;
  const refused = new Set(change.values);
  const kept = change.values === undefined ? [] : listOf(value).filter((one) => !refused.has(one));
  return kept.length > 0 ? { ...rest, [change.name]: kept.join(',') } : rest;
}

function withoutHeader(
  headers: Readonly<Record<string, string>>,
  name: string,
): Readonly<Record<string, string>> {
  const { [name]: _left, ...rest } = headers;
  return rest;
}

/** The values of a header that holds a list. */
export function listOf(value: string): string[] {
  return value.split(',').map((one) => one.trim());
}

const schemaWords: Readonly<Record<SchemaLevel, string>> = {
  typed: 'takes no tool schemas without a type for every value',
  common: 'takes only common keywords in tool schemas',
  plain: 'takes no alternatives in tool schemas',
  bare: 'takes no properties in tool schemas',
};

const quirkWords: Partial<Record<keyof Quirks, string>> = {
  shortToolNames: 'names of tools with more than 64 characters',
  stopSequences: 'stop sequences',
  userAfterTool: 'user message directly after a tool result',
  effortWithTools: 'reasoning effort together with tools',
  replayReasoning: 'turn without its reasoning',
  jsonSchema: 'JSON Schema for the answer',
  webSearch: 'web search',
  schema: 'numeric bounds in tool schemas',
  strictBody: 'fields beyond the core of the API',
  betas: 'anthropic-beta and the fields that need it',
  toolIdMax: 'long tool ids',
  thinking: 'thinking fields',
  thinkingAlwaysOn: 'request to disable thinking',
  forcedToolChoice: 'forced tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  cacheControl: 'cache_control',
  promptCacheKey: 'prompt_cache_key',
  maxTokensField: 'limit of the answer by that name',
};

/** Describes the change for the log and for `status`, as what the model does not take. Contains no text of a conversation. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'format':
      return `not served as ${change.refused.join(' or ')}, requested as ${change.use}`;
    case 'quirks':
      return `takes no ${Object.keys(change.quirks)
        .map((key) => quirkWords[key as keyof Quirks] ?? key)
        .join(', ')}`;
    case 'several':
      return change.changes.map(describeChange).join('; ');
    case 'lacks':
      return `takes no ${change.capability}`;
    case 'answer':
      return `answers with ${change.tokens} tokens at most`;
    case 'window':
      return `takes ${change.tokens} tokens at most`;
    case 'no_thinking':
      return 'takes no thinking in this conversation';
    case 'no_clear_thinking':
      return 'takes no context edit that needs thinking';
    case 'no_seals':
      return 'takes no signatures of earlier turns';
    case 'system_as_user':
      return 'takes no system messages in the conversation';
    case 'end_with_user':
      return 'takes no conversation that ends with the assistant';
    case 'without':
      return `takes no ${change.path.join('.')}`;
    case 'set':
      return `takes ${change.path.join('.')} only as ${change.value}`;
    case 'text_in_results':
      return 'takes no text beside tool results';
    case 'shorten':
      return `takes at most ${change.length} characters in ${change.path.join('.')}`;
    case 'rename':
      return `takes ${change.path.join('.')} only as ${change.name}`;
    case 'keyword':
      return `takes no ${change.keyword} in tool schemas`;
    case 'schemas':
      return schemaWords[change.level];
    case 'header':
      return `takes no ${change.values === undefined ? '' : `${change.values.join(', ')} in the `}header ${change.name}`;
  }
}
