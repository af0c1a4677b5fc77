/**
 * What upstreams call their failures: error types and codes. Data only; a name means the same from every vendor that uses it.
 */
import type { About } from './diagnosis.ts';

/** The model's answer was not valid: a broken tool call or broken JSON (Groq). */
const modelMistakes = ['tool_use_failed', 'json_validate_failed', 'output_parse_failed'];

/** Types and codes in lower case. */
const names: Readonly<Partial<Record<About, readonly string[]>>> = {
  key: ['autherror', 'inference_access_blocked'],
  allowance: [
    // OpenCode. A 401 alone has five meanings there.
    'monthlylimiterror',
    'userlimiterror',
    'gousagelimiterror',
    'freeusagelimiterror',
    'subscriptionusagelimiterror',
    'blackusagelimiterror',
    'entitlementerror',
    // GitHub Copilot's plans (github/copilot-cli#2740, earendil-works/pi#4551).
    'quota_exceeded',
    'user_weekly_rate_limited',
    // OpenAI's plans (openai/codex#29228).
    'usage_limit_reached',
    // Zhipu and Z.ai: calls of a day, the plan's hours, its end, its week or month (docs.bigmodel.cn, api-code).
    '1304',
    '1308',
    '1309',
    '1310',
    // LiteLLM: the budget of a virtual key (docs.litellm.ai, users).
    'budget_exceeded',
    // Alibaba Model Studio: the free quota of one model.
    'allocationquota.freetieronly',
    // Volcengine Ark: the cap that a user has set.
    'setlimitexceeded',
    // MiniMax: the hours of a token plan.
    '2056',
  ],
  balance: [
    'creditserror',
    'insufficient_quota',
    'billing_error',
    'insufficient_balance',
    'insufficient_balance_error',
    // Moonshot (MoonshotAI/kimi-code#1857).
    'exceeded_current_quota_error',
    // Zhipu and Z.ai.
    '1113',
    // Alibaba Model Studio.
    'arrearage',
    // Volcengine Ark.
    'accountoverdueerror',
    // one-api and its descendants.
    'insufficient_user_quota',
    'pre_consume_token_quota_failed',
    // SiliconFlow.
    '30001',
  ],
  rate: [
    'ratelimiterror',
    'rate_limit_error',
    'rate_limit_exceeded',
    'provider_rate_limit_exceeded',
    // Moonshot.
    'rate_limit_reached_error',
    // Mistral: requests, and the capacity of a service tier (cline/cline#9085, continuedev/continue#6185).
    'rate_limited',
    '1300',
    'service_tier_capacity_exceeded',
    '3505',
    // Zhipu and Z.ai: concurrency, frequency, traffic of a model, fair use.
    '1302',
    '1303',
    '1305',
    '1312',
    '1313',
    // Alibaba Model Studio.
    'throttling',
    'throttling.ratequota',
    'throttling.allocationquota',
    'limit_requests',
    'limit_burst_rate',
    // Cerebras.
    'token_quota_exceeded',
    'request_quota_exceeded',
    // Amazon Bedrock.
    'throttlingexception',
    // Google, which has it under a 429; gateways also under another status (google.rpc.Code).
    'resource_exhausted',
  ],
  model: [
    'modelerror',
    'modeldeprecated',
    'modelaccesserror',
    // OpenAI: a 404 with the type `invalid_request_error` (shobrook/wut#14).
    'model_not_found',
    // GitHub Copilot: a 400 (github/copilot-cli#639).
    'model_not_supported',
    'freetiererror',
    'regionerror',
    'datapolicyerror',
    // Zhipu and Z.ai: not in this plan.
    '1311',
  ],
  filter: [
    // Filters: OpenAI and Azure, Alibaba, Zhipu, Volcengine Ark, MiniMax.
    'content_filter',
    'content_policy_violation',
    'responsibleaipolicyviolation',
    'cyber_policy',
    'data_inspection_failed',
    'datainspectionfailed',
    '1301',
    'sensitivecontentdetected',
    'inputtextsensitivecontentdetected',
    'outputtextsensitivecontentdetected',
    '1026',
    '1027',
  ],
  model_mistake: modelMistakes,
  window: [
    'context_length_exceeded',
    'model_context_window_exceeded',
    'context_window_exceeded',
    'contextwindowexceedederror',
    'exceed_context_size_error',
    'request_too_large',
    // GitHub Copilot (ericc-ch/copilot-api#65) and GitHub Models (eslint/tsc-meetings#593).
    'model_max_prompt_tokens_exceeded',
    'tokens_limit_reached',
    // Zhipu; its messages come in two languages.
    '1261',
  ],
  seal: ['invalid_encrypted_content'],
  // Mistral's order of roles; Zhipu's messages that cannot be read (anomalyco/opencode#2557).
  turn_order: ['3230', '1214'],
  tool_schema: ['invalid_function_parameters', 'unsupported_tool_schema', 'tool_count_limit'],
  no_tools: ['tools_not_supported'],
  format: ['modelprotocolunsupported'],
  outage: ['overloaded_error', 'engine_overloaded_error'],
};

const aboutByName: ReadonlyMap<string, About> = new Map(
  Object.entries(names).flatMap(([about, list]) => list.map((name) => [name, about as About] as const)),
);

/** Google's quotas of a day; there is one for each combination of what they count (gemini-cli#8437). */
export function isDailyQuota(code = ''): boolean {
  return /^[A-Za-z]{1,60}PerDay/.test(code);
}

/** What a type or code is about; undefined for one that says no more than the status. */
export function aboutCode(name: string | undefined): About | undefined {
  if (name === undefined) return undefined;
  return aboutByName.get(name.toLowerCase()) ?? (isDailyQuota(name) ? 'allowance' : undefined);
}
