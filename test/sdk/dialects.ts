/** The SDK for each format that clients speak. */
import type { Dialect } from './dialect.ts';
import { chat } from './chat.ts';
import { gemini } from './gemini.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';

export const dialects = { messages, chat, responses, gemini } satisfies Record<string, Dialect>;
export type Spoken = keyof typeof dialects;
export const spoken = Object.keys(dialects) as Spoken[];
