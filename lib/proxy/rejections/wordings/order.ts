/** Sentences about the order and the roles of turns. */
import { anyStatus, type Wording } from './wording.ts';

export const order: readonly Wording[] = [
  {
    about: 'turn_order',
    vendor: 'Mistral, vLLM with models of Mistral',
    source: 'datapizza-labs/datapizza-ai#98, avante-corp/avante.nvim#2695, zed-industries/zed#37021',
    says: 'unexpected role user after role tool',
    example: "Unexpected role 'user' after role 'tool'",
    remedy: 'user_after_tool',
  },
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: 'swarmauri/swarmauri-sdk#162',
    says: 'unexpected role system after role',
    example: "Unexpected role 'system' after role 'assistant'",
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: '0xPlaygrounds/rig#708',
    says: 'expected last role user or tool',
    example: 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    remedy: 'end_with_user',
  },
  {
    about: 'turn_order',
    vendor: 'chat templates of Mistral models (vLLM, llama.cpp, LM Studio)',
    source: 'eclipse-theia/theia#17104, charmbracelet/crush#279, huggingface/text-generation-inference#3198',
    says: 'conversation roles must alternate',
    example:
      'After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.',
    remedy: 'user_after_tool',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'chat templates of Qwen (llama.cpp, LM Studio, vLLM)',
    source: 'ggml-org/llama.cpp#21954, ollama/ollama#18241',
    says: 'system message must be at the beginning',
    example: 'Error: Jinja Exception: System message must be at the beginning.',
    remedy: 'system_as_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'responses of ChatGPT (Codex)',
    source: 'router-for-me/CLIProxyAPI#4092, finch-xu/cc-router#33',
    says: 'system messages are not allowed',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Gemma and other chat templates',
    source: 'sgl-project/sglang#1342, OoriData/Toolio#1',
    says: 'system role not supported',
    example: 'jinja2.exceptions.TemplateError: System role not supported',
    remedy: 'system_as_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'Anthropic',
    source: 'Maol-1997/cursor-claude-connector#3, aaronrussell/anthropix#2',
    says: 'unexpected role system',
    example:
      'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Anthropic, GitHub Copilot',
    source: 'smallmain/vscode-unify-chat-provider#249, cortexkit/magic-context#511',
    says: 'does not support assistant message prefill',
    example:
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    remedy: 'end_with_user',
  },
  {
    about: 'turn_order',
    vendor: 'llama.cpp',
    source: 'ggml-org/llama.cpp#20861',
    says: 'assistant response prefill is incompatible with enable_thinking',
    example: 'Assistant response prefill is incompatible with enable_thinking.',
    remedy: 'end_with_user',
    status: anyStatus,
  },
  {
    about: 'turn_order',
    vendor: 'DeepSeek',
    source: 'pig-mesh/deepseek4j#80',
    says: 'the last message of … must be a user message',
    example:
      'The last message of deepseek-reasoner must be a user message, or an assistant message with prefix mode on (refer to https://api-docs.deepseek.com/guides/chat_prefix_completion).',
    remedy: 'end_with_user',
  },
  {
    about: 'turn_order',
    vendor: 'GitHub Copilot with Gemini',
    source: 'ericc-ch/copilot-api#273',
    says: 'must not be from the assistant',
    example: 'The last message in a Gemini request must not be from the assistant',
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
  {
    about: 'turn_order',
    vendor: 'Google',
    source: 'google-gemini/gemini-cli#3814',
    says: 'number of function response parts is equal to the number of function call parts',
    example:
      'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    remedy: 'text_in_results',
  },

  {
    about: 'turn_order',
    vendor: 'DeepSeek',
    source: 'decolua/9router#773',
    says: 'unknown variant developer, expected one of',
    example:
      'messages[1].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Plano',
    source: 'katanemo/plano#967',
    says: 'unknown variant system, expected',
    example:
      'Failed to parse request: unknown variant `system`, expected `user` or `assistant` at line 1 column 4677',
    remedy: 'system_as_user',
  },
  {
    about: 'turn_order',
    vendor: 'Mistral',
    source: 'charmbracelet/crush#279',
    says: 'unexpected role tool after role',
    example: "Unexpected role 'tool' after role 'user'",
  },
];
