/**
 * The special properties of model families, as a table. This is the only place that identifies models by a name in their
 * id (`family-name.ts`). It also covers models that are not in the bundled list, at any provider.
 *
 * All matching rules are merged in order, so later, narrower ones win. Sources: error messages of the vendors, and
 * streams observed in autumn 2026.
 */
import type { Effort } from '../anthropic/request.ts';
import type { WireFormat } from '../wire/formats.ts';
import type { Quirks } from '../wire/quirks.ts';

interface FamilyRule {
  /** Patterns of the model's name, see `FamilyName`; all models if absent. */
  ids?: readonly string[];
  /** Only in this format; in all if absent. */
  format?: WireFormat;
  /** Only at these providers: the name in the configuration, or the host of the endpoint or its end. */
  at?: readonly string[];
  quirks: Partial<Quirks>;
  /** The efforts that the family accepts, for models that are not in the list. */
  efforts?: readonly Effort[];
}

const kimi = ['kimi', 'moonshot'];
const mistral = [
  'mistral',
  'ministral',
  'magistral',
  'devstral',
  'codestral',
  'pixtral',
  'mixtral',
  'voxtral',
];
const azure = ['azure', 'openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'];
/** OpenAI's own models at OpenAI, Azure and GitHub Copilot, which hand requests to OpenAI's server as they are. */
export const openAi = ['openai', 'api.openai.com', 'githubcopilot.com', ...azure];

