/** The table of the formats the emulator speaks. */
import { chat } from './formats/chat.ts';
import type { EmulatedFormat } from './formats/format.ts';
import { gemini } from './formats/gemini.ts';
import { messages } from './formats/messages.ts';
import { responses } from './formats/responses.ts';

const emulatedFormats: readonly EmulatedFormat[] = [chat, gemini, messages, responses];

/** The format that is asked on a path (without its query), if any. */
export function formatAt(path: string): EmulatedFormat | undefined {
  return emulatedFormats.find(
    ({ suffix, wholeSuffix = suffix }) => path.endsWith(suffix) || path.endsWith(wholeSuffix),
  );
}
