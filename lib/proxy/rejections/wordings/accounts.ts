/** Sentences about limits, money, filters and models of vendors that have no code for them. */
import { anyStatus, type Wording } from './wording.ts';

/** A gateway may pass on a vendor's limit under a 400. */
const limited = [400, 402, 403, 429];

export const accounts: readonly Wording[] = [
  {
    about: 'rate',
    vendor: 'Groq',
    source: 'continuedev/continue#10218, HunorLaczko/ha-groq-cloud-api#27',
    says: 'tokens per minute',
    example:
      'Request too large for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce your message size and try again.',
    status: [400, 413, 429],
  },
  {
    about: 'rate',
    vendor: 'OpenAI',
    source: 'DrShushen/climb#13, FoundationAgents/MetaGPT#523',
    says: 'tokens per min',
    example:
      'Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in order to run successfully.',
    status: [400, 413, 429],
  },
  {
    about: 'rate',
    vendor: 'Groq',
    source: 'continuedev/continue#10920',
    says: 'tokens per day',
    example:
      'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s.',
    status: [400, 413, 429],
  },
  {
    about: 'rate',
    vendor: 'OpenAI, Groq',
    source: 'continuedev/continue#10218, DrShushen/climb#13',
    says: '(tpm)',
    status: [400, 413, 429],
  },
  {
    about: 'rate',
    vendor: 'Groq',
    source: 'continuedev/continue#10920',
    says: '(tpd)',
    status: [400, 413, 429],
  },
  {
    about: 'rate',
    vendor: 'Anthropic',
    source: 'OpenHands/OpenHands#9259, stagewise-io/stagewise#927',
    says: 'would exceed … rate limit',
    example: "This request would exceed your organization's rate limit of 30,000 input tokens per minute",
    status: [400, 413, 429],
  },
  {
    about: 'balance',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#4684, anthropics/claude-quickstarts#229',
    says: 'your credit balance is too low',
    example:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    status: [400, 403],
    opening: true,
  },
  {
    about: 'allowance',
    vendor: 'Anthropic',
    source:
      'no report found of this form; public repositories quote it, and anthropics/claude-code#38035 has the other',
    says: 'you have reached your specified … api usage limits',
    example:
      'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    status: [400, 403],
    opening: true,
  },
  {
    about: 'allowance',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#38035, continuedev/continue#11934',
    says: 'you have reached your specified api usage limits',
    example:
      'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
    status: [400, 403],
    opening: true,
  },
  // Kimi's plans. Their type also refuses clients that are no coding agents (openclaw/openclaw#142656).
  {
    about: 'allowance',
    vendor: 'Kimi',
    source: 'Kilo-Org/kilocode#11403, NanmiCoder/cc-haha#1208',
    says: 'youve reached your … usage limit',
    example:
      "You've reached your usage limit for this billing cycle. Your quota will be refreshed in the next cycle.",
    status: limited,
    opening: true,
  },
  {
    about: 'allowance',
    vendor: 'Ollama cloud',
    source: 'NousResearch/hermes-agent#68832, diegosouzapw/OmniRoute#3709',
    says: 'have reached your … usage limit',
    example:
      'you (someone) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade',
    status: limited,
    opening: true,
  },
  {
    about: 'allowance',
    vendor: 'OpenRouter, the limit that its owner gave the key',
    source: 'RooCodeInc/Roo-Code#515, MCPJam/inspector#1287',
    says: 'key limit exceeded',
    example: 'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
    status: limited,
    opening: true,
  },
  // The limit of free models per minute is a rate.
  {
    about: 'allowance',
    vendor: 'OpenRouter',
    source: 'Gitlawb/openclaude#936, cline/cline#5301',
    says: ': free-models-per-day',
    example:
      'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
    status: [429],
    opening: true,
  },
  {
    about: 'balance',
    vendor: 'xAI',
    source: 'continuedev/continue#10373, Anantys-oss/koan#2412',
    says: 'used all available credits',
    example:
      'Your team 16f2151a has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.',
    status: limited,
    opening: true,
  },
  {
    about: 'balance',
    vendor: 'xAI',
    source: 'Wei-Shaw/sub2api#4069, luxus/pi-xai#10',
    says: 'you have run out of credits or need a grok subscription',
    status: limited,
    opening: true,
  },
  {
    about: 'balance',
    vendor: 'xAI',
    source: 'continuedev/continue#12670',
    says: 'doesnt have any credits',
    example:
      "Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team/481c7584.",
    status: limited,
    opening: true,
  },
  ...[
    'insufficient balance',
    'insufficient account balance',
    'insufficient credit',
    'insufficient funds',
    'your account balance is insufficient',
    '余额不足',
    'payment required',
    'insufficient usd or diem balance',
  ].map((says): Wording => ({
    about: 'balance',
    vendor: 'DeepSeek, SiliconFlow, resellers',
    source:
      'danilofalcao/jarvis#62, open-assistant-org/open-assistant#80, andrewyng/openworker#66; no report found of the others',
    says,
    status: limited,
    opening: true,
  })),
  {
    about: 'rate',
    vendor: 'gateways, behind which another status is lost',
    source: 'RFC 6585, 4: the words of the status 429',
    says: 'too many requests',
    status: limited,
    opening: true,
  },
  {
    about: 'key',
    vendor: 'OpenAI; xAI under a 400',
    source: 'platform.openai.com/docs/guides/error-codes, docs.x.ai (debugging)',
    says: 'incorrect api key provided',
    status: [400],
    opening: true,
  },
  {
    about: 'filter',
    vendor: 'DeepSeek',
    source: '666ghj/BettaFish#108, deepseek-ai/DeepSeek-V2#30',
    says: 'content exists risk',
    status: [400],
    opening: true,
  },
  // Its code `invalid_prompt` also stands for other prompts that are not accepted, those that are too long among them.
  {
    about: 'filter',
    vendor: 'OpenAI',
    source: 'openai/codex#38849, alan-turing-institute/t0-1#69',
    says: 'your prompt was flagged as potentially violating our usage policy',
    example:
      'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting',
    status: [400],
    opening: true,
  },
  {
    about: 'filter',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#28205, anthropics/claude-code#6195',
    says: 'output blocked by content filtering policy',
    status: [400],
    opening: true,
  },
  {
    about: 'filter',
    vendor: 'OpenRouter',
    source: 'no report found; public repositories quote it',
    says: 'requires moderation … flagged',
    example:
      "anthropic/claude-3.5-sonnet requires moderation on Amazon Bedrock. Your input was flagged for 'illicit/violent'.",
    status: [403],
  },
  {
    about: 'filter',
    vendor: 'Alibaba Model Studio',
    source: 'CommandCodeAI/command-code#813, camel-ai/owl#432',
    says: 'data may contain inappropriate content',
    example:
      '<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.',
    status: [400],
    opening: true,
  },
  {
    about: 'filter',
    vendor: 'Azure OpenAI',
    source: 'microsoft/TinyTroupe#85',
    says: 'triggering … content management policy',
    example:
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
    status: [400],
  },
  {
    about: 'model_mistake',
    vendor: 'Groq',
    source: 'groq/groq-typescript#28, Rekin226/aquascope#266',
    says: 'failed to call a function',
    example:
      "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
    status: [400],
    opening: true,
  },
  {
    about: 'model_mistake',
    vendor: 'Ollama',
    source: 'ollama/ollama#12064, langchain-ai/langchain#36550',
    says: 'error parsing tool call',
    example: "error parsing tool call: invalid character ']' after object key:value pair",
    status: anyStatus,
    opening: true,
  },
  {
    about: 'model_mistake',
    vendor: 'llama.cpp',
    source: 'ggml-org/llama.cpp#20761, ggml-org/llama.cpp#20532',
    says: 'failed to parse input at pos',
    example: 'Failed to parse input at pos 12: </tool_call>',
    status: anyStatus,
    opening: true,
  },
  {
    about: 'model_mistake',
    vendor: 'Groq',
    source: 'no report found; public repositories quote it with the code tool_use_failed',
    says: 'parsing failed. the model generated output that could not be parsed',
    status: [400],
    opening: true,
  },

  {
    about: 'other',
    vendor: 'OpenCode Go',
    source: 'anomalyco/opencode#43481',
    says: 'upstream request failed: [400] provider returned error',
    status: [400],
  },
];
