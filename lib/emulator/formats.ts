/** The wire formats that the emulator supports. */
import { chat } from './formats/chat.ts';
import type { EmulatedFormat } from './formats/format.ts';
import { gemini } from './formats/gemini.ts';
import { messages } from './formats/messages.ts';
import { responses } from './formats/responses.ts';

const emulatedFormats: readonly EmulatedFormat[] = [chat, gemini, messages, responses];

/** The format served at a path, without its query. */
export function formatAt(path: string): EmulatedFormat | undefined {
  return emulatedFormats.find(
    ({ suffix, wholeSuffix = suffix }) => path.endsWith(suffix) || path.endsWith(wholeSuffix),
  );
}