export const families: readonly FamilyRule[] = [
  // DeepSeek thinks unless it is disabled, requires its reasoning on every turn, rejects a forced tool while thinking,
  // and moves system messages to the front, which loses its prefix cache. It rejects ranges in schemas with
  // unsupported_tool_schema.
  {
    ids: ['deepseek'],
    format: 'chat',
    quirks: {
      thinking: 'type_and_effort',
      replayReasoning: 'always',
      forcedToolChoice: false,
      midSystem: 'user',
      schema: 'no_ranges',
    },
    efforts: ['high', 'max'],
  },
  // The same over messages, where a turn with calls must have a thinking block unless thinking is disabled: "The
  // `content[].thinking` in the thinking mode must be passed back to the API." An empty one is accepted (qwen-code#3788).
  // Its documentation knows "enabled" and "disabled" (api-docs.deepseek.com/guides/thinking_mode).
  {
    ids: ['deepseek'],
    format: 'messages',
    quirks: {
      thinking: 'type_and_effort',
      replayReasoning: 'tool_calls',
      unsignedThinking: true,
      forcedToolChoice: false,
    },
    efforts: ['low', 'high', 'max'],
  },

  // Moonshot has its own JSON Schema dialect, no cache_control, and treats "" as missing reasoning.
  {
    ids: kimi,
    quirks: { schema: 'moonshot', cacheControl: false },
  },
  {
    ids: kimi,
    format: 'chat',
    quirks: { thinking: 'type', replayReasoning: 'tool_calls', reasoningPlaceholder: ' ' },
  },
  {
    // "invalid temperature: only 1 is allowed for this model", 0.6 without thinking (platform.moonshot.ai: sampling is fixed).
    ids: ['kimi-k2.5', 'kimi-k2.6'],
    quirks: { temperature: 'omit', topP: 'omit' },
  },
  {
    ids: ['kimi-k2.7-code'],
    format: 'chat',
    // "invalid temperature: only 1 is allowed", "invalid top_p: only 0.95", "only type=enabled is allowed".
    quirks: { thinkingAlwaysOn: true, temperature: 1, topP: 0.95 },
  },
  {
    ids: ['kimi-k3'],
    format: 'chat',
    quirks: { thinking: 'effort', thinkingAlwaysOn: true, temperature: 'omit', topP: 'omit' },
    efforts: ['low', 'high', 'max'],
  },

  // Over messages it has the same switch, wants a thinking block in each turn with calls and accepts unsigned ones
  // (hermes-agent#13826, #49143). "invalid thinking: only type=enabled is allowed for this model" (hermes-agent#55488).
  {
    ids: kimi,
    format: 'messages',
    quirks: { thinking: 'type', replayReasoning: 'tool_calls', unsignedThinking: true },
  },
  {
    ids: ['kimi-k2.7-code', 'kimi-for-coding', 'kimi-k2-thinking'],
    format: 'messages',
    quirks: { thinkingAlwaysOn: true },
  },
  {
    ids: ['kimi-k3'],
    format: 'messages',
    quirks: { thinking: 'effort', thinkingAlwaysOn: true },
    efforts: ['low', 'high', 'max'],
  },

  // Its tool_choice knows "auto" only (docs.z.ai/api-reference/llm/chat-completion).
  { ids: ['glm'], format: 'chat', quirks: { forcedToolChoice: false } },
  // GLM 5 and 5.1 have a switch, 5.2 has two levels. From 5.3 on: "[1210] This model always engages in thinking".
  { ids: ['glm'], format: 'chat', quirks: { thinking: 'type' } },
  { ids: ['glm-5.2'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['high', 'max'] },
  {
    ids: ['glm-5.3'],
    format: 'chat',
    quirks: { thinking: 'effort', thinkingAlwaysOn: true },
    efforts: ['low', 'high', 'max'],
  },

  {
    ids: ['mimo'],
    format: 'chat',
    quirks: { thinking: 'effort', replayReasoning: 'tool_calls' },
    // "max" is rejected.
    efforts: ['none', 'low', 'high'],
  },

  // MiniMax rejects unknown fields ("Extra inputs are not permitted") and server tools of other vendors (error 2013).
  {
    ids: ['minimax'],
    format: 'messages',
    quirks: { thinking: 'none', strictBody: true, unsignedThinking: true },
  },
  { ids: ['minimax-m3'], format: 'messages', quirks: { thinking: 'adaptive' } },
  { ids: ['minimax'], format: 'chat', quirks: { inlineThink: true, replayReasoning: 'tool_calls' } },
  {
    ids: ['minimax-m3.1'],
    format: 'chat',
    quirks: { thinking: 'effort' },
    efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  },

  // Qwen requires its unsigned thinking back unsigned. 3.5 to 3.7 accept a budget, 3.8 has levels without "high".
  { ids: ['qwen'], format: 'messages', quirks: { unsignedThinking: true, thinking: 'budget' } },
  { ids: ['qwen'], format: 'messages', at: ['opencode-go'], quirks: { wrongStartUsage: true } },
  { ids: ['qwen3.5', 'qwen3.6', 'qwen3.7'], format: 'messages', quirks: { leakedThinkEnd: true } },
  {
    ids: ['qwen3.8'],
    format: 'messages',
    quirks: { thinking: 'adaptive' },
    efforts: ['low', 'medium', 'xhigh'],
  },
  { ids: ['qwen3.8-max'], format: 'messages', quirks: { thinkingAlwaysOn: true } },
  // The switch of older models in the chat format is not known.
  // "The tool_choice parameter does not support being set to required or object in thinking mode" (cloudwego/eino#994).
  { ids: ['qwen'], format: 'chat', quirks: { thinking: 'configured', forcedToolChoice: false } },
  { ids: ['qwen3.8'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'xhigh'] },
  { ids: ['qwen3.8-max'], format: 'chat', quirks: { thinkingAlwaysOn: true } },

  // Cached only where the request marks it (openrouter.ai/docs, prompt caching: Alibaba; Model Studio, context cache).
  { ids: ['qwen'], format: 'chat', at: ['openrouter.ai', 'aliyuncs.com'], quirks: { cacheControl: true } },

  {
    ids: ['hy3', 'hy4', 'hunyuan'],
    format: 'chat',
    quirks: { thinking: 'effort' },
    efforts: ['none', 'high'],
  },
  { ids: ['step-#'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  { ids: ['longcat'], format: 'chat', quirks: { thinking: 'type' } },
  // 2.5 has no known switch or levels.
  { ids: ['longcat-2.5-free'], format: 'chat', quirks: { thinking: 'configured' } },

  // Tool ids of Mistral have exactly nine letters or digits. "Unexpected role 'user' after role 'tool'" (code 3230), also
  // from the chat templates on other servers (litellm#17761, mistral-vibe#578).
  // "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant" (crewAI#2194).
  { ids: mistral, quirks: { toolIds: 'mistral', toolIdMax: 9 } },
  { ids: mistral, format: 'chat', quirks: { userAfterTool: false, assistantPrefix: true } },
  // "extra_forbidden", loc: ["body", "stream_options"] (dnakov/anon-kode#53, avante.nvim#2347, litellm#8978).
  {
    ids: mistral,
    format: 'chat',
    at: ['mistral', 'api.mistral.ai', 'codestral.mistral.ai'],
    quirks: { streamOptions: false },
  },
  // docs.mistral.ai: prompt caching.
  { ids: mistral, format: 'chat', at: ['api.mistral.ai'], quirks: { promptCacheKey: true } },
  // "After the (optional) system message(s), user and assistant roles should be alternating."
  // (perplexityai/api-discussion#265, FoundationAgents/OpenManus#580)
  { ids: ['sonar'], format: 'chat', quirks: { userAfterTool: false } },
  { ids: ['mistral-large-4'], format: 'chat', quirks: { thinking: 'effort' }, efforts: ['none', 'high'] },

  // GPT reasons from 5 on, also behind a gateway that takes Anthropic's messages (platform.openai.com, models).
  { ids: ['gpt-3', 'gpt-4', 'gpt-4o'], quirks: { thinking: 'none' } },
  // GPT accepts no sampling parameters. In the chat format another field limits its output.
  {
    ids: ['gpt-5', 'gpt-6', 'o3', 'o4'],
    quirks: { thinking: 'effort', temperature: 'omit', topP: 'omit', midSystem: 'system' },
    efforts: ['low', 'medium', 'high'],
  },
  {
    ids: ['gpt-5', 'gpt-6', 'o3', 'o4'],
    format: 'chat',
    // "Unsupported parameter: 'stop' is not supported with this model." (litellm#15244, FlowiseAI/Flowise#5227)
    quirks: { maxTokensField: 'max_completion_tokens', stopSequences: false },
  },
  // "Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions … or set reasoning_effort to
  // 'none'". From 5.6 on, leaving the field out is rejected as well (litellm#34569, livekit/agents#7169, crush#2913). Other
  // gateways convert the request, so there it is known only from a refusal.
  {
    ids: ['gpt-5.4', 'gpt-5.5', 'gpt-5.6', 'gpt-6'],
    format: 'chat',
    at: openAi,
    quirks: { effortWithTools: 'none' },
  },
  // developers.openai.com and learn.microsoft.com: prompt caching. GitHub Copilot does not document it.
  { format: 'chat', at: ['openai', 'api.openai.com', ...azure], quirks: { promptCacheKey: true } },
  // "Invalid 'tools[2].function.description': string too long. Expected a string with maximum length 1024" (OpenHands#4838,
  // langchain-ai/open_deep_research#80). Deployments have names of their own.
  { format: 'chat', at: azure, quirks: { toolDescriptionMax: 1024 } },
  // GPT accepts images in tool results; only OpenAI itself offers its web search.
  { ids: ['gpt-5', 'gpt-6', 'o3', 'o4'], format: 'responses', quirks: { mediaInResults: true } },
  {
    ids: ['gpt-5', 'gpt-6'],
    format: 'responses',
    at: ['openai', 'api.openai.com'],
    quirks: { webSearch: true },
  },
  { ids: ['grok'], quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  { ids: ['grok-build', 'grok-code'], quirks: { thinking: 'none' } },
  { ids: ['muse'], quirks: { thinking: 'effort' }, efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'] },
  { ids: ['gemini'], quirks: { thinking: 'effort' }, efforts: ['low', 'medium', 'high'] },
  // Google's OpenAI-compatible endpoint rejects unsigned calls, too: tinyhumansai/openhuman#3548.
  { ids: ['gemini'], format: 'chat', quirks: { signedCalls: true } },
  { ids: ['gemini-1', 'gemini-2'], format: 'chat', quirks: { signedCalls: false } },
  // From 3 on, calls must be sent back signed, and results may contain images. 2.5 has a budget; 2.5 Pro always thinks.
  { ids: ['gemini'], format: 'gemini', quirks: { signedCalls: true, mediaInResults: true } },
  {
    ids: ['gemini-1', 'gemini-2'],
    format: 'gemini',
    quirks: { signedCalls: false, mediaInResults: false, thinking: 'none' },
  },
  { ids: ['gemini-2.5'], format: 'gemini', quirks: { thinking: 'budget' } },
  { ids: ['gemini-2.5-pro'], format: 'gemini', quirks: { thinkingAlwaysOn: true } },

  // Claude rejects sampling parameters from 4.7 on; older models, listed below, accept them.
  { ids: ['claude'], quirks: { cacheControl: true, temperature: 'omit', topP: 'omit' } },
  {
    ids: ['claude'],
    format: 'messages',
    quirks: { thinking: 'claude', genuineSignatures: true, betas: true, midSystem: 'system' },
  },
  // "Member must have length less than or equal to 64" (openclaw#12892, hermes-agent#54863).
  {
    ids: ['claude'],
    format: 'messages',
    at: ['bedrock', 'amazonaws.com'],
    quirks: { shortToolNames: true, betas: false },
  },
  {
    // Snowflake and SAP put the version first: claude-4-sonnet, anthropic--claude-4.5-sonnet.
    ids: ['claude-3', 'claude-4', 'claude-haiku-4', 'claude-sonnet-4', 'claude-opus-4'],
    quirks: { temperature: 'free', topP: 'free', topK: 'free' },
  },
  {
    ids: ['claude-opus-4-7', 'claude-opus-4-8', 'claude-4-7', 'claude-4-8'],
    quirks: { temperature: 'omit', topP: 'omit', topK: 'omit' },
  },
  {
    ids: ['claude-fable', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-5-5-opus', 'claude-5-5-sonnet'],
    format: 'messages',
    quirks: { thinkingAlwaysOn: true },
  },

  // Calls that servers pass on as text, in the notation of the family's chat template: vllm-project/vllm#54686,
  // sgl-project/sglang#35736 (DeepSeek V4), vllm-project/vllm#30238 (Kimi K2), waybarrios/vllm-mlx#797 (GLM 4.7),
  // QwenLM/qwen-code#10692 (Qwen 3), earendil-works/pi#368 and, over messages, MiniMax-AI/MiniMax-M2.5#10 (MiniMax M2).
  { ids: ['deepseek'], quirks: { leakedCalls: 'dsml' } },
  { ids: kimi, quirks: { leakedCalls: 'kimi' } },
  { ids: ['glm', 'qwen'], quirks: { leakedCalls: 'tool_call' } },
  { ids: ['minimax'], quirks: { leakedCalls: 'minimax' } },

  // No quirks: it is here so that DeepSeek-R1-Distill-Llama is not taken for DeepSeek.
  { ids: ['llama'], quirks: {} },
];
