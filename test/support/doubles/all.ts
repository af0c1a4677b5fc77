/** Every double. */
import { anthropic } from './anthropic.ts';
import { copilot } from './copilot.ts';
import { deepseekMessages } from './deepseek-messages.ts';
import { deepseek } from './deepseek.ts';
import type { Double } from './double.ts';
import { geminiChat } from './gemini-chat.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { kimi } from './kimi.ts';
import { mistral } from './mistral.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import { openRouter } from './openrouter.ts';
import { vertex } from './vertex.ts';
import { vllm } from './vllm.ts';

export const doubles: readonly Double[] = [
  anthropic,
  vertex,
  openAiChat,
  openAiResponses,
  gemini,
  geminiChat,
  mistral,
  deepseek,
  deepseekMessages,
  kimi,
  vllm,
  openRouter,
  groq,
  copilot,
];
