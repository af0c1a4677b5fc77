/** Every double. */
import type { Double } from './double.ts';
import { anthropic, vertex } from './anthropic.ts';
import { deepseekMessages } from './deepseek-messages.ts';
import { mistral } from './mistral.ts';
import { openAiChat } from './openai-chat.ts';

export const doubles: readonly Double[] = [anthropic, vertex, openAiChat, mistral, deepseekMessages];
