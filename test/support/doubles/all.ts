/** Every double. */
import type { Double } from './double.ts';
import { mistral } from './mistral.ts';
import { openAiChat } from './openai-chat.ts';

export const doubles: readonly Double[] = [openAiChat, mistral];
