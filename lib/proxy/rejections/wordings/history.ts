/** Sentences about the seals of earlier turns, and the thinking that must be in them. */
import type { Wording } from './wording.ts';

export const history: readonly Wording[] = [
  {
    about: 'seal',
    vendor: 'Anthropic, Bedrock, Vertex, Copilot',
    source: 'lbjlaq/Antigravity-Manager#498, anthropics/claude-code#10627, openclaw/openclaw#88020',
    says: 'invalid signature in thinking block',
    example: 'messages.1.content.0: Invalid `signature` in `thinking` block',
  },
  {
    about: 'seal',
    vendor: 'Anthropic',
    source: 'microsoft/vscode#320196',
    says: 'invalid data in redacted_thinking block',
    example: 'Invalid `data` in `redacted_thinking` block',
  },
  {
    about: 'seal',
    vendor: 'Anthropic, Bedrock',
    source: 'can1357/oh-my-pi#10486, justlovemaki/AIClient2API#437',
    says: 'thinking.signature: field required',
    example:
      'The model returned the following errors: messages.369.content.0.thinking.signature: Field required',
  },
  {
    about: 'seal',
    vendor: 'Anthropic',
    source: 'diegosouzapw/OmniRoute#2191',
    says: 'redacted_thinking.data: field required',
    example: 'messages.0.content.0.redacted_thinking.data: Field required',
  },
  {
    about: 'seal',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#19539, anthropics/claude-code#63404',
    says: 'thinking or redacted_thinking blocks in the latest assistant message cannot be modified',
    example:
      'messages.5.content.1: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.',
  },
  {
    about: 'seal',
    vendor: 'OpenAI, Azure',
    source: 'openai/codex#8145, Wei-Shaw/sub2api#2863',
    says: 'the encrypted content … could not be verified',
    example: 'The encrypted content gAAA...DQ== could not be verified.',
  },
  {
    about: 'seal',
    vendor: 'OpenAI',
    source: 'smallmain/vscode-unify-chat-provider#178, openai/codex#35334',
    says: 'encrypted content for item … could not be',
    example:
      'The encrypted content for item rs_0a18166210d72b5e0069fd938e69a08193a992a58d690a224b could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
  },
  {
    about: 'seal',
    vendor: 'OpenCode Zen',
    source: 'Kilo-Org/kilocode#14314, can1357/oh-my-pi#11928',
    says: 'encrypted_content was not issued to this caller',
    example: 'reasoning `encrypted_content` was not issued to this caller',
  },
  {
    about: 'seal',
    vendor: 'OpenAI',
    source: 'continuedev/continue#8933',
    says: 'of type reasoning was provided without its required following item',
    example: "Item 'rs_0c38' of type 'reasoning' was provided without its required following item.",
  },
  {
    about: 'seal',
    vendor: 'OpenAI',
    source: 'continuedev/continue#11994, qbit-ai/qbit#180',
    says: 'was provided without its required reasoning item',
    example: "Item 'msg_1' was provided without its required 'reasoning' item: 'rs_1'.",
  },
  {
    about: 'seal',
    vendor: 'Gemini',
    source: 'charmbracelet/crush#1698',
    says: 'corrupted thought signature',
    example: 'Corrupted thought signature.',
  },
  {
    about: 'seal',
    vendor: 'Vertex, Gemini CLI',
    source: 'decolua/9router#301',
    says: 'thought signature is not valid',
    example:
      'Unable to submit request because Thought signature is not valid.. Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini',
  },
  {
    about: 'seal',
    vendor: 'Gemini',
    source: 'lbjlaq/Antigravity-Manager#3342',
    says: 'invalid thought signature',
    example: 'Invalid thought signature.',
  },
  {
    about: 'seal',
    vendor: 'Gemini, Vertex',
    source: 'manthanabc/paws#103, langroid/langroid#969, anomalyco/opencode#4832',
    says: 'is missing a thought_signature',
    example:
      'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly',
  },
  {
    about: 'seal',
    vendor: 'Gemini',
    source: 'crmne/ruby_llm#521',
    says: 'thought_signature … base64 decoding failed',
    example:
      'Invalid value at \'contents[2].parts[0].thought_signature\' (TYPE_BYTES), Base64 decoding failed for "Es4DCssDAb4"',
  },
  {
    about: 'thinking_history',
    vendor: 'DeepSeek',
    source: 'anomalyco/opencode#28890, tashfeenahmed/freellmapi#797',
    says: 'reasoning_content in the thinking mode must be passed back',
    example: 'The `reasoning_content` in the thinking mode must be passed back to the API.',
    remedy: 'replay_reasoning',
  },
  {
    about: 'thinking_history',
    vendor: 'Moonshot',
    source: 'mastra-ai/mastra#12592, anthropics/claude-code#37757',
    says: 'thinking is enabled but reasoning_content is missing',
    example:
      'thinking is enabled but reasoning_content is missing in assistant tool call message at index 54',
    remedy: 'replay_reasoning',
  },
  {
    about: 'thinking_history',
    vendor: 'DeepSeek reasoner',
    source: 'continuedev/continue#9720, anomalyco/opencode#5027',
    says: 'missing reasoning_content field in the assistant message',
    example:
      'Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
    remedy: 'replay_reasoning',
  },
  {
    about: 'thinking_history',
    vendor: 'DeepSeek over messages',
    source: 'VicBilibily/GCMP#26',
    says: 'missing thinking block in the assistant message',
    example:
      'Missing thinking block in the assistant message at message index 11. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
    remedy: 'no_thinking',
  },
  {
    about: 'thinking_history',
    vendor: 'DeepSeek over messages',
    source: 'OEvortex/aether#31, decolua/9router#2397',
    says: 'in the thinking mode must be passed back',
    example: 'The `content[].thinking` in the thinking mode must be passed back to the API.',
    remedy: 'no_thinking',
  },
  {
    about: 'thinking_history',
    vendor: 'Anthropic, Bedrock, Vertex',
    source: 'Kilo-Org/kilocode#5219, anomalyco/opencode#3077',
    says: 'expected thinking or redacted_thinking, but found',
    example:
      'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`.',
    remedy: 'no_thinking',
  },
  {
    about: 'thinking_history',
    vendor: 'OpenRouter',
    source: 'OpenRouterTeam/ai-sdk-provider#162',
    says: 'a final assistant message must start with a thinking block',
    example:
      'When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).',
    remedy: 'no_thinking',
  },
  {
    about: 'thinking_history',
    vendor: 'Anthropic',
    source: 'Wei-Shaw/sub2api#599',
    says: 'strategy requires thinking to be enabled',
    example: '`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive',
    remedy: 'no_clear_thinking',
  },
  {
    about: 'field',
    vendor: 'DeepSeek',
    source: 'maximhq/bifrost#5177, cloudwego/eino#994',
    says: 'thinking mode does not support this tool_choice',
    example: 'Thinking mode does not support this tool_choice',
  },
  {
    about: 'field',
    vendor: 'Anthropic, Bedrock',
    source: 'mastra-ai/mastra#7507, can1357/oh-my-pi#341',
    says: 'thinking may not be enabled when tool_choice forces tool use',
    example: 'Thinking may not be enabled when tool_choice forces tool use.',
    remedy: 'no_thinking',
  },
  {
    about: 'seal',
    vendor: 'gateways',
    source: 'anomalyco/opencode#43371',
    says: 'invalid_encrypted_content',
    example: 'Error from provider: [invalid_encrypted_content] the content could not be verified',
  },
  {
    about: 'seal',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#20692',
    says: 'contains any thinking blocks, the first block must be',
    example:
      'messages.1.content.0: If an assistant message contains any thinking blocks, the first block must be `thinking` or `redacted_thinking`. Found `text`.',
  },
  {
    about: 'field',
    vendor: 'Zhipu',
    source: 'mnfst/modelparams.dev#327',
    says: 'always engages in thinking and cannot be disabled',
    example: 'This model always engages in thinking and cannot be disabled; please use low, high, or max',
    remedy: 'always_thinks',
  },
  {
    about: 'field',
    vendor: 'Gemini',
    source: 'ai.google.dev/gemini-api/docs/thinking (2.5 Pro cannot be without thinking)',
    says: 'only works in thinking mode',
    example: 'Budget 0 is invalid. This model only works in thinking mode.',
    remedy: 'always_thinks',
  },
  {
    about: 'field',
    vendor: 'Ollama',
    source: 'Gitlawb/openclaude#1371',
    says: 'does not support thinking',
    example: '"llama3.1:8b" does not support thinking',
    remedy: 'no_thinking_fields',
  },

  {
    about: 'seal',
    vendor: 'Anthropic',
    source: 'tailcallhq/forgecode#1853',
    says: 'when thinking is disabled, … cannot contain thinking',
    example:
      'messages.1.content.0: When thinking is disabled, an `assistant` message in the final position cannot contain `thinking`. To use thinking blocks, enable `thinking` in your request.',
  },
];
