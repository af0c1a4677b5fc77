/** The codec of each wire format. */
import { chat } from './chat/index.ts';
import type { Codec, WireFormat } from './codec.ts';
import { gemini } from './gemini/index.ts';
import { messages } from './messages/index.ts';
import { responses } from './responses/index.ts';

export const codecs: Readonly<Record<WireFormat, Codec>> = {
  chat,
  gemini,
  messages,
  responses,
};
