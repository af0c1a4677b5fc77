/** Requests and routes for the tests of encoders: captured requests, and routes like those of real models. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ContentBlock, MessagesRequest, RequestMessage } from '../../lib/anthropic/request.ts';
import type { WireRoute } from '../../lib/wire/formats.ts';
import { defaultQuirks, type Quirks } from '../../lib/wire/quirks.ts';

export interface Captured {
  kind: string;
  body: MessagesRequest;
}

const folder = new URL('../fixtures/claude-requests/', import.meta.url);

/** Every captured request that has a body, in the order of the files. */
export function capturedRequests(): Captured[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Captured)
    .filter(({ body }) => typeof body === 'object');
}

export function captured(number: number): MessagesRequest {
  const found = capturedRequests().find(({ kind }) => kind.startsWith(String(number).padStart(2, '0')));
  if (!found) throw new Error(`no captured request ${number} with a body`);
  return found.body;
}

type RouteFacts = Partial<Omit<WireRoute, 'quirks'>> & { quirks?: Partial<Quirks> };

export function routeOf({ quirks, ...facts }: RouteFacts = {}): WireRoute {
  return {
    provider: 'test',
    modelId: 'plain-1',
    format: 'chat',
    endpoint: 'http://127.0.0.1:1/v1/chat/completions',
    auth: 'bearer',
    headers: {},
    contextWindow: 1_000_000,
    maxOutputTokens: 131_072,
    images: true,
    documents: false,
    tools: true,
    efforts: [],
    ...facts,
    quirks: { ...defaultQuirks, ...quirks },
  };
}

/** Routes like those of the models whose quirks they have. */
export const chatRoutes: Record<string, WireRoute> = {
  plain: routeOf(),
  deepseek: routeOf({
    modelId: 'deepseek-v4-pro',
    images: false,
    efforts: ['high', 'max'],
    quirks: {
      thinking: 'type_and_effort',
      replayReasoning: 'always',
      forcedToolChoice: false,
      schema: 'no_ranges',
    },
  }),
  kimi: routeOf({
    modelId: 'kimi-k3',
    efforts: ['low', 'high', 'max'],
    quirks: {
      thinking: 'effort',
      thinkingAlwaysOn: true,
      replayReasoning: 'tool_calls',
      schema: 'moonshot',
      temperature: 1,
      topP: 0.95,
    },
  }),
  glm: routeOf({
    modelId: 'glm-5.3',
    images: false,
    efforts: ['low', 'high', 'max'],
    quirks: { thinking: 'effort', thinkingAlwaysOn: true, replayReasoning: 'always', jsonSchema: false },
  }),
  mistral: routeOf({
    modelId: 'mistral-large-4',
    efforts: ['none', 'high'],
    quirks: { thinking: 'effort', toolIds: 'mistral', userAfterTool: false, midSystem: 'system' },
  }),
};

export const messagesRoutes: Record<string, WireRoute> = {
  claude: routeOf({
    format: 'messages',
    modelId: 'claude-opus-5-5',
    maxOutputTokens: 128_000,
    efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
    quirks: { thinking: 'claude', genuineSignatures: true, betas: true, midSystem: 'system', topK: 'free' },
  }),
  qwen: routeOf({
    format: 'messages',
    modelId: 'qwen3.8-max',
    efforts: ['low', 'medium', 'xhigh'],
    quirks: { thinking: 'adaptive', unsignedThinking: true },
  }),
  minimax: routeOf({
    format: 'messages',
    modelId: 'minimax-m3',
    quirks: { thinking: 'adaptive', unsignedThinking: true, strictBody: true },
  }),
};

export function requestOf(
  messages: RequestMessage[],
  fields: Omit<Partial<MessagesRequest>, 'messages'> = {},
): MessagesRequest {
  return { model: 'claude-opus-5-5', max_tokens: 32_000, stream: true, ...fields, messages };
}

export const user = (...content: (string | ContentBlock)[]): RequestMessage => message('user', content);
export const assistant = (...content: (string | ContentBlock)[]): RequestMessage =>
  message('assistant', content);
export const system = (...content: (string | ContentBlock)[]): RequestMessage => message('system', content);

function message(role: RequestMessage['role'], content: (string | ContentBlock)[]): RequestMessage {
  return { role, content: content.map((block) => (typeof block === 'string' ? text(block) : block)) };
}

export const text = (words: string): ContentBlock => ({ type: 'text', text: words });
export const call = (id: string, input: unknown = {}, name = 'Bash'): ContentBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
});
export const result = (id: string, content?: string | ContentBlock[], isError?: boolean): ContentBlock => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content !== undefined && { content }),
  ...(isError !== undefined && { is_error: isError }),
});
export const thought = (words: string, signature = ''): ContentBlock => ({
  type: 'thinking',
  thinking: words,
  signature,
});
export const image = (data = 'aGVsbG8=', mediaType = 'image/png'): ContentBlock => ({
  type: 'image',
  source: { type: 'base64', media_type: mediaType, data },
});
