/** Sentences about the order and the roles of turns. */
import { anyStatus, type Wording } from './wording.ts';

export const order: readonly Wording[] = [
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: 'BerriAI/litellm#17761',
    says: 'unexpected role user after role tool',
    example: "Unexpected role 'user' after role 'tool'",
    remedy: 'user_after_tool',
  },
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: 'mistralai/client-python#205',
    says: 'unexpected role system after role',
    example: "Unexpected role 'system' after role 'tool'",
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: 'langchain-ai/langchain#18291',
    says: 'expected last role user or tool',
    example: 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    remedy: 'end_with_user',
  },
  {
    about: 'turn_order',
    vendor: 'chat templates of Mistral models (vLLM, llama.cpp, LM Studio)',
    source: 'vllm-project/vllm#6862, lmstudio-ai/lmstudio-bug-tracker#548',
    says: 'conversation roles must alternate',
    example:
      'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...',
    remedy: 'user_after_tool',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'chat templates (vLLM)',
    source: 'vllm-project/vllm#34192',
    says: 'system message must be at the beginning',
    remedy: 'system_as_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'responses of GitHub Copilot and ChatGPT',
    source: 'openai/codex#8010',
    says: 'system messages are not allowed',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Gemma and other chat templates',
    source: 'ggml-org/llama.cpp#12433',
    says: 'system role not supported',
    remedy: 'system_as_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'Anthropic and Anthropic-compatible servers',
    source: 'anthropics/anthropic-sdk-python#1163',
    says: 'unexpected role system',
    example: 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Anthropic',
    source: 'docs.anthropic.com, prefill',
    says: 'does not support assistant message prefill',
    example:
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    remedy: 'end_with_user',
  },
  {
    about: 'turn_order',
    vendor: 'llama.cpp',
    source: 'ggml-org/llama.cpp#14768',
    says: 'assistant response prefill is incompatible with enable_thinking',
    remedy: 'end_with_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'Moonshot, Alibaba',
    source: 'help.aliyun.com, partial mode',
    says: 'last message … must be user',
    example: 'The last message role must be user or tool',
    remedy: 'end_with_user',
  },

  ...[
    [
      'invalid message role: system',
      'MiniMax',
      'MiniMax-AI/MiniMax-M2.7#43',
      'invalid params, chat content has invalid message role: system (2013)',
    ],
    [
      'expected user | assistant',
      'LM Studio',
      'lmstudio-ai/lmstudio-bug-tracker#2204',
      "Invalid discriminator value. Expected 'user' | 'assistant'",
    ],
    [
      'must be either user or assistant, but got system',
      'gateways',
      'anthropics/claude-code#63469',
      "messages[1].role must be either 'user' or 'assistant', but got 'system'",
    ],
  ].map(([says = '', vendor = '', source = '', example = '']): Wording => ({
    about: 'turn_order',
    vendor,
    source,
    says,
    example,
    remedy: 'system_as_user',
  })),
  {
    about: 'turn_order',
    vendor: 'Amazon Bedrock',
    source: 'langchain-ai/langchain-aws#141',
    says: 'conversation blocks and tool result blocks cannot be provided in the same turn',
    example:
      'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
    remedy: 'text_in_results',
  },
];
