/** Encodes generateContent requests for tests and checks them against the format's rules. */
import assert from 'node:assert/strict';
import type { MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { encodeGeminiRequest } from '../../../lib/wire/gemini/request.ts';
import type { GeminiContent, GeminiPart, GeminiRequest } from '../../../lib/wire/gemini/types.ts';
import { brokenRules } from './rules.ts';
import { requestOf, routeOf } from '../requests.ts';

export type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

const google = {
  format: 'gemini',
  provider: 'google',
  endpoint: 'http://127.0.0.1:1/v1beta/models',
  auth: 'x-goog-api-key',
} as const;

/** Routes like those of the models whose quirks they have. */
export const geminiRoutes = {
  'gemini 3': routeOf({
    ...google,
    modelId: 'gemini-3.1-pro',
    documents: true,
    efforts: ['low', 'medium', 'high'],
    quirks: { thinking: 'effort', signedCalls: true, mediaInResults: true },
  }),
  'gemini 2.5': routeOf({
    ...google,
    modelId: 'gemini-2.5-flash',
    documents: true,
    quirks: { thinking: 'budget' },
  }),
  plain: routeOf({ ...google, modelId: 'gemini-x', images: false, tools: true }),
} satisfies Record<string, Route>;

export const gemini3 = geminiRoutes['gemini 3'];
export const gemini25 = geminiRoutes['gemini 2.5'];

export function encode(
  messages: RequestMessage[],
  fields: Fields = {},
  route: Route = gemini3,
): GeminiRequest {
  const body = encodeGeminiRequest(requestOf(messages, fields), route);
  assert.deepEqual(brokenRules(body), []);
  return body;
}

export const sent = (messages: RequestMessage[], route: Route = gemini3): GeminiContent[] =>
  encode(messages, {}, route).contents;

export const partsOf = (contents: readonly GeminiContent[], role: GeminiContent['role']): GeminiPart[] =>
  contents.flatMap((content) => (content.role === role ? content.parts : []));
