/**
 * What vendors call their failures: error types and codes, and sentences where a vendor has no code for them. Data only; a
 * name means the same from every vendor that uses it.
 */
/**
 * - `client`: the request is invalid or longer than the model's window; returned at once.
 * - `credentials`: the key was refused.
 * - `allowance`: a limit of a plan or of a key is used up, until a reset that may be named.
 * - `balance`: no money is left, which only a payment changes.
 * - `rate`: too many requests or tokens in a short time for this key.
 * - `gone`: the model is missing, disabled or not for this account.
 * - `format`: the model is not served in this wire format.
 * - `filter`: the provider's own filter, or a mistake that the model made in its answer.
 * - `transient`: the same model may work on a second try.
 * - `other`: another model may work.
 */
export type FailureClass =
  | 'client'
  | 'credentials'
  | 'allowance'
  | 'balance'
  | 'rate'
  | 'gone'
  | 'format'
  | 'filter'
  | 'transient'
  | 'other';

/** The model's answer was not valid: a broken tool call or broken JSON (Groq). */
const modelMistakes = ['tool_use_failed', 'json_validate_failed', 'output_parse_failed'];

/** Types and codes in lower case. */
const names: Readonly<Partial<Record<FailureClass, readonly string[]>>> = {
  credentials: ['autherror', 'inference_access_blocked'],
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
  ],
  gone: [
    'modelerror',
    'modeldeprecated',
    'modelaccesserror',
    'freetiererror',
    'regionerror',
    'datapolicyerror',
    // Zhipu and Z.ai: not in this plan.
    '1311',
  ],
  format: ['modelprotocolunsupported'],
  filter: [
    // Filters: OpenAI and Azure, Alibaba, Zhipu, Volcengine Ark, MiniMax.
    'content_filter',
    'content_policy_violation',
    'responsibleaipolicyviolation',
    'invalid_prompt',
    'cyber_policy',
    'data_inspection_failed',
    'datainspectionfailed',
    '1301',
    'sensitivecontentdetected',
    'inputtextsensitivecontentdetected',
    'outputtextsensitivecontentdetected',
    '1026',
    '1027',
    ...modelMistakes,
  ],
  transient: ['overloaded_error', 'engine_overloaded_error'],
};

/** A sentence of a vendor that has no code for it. */
interface Sentence {
  means: FailureClass;
  /** The statuses that it comes with; an error inside an answer has none and always fits. */
  status: readonly number[];
  /** Its beginning, or a part that no other sentence has. */
  words: RegExp;
}

const sentences: readonly Sentence[] = [
  // Tokens in a minute or a day for OpenAI, Azure and Groq. A 413 of Groq says it, too (litellm#8090, cline/cline#1437).
  { means: 'rate', status: [413, 429], words: /\btokens per (?:min|minute|day)\b|\(tp[md]\)/ },
  // Anthropic
  { means: 'balance', status: [400, 403], words: /(?:^|: )your credit balance is too low/ },
  // Anthropic: the spending limit of an organization (anthropics/claude-code#38035).
  {
    means: 'allowance',
    status: [400, 403],
    words: /(?:^|: )you have reached your specified (?:\w+ )?api usage limits/,
  },
  // Kimi's plans. Their type also refuses clients that are no coding agents (openclaw/openclaw#142656).
  { means: 'allowance', status: [403, 429], words: /(?:^|: )you'?ve reached your [^.]{0,40}usage limit/ },
  // OpenRouter (Gitlawb/openclaude#936). The limit of free models per minute is a rate.
  { means: 'allowance', status: [429], words: /: free-models-per-day/ },
  // xAI: credits or the spending limit of a team.
  { means: 'balance', status: [403, 429], words: /used all available credits|doesn't have any credits/ },
  // DeepSeek, SiliconFlow and resellers, under other statuses than 402.
  {
    means: 'balance',
    status: [400, 403, 429],
    words:
      /(?:^|: )(?:sorry, )?(?:your account balance is insufficient|insufficient (?:account )?(?:balance|credits?|funds))/,
  },
  // DeepSeek's filter.
  { means: 'filter', status: [400], words: /^content exists risk/ },
  // Anthropic's filter.
  { means: 'filter', status: [400], words: /^output blocked by content filtering policy/ },
  // OpenRouter's moderation, for models that require it.
  { means: 'filter', status: [403], words: /requires moderation.{0,80}flagged/ },
];

const classByName: ReadonlyMap<string, FailureClass> = new Map(
  Object.entries(names).flatMap(([means, list]) =>
    list.map((name) => [name, means as FailureClass] as const),
  ),
);

/** Google's quotas of a day; there is one for each combination of what they count (gemini-cli#8437). */
export function isDailyQuota(code = ''): boolean {
  return /^[A-Za-z]{1,60}PerDay/.test(code);
}

/** The class that a type or code stands for. */
export function classNamed(name: string | undefined): FailureClass | undefined {
  if (name === undefined) return undefined;
  return classByName.get(name.toLowerCase()) ?? (isDailyQuota(name) ? 'allowance' : undefined);
}

/** Characters of a message in which a sentence is looked for: what follows may be an echo of the request. */
const longestOpening = 300;

/** The class that the message stands for. `status` is 0 for an error inside an answer. */
export function classSaid(status: number, message: string): FailureClass | undefined {
  const opening = message.slice(0, longestOpening).toLowerCase().replaceAll('’', "'");
  return sentences.find((row) => (status === 0 || row.status.includes(status)) && row.words.test(opening))
    ?.means;
}

/** Whether the model, and not a filter, made the answer invalid: another try may succeed. */
export function isModelMistake(code: string | undefined): boolean {
  return code !== undefined && modelMistakes.includes(code.toLowerCase());
}
