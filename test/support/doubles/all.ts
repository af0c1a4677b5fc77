/** Every double, in groups. */
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import { copilot } from './copilot.ts';
import { deepseekMessages } from './deepseek-messages.ts';
import { deepseek } from './deepseek.ts';
import type { Double } from './double.ts';
import { geminiChat } from './gemini-chat.ts';
import { gemini } from './gemini.ts';
import { glmMessages } from './glm-messages.ts';
import { glm } from './glm.ts';
import { groq } from './groq.ts';
import { kimi } from './kimi.ts';
import { liteLlmMessages } from './litellm-messages.ts';
import { liteLlm } from './litellm.ts';
import { llamaCpp } from './llama-cpp.ts';
import { lmStudioMessages } from './lm-studio-messages.ts';
import { lmStudio } from './lm-studio.ts';
import { miniMaxMessages } from './minimax-messages.ts';
import { miniMax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { nim } from './nim.ts';
import { ollamaMessages } from './ollama-messages.ts';
import { ollama } from './ollama.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import { openCodeGo } from './opencode-go.ts';
import { openCodeZen } from './opencode-zen.ts';
import { openRouter } from './openrouter.ts';
import { qwen } from './qwen.ts';
import { sglang } from './sglang.ts';
import { vertex } from './vertex.ts';
import { vllm } from './vllm.ts';

/** By the table of the matrix in which they are. */
export const groups: Readonly<Record<string, readonly Double[]>> = {
  'Anthropic, OpenAI and Google': [anthropic, vertex, openAiChat, openAiResponses, gemini, geminiChat],
  'Vendors of open models': [
    mistral,
    deepseek,
    deepseekMessages,
    kimi,
    glm,
    glmMessages,
    miniMax,
    miniMaxMessages,
    qwen,
  ],
  'Servers that people run themselves': [
    vllm,
    sglang,
    llamaCpp,
    lmStudio,
    lmStudioMessages,
    ollama,
    ollamaMessages,
  ],
  'Clouds and gateways': [
    openRouter,
    groq,
    copilot,
    azure,
    bedrock,
    nim,
    liteLlm,
    liteLlmMessages,
    openCodeGo,
    openCodeZen,
  ],
};

export const doubles: readonly Double[] = Object.values(groups).flat();
