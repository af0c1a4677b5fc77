/** Every double. */
import { anthropic, vertex } from './anthropic.ts';
import { copilot } from './copilot.ts';
import { deepseekMessages } from './deepseek-messages.ts';
import { deepseek } from './deepseek.ts';
import type { Double } from './double.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { kimi } from './kimi.ts';
import { mistral } from './mistral.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import { openRouter } from './openrouter.ts';
import { vllm } from './vllm.ts';

export const doubles: readonly Double[] = [
  anthropic,
  vertex,
  openAiChat,
  openAiResponses,
  gemini,
  mistral,
  deepseek,
  deepseekMessages,
  kimi,
  vllm,
  openRouter,
  groq,
  copilot,
];
