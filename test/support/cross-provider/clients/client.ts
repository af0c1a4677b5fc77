/**
 * Clients that return everything they receive unchanged and answer every call, whatever upstream it came from. Written from
 * the formats' documentation, without occ's code.
 */
import assert from 'node:assert/strict';
import type { WireFormat } from '../../../../lib/wire/formats.ts';
import { token } from '../../proxy.ts';
import { readable, type Format } from '../../turns.ts';
import { hangMs } from '../../limits.ts';
import { chatClient } from './chat.ts';
import { geminiClient } from './gemini.ts';
import type { Conversation } from './conversation.ts';
import { messagesClient } from './messages.ts';
import { responsesClient } from './responses.ts';

export interface Client {
  /** Sends the conversation to `model` at `url` and appends the answer. */
  send(url: string, model: string, stream: boolean): Promise<void>;
}

const conversations: Readonly<Record<Format, () => Conversation>> = {
  chat: chatClient,
  gemini: geminiClient,
  messages: messagesClient,
  responses: responsesClient,
};

export function client(format: WireFormat = 'messages'): Client {
  const conversation = conversations[readable(format)]();
  return {
    async send(url, model, stream) {
      const { path, body } = conversation.request(model, stream);
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(hangMs),
      });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      conversation.take(text, stream);
    },
  };
}
