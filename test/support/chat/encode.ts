/** Encodes Chat Completions requests for tests and checks them against the protocol's rules. */
import assert from 'node:assert/strict';
import type { MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import type { ChatAssistantMessage, ChatMessage, ChatRequest } from '../../../lib/wire/chat/types.ts';
import { brokenRules } from './rules.ts';
import { requestOf, routeOf } from '../requests.ts';

export type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

export function encode(messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatRequest {
  const body = encodeChatRequest(requestOf(messages, fields), route);
  assert.deepEqual(brokenRules(body), []);
  return body;
}
export const sent = (messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatMessage[] =>
  encode(messages, fields, route).messages;
export const assistants = (messages: ChatMessage[]): ChatAssistantMessage[] =>
  messages.filter((message) => message.role === 'assistant');

/** Asserts that a content is a string, and returns it. */
export function stringContent(content: unknown): string {
  assert.equal(typeof content, 'string');
  return content as string;
}

export const tool = { name: 'Bash', description: 'Run', input_schema: { type: 'object', properties: {} } };
export const thinking = { type: 'adaptive' } as const;
