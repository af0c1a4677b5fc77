/** The table of wire formats. It is made for four; a format without a codec yet is refused by name. */
import { chat } from './chat/index.ts';
import type { Codec, WireFormat } from './codec.ts';
import { gemini } from './gemini/index.ts';
import { messages } from './messages/index.ts';
import { responses } from './responses/index.ts';

export const codecs: Readonly<Partial<Record<WireFormat, Codec>>> = {
  chat,
  gemini,
  messages,
  responses,
};
