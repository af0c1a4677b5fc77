/** Encoding for the tests of chat requests: what is encoded is held to the protocol's rules on the way. */
import assert from 'node:assert/strict';
import type { MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import type { ChatAssistantMessage, ChatMessage, ChatRequest } from '../../../lib/wire/chat/types.ts';
import { brokenRules } from './rules.ts';
import { requestOf, routeOf } from '../requests.ts';

export type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

/** Encodes, and holds what came out to the protocol's rules. */
export function encode(messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatRequest {
  const body = encodeChatRequest(requestOf(messages, fields), route);
  assert.deepEqual(brokenRules(body), []);
  return body;
}
export const sent = (messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatMessage[] =>
  encode(messages, fields, route).messages;
export const assistants = (messages: ChatMessage[]): ChatAssistantMessage[] =>
  messages.filter((message) => message.role === 'assistant');

/** A content that is plain text. */
export function said(content: unknown): string {
  assert.equal(typeof content, 'string');
  return content as string;
}

export const tool = { name: 'Bash', description: 'Run', input_schema: { type: 'object', properties: {} } };
export const thinking = { type: 'adaptive' } as const;
