/** The codecs by the name of their format. Importing this loads all of them; `formats.ts` loads none. */
import { chat } from './chat/index.ts';
import { gemini } from './gemini/index.ts';
import { messages } from './messages/index.ts';
import { responses } from './responses/index.ts';
import type { Codec } from './codec.ts';
import type { WireFormat } from './formats.ts';

export const codecs: Readonly<Record<WireFormat, Codec>> = { chat, gemini, messages, responses };
