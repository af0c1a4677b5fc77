/** The bodies of the clients' requests. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Format } from './processes/formats.ts';

const folder = new URL('../fixtures/claude-requests/', import.meta.url);

/** A conversation of about so many bytes, in messages of some kilobytes as conversations have them. */
export function bodyOf(bytes: number, model: string): string {
  const piece = 4000;
  const text = 'The quick brown fox jumps over the lazy dog, and says "why not?"\n';
  const messages: object[] = [];
  for (let left = bytes; left > 0 || messages.length % 2 === 0; left -= piece) {
    const content = text.repeat(Math.ceil(Math.min(piece, Math.max(left, 1)) / text.length));
    messages.push({ role: messages.length % 2 === 0 ? 'user' : 'assistant', content });
  }
  return JSON.stringify({ model, max_tokens: 1000, stream: true, messages });
}

/** A short question in each format of a client. */
export const shortBodies: Readonly<Record<Format, (model: string) => string>> = {
  messages: (model) => bodyOf(1000, model),
  chat: (model) => JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: question }] }),
  responses: (model) => JSON.stringify({ model, stream: true, store: false, input: question }),
  gemini: () => JSON.stringify({ contents: [{ role: 'user', parts: [{ text: question }] }] }),
};

const question = 'The quick brown fox jumps over the lazy dog, and says "why not?"\n'.repeat(15);

/** The requests to /v1/messages that were captured from Claude Code, each streamed and for this model. */
export function capturedBodies(model: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { url: string; body: unknown })
    .filter(({ url, body }) => /^\/v1\/messages(\?|$)/.test(url) && typeof body === 'object')
    .map(({ body }) => JSON.stringify({ ...(body as object), model, stream: true }));
}
