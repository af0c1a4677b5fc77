/** Whose limit or money a refusal is about, in the bodies that vendors were reported or are documented to send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, type FailureClass } from '../../../lib/proxy/policy/failures.ts';
import { spentBy } from '../../../lib/proxy/policy/quota.ts';
import { resetInWords } from '../../../lib/proxy/policy/reset-times.ts';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';

interface Case {
  name: string;
  format?: WireFormat;
  status: number;
  body: object;
  means: FailureClass;
  /** What is spent: `p`, or `p/m` for the model; undefined if nothing is remembered. */
  who?: string | undefined;
}

const error = (fields: object): object => ({ error: fields });
const google = (quotaIds: readonly string[], retryDelay: string): object =>
  error({
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota, please check your plan and billing details.',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: quotaIds.map((quotaId) => ({ quotaId, quotaDimensions: { model: 'gemini-x' } })),
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
    ],
  });

const cases: readonly Case[] = [
  {
    name: 'Anthropic: no credit (free-claude-code#1301)',
    format: 'messages',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'Anthropic: the spending limit of the organization (anthropics/claude-code#38035)',
    format: 'messages',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.',
      },
    },
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'Anthropic: a rate',
    format: 'messages',
    status: 429,
    body: error({
      type: 'rate_limit_error',
      message: "This request would exceed your organization's rate limit",
    }),
    means: 'rate',
  },
  {
    name: 'OpenAI: no credit (openai error codes)',
    status: 429,
    body: error({
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'OpenAI: tokens per minute',
    status: 429,
    body: error({
      message:
        'Request too large for gpt-x in organization o on tokens per min (TPM): Limit 30000, Requested 40000. The input or output tokens must be reduced in order to run successfully.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    means: 'rate',
  },
  {
    name: 'Groq: tokens per minute as 413 (cline/cline#1437)',
    status: 413,
    body: error({
      message:
        'Request too large for model `m` in organization `o` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 14137, please reduce your message size and try again.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    means: 'rate',
  },
  {
    name: 'Groq: tokens per day',
    status: 429,
    body: error({
      message:
        'Rate limit reached for model `x` on tokens per day (TPD): Limit 100000, Used 99850, Requested 500. Please try again in 5m2.4s.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    means: 'rate',
    who: 'p/m',
  },
  {
    name: 'a reseller of Groq that keeps the sentence and loses the code',
    status: 413,
    body: error({ message: 'Request too large on tokens per minute (TPM): Limit 8000, Requested 14137' }),
    means: 'rate',
  },
  {
    name: 'Gemini: requests of a minute (gemini-cli#8437)',
    format: 'gemini',
    status: 429,
    body: google(['GenerateRequestsPerMinutePerProjectPerModel-FreeTier'], '34s'),
    means: 'rate',
  },
  {
    name: 'Gemini: requests of a day, whose delay is not the reset (python-genai#2044)',
    format: 'gemini',
    status: 429,
    body: google(
      [
        'GenerateContentInputTokensPerModelPerMinute-FreeTier',
        'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      ],
      '47s',
    ),
    means: 'allowance',
    who: 'p/m',
  },
  {
    name: 'Gemini behind its OpenAI-compatible endpoint: requests of a day (dify#19838)',
    status: 429,
    body: [
      google(
        [
          'GenerateContentInputTokensPerModelPerMinute-FreeTier',
          'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
        ],
        '47s',
      ),
    ],
    means: 'allowance',
    who: 'p/m',
  },
  {
    name: 'OpenRouter: no credit',
    status: 402,
    body: error({ message: 'This request requires more credits, or fewer max_tokens.', code: 402 }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'OpenRouter: the free models of a day (Gitlawb/openclaude#936)',
    status: 429,
    body: error({
      message:
        'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      code: 429,
    }),
    means: 'allowance',
    who: 'p/m',
  },
  {
    name: 'OpenRouter: the free models of a day, with a balance (Gitlawb/openclaude#1549)',
    status: 429,
    body: error({
      message: 'Rate limit exceeded: free-models-per-day-high-balance.',
      type: 'rate_limit_error',
      code: '429',
    }),
    means: 'allowance',
    who: 'p/m',
  },
  {
    name: 'OpenRouter: moderation',
    status: 403,
    body: error({
      code: 403,
      message: 'openai/x requires moderation on OpenAI. Your input was flagged for "violence"',
    }),
    means: 'filter',
  },
  {
    name: 'a gateway’s own account at Moonshot, as text inside its error (opencode#24462)',
    status: 429,
    body: error({
      message: 'Error from provider: Provider returned error',
      code: 429,
      metadata: {
        raw: JSON.stringify({
          error: {
            message: 'Your account org-1 <ak-1> is suspended due to insufficient balance',
            type: 'exceeded_current_quota_error',
          },
        }),
      },
    }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'OpenAI: the plan of an account (openai/codex#29228)',
    format: 'responses',
    status: 429,
    body: error({ type: 'usage_limit_reached', message: 'The usage limit has been reached', resets_at: 1 }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'DeepSeek: no credit (opencode#27593)',
    status: 402,
    body: error({
      message: 'Insufficient Balance',
      type: 'unknown_error',
      param: null,
      code: 'invalid_request_error',
    }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'DeepSeek: its filter',
    status: 400,
    body: error({
      message: 'Content Exists Risk',
      type: 'invalid_request_error',
      code: 'invalid_request_error',
    }),
    means: 'filter',
  },
  ...(
    [
      ['1113', 'balance', 'p/m'],
      ['1301', 'filter', undefined],
      ['1302', 'rate', undefined],
      ['1305', 'rate', undefined],
      ['1308', 'allowance', 'p'],
      ['1310', 'allowance', 'p'],
      ['1311', 'gone', undefined],
    ] as const
  ).map(([code, means, who]) => ({
    name: `Zhipu: ${code} (docs.bigmodel.cn, api-code)`,
    status: 429,
    body: error({ code, message: '您的账户' }),
    means,
    who,
  })),
  {
    name: 'Moonshot: no credit (MoonshotAI/kimi-code#1857)',
    status: 429,
    body: error({
      message:
        'Your account org-1 <ak-1> is suspended due to insufficient balance, please recharge your account',
      type: 'exceeded_current_quota_error',
    }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'Moonshot: a rate (MoonshotAI/kimi-cli#901)',
    status: 429,
    body: error({ message: 'too many requests at the moment', type: 'rate_limit_reached_error' }),
    means: 'rate',
  },
  {
    name: 'Kimi: a plan’s week (openclaw/openclaw#142656)',
    format: 'messages',
    status: 403,
    body: error({
      message:
        "You've reached your weekly (7-day) usage limit. Your quota will reset when the current 7-day window ends.",
      type: 'access_terminated_error',
    }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'Kimi: a plan’s billing cycle (MoonshotAI/kimi-code#2121)',
    status: 403,
    body: error({
      message:
        "You've reached your usage limit for this billing cycle. Your quota will be refreshed in the next cycle.",
      type: 'access_terminated_error',
    }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'Kimi: a client that is no coding agent, with the same type',
    status: 403,
    body: error({
      message: 'Kimi For Coding is currently only available for Coding Agents.',
      type: 'access_terminated_error',
    }),
    means: 'gone',
  },
  {
    name: 'Copilot: no premium requests left (earendil-works/pi#3643)',
    status: 402,
    body: error({ message: 'You have no quota', code: 'quota_exceeded' }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'Copilot: a week (github/copilot-cli#2740)',
    status: 429,
    body: error({ message: 'you have been rate-limited', code: 'user_weekly_rate_limited' }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'Copilot: hours named in words (github/copilot-cli#2696)',
    status: 429,
    body: error({
      message:
        "Sorry, you've hit a rate limit that restricts the number of requests. Please try again in 58 hours.",
      code: 'rate_limited',
    }),
    means: 'rate',
    who: 'p/m',
  },
  {
    name: 'Mistral: the capacity of a tier (continuedev/continue#6185)',
    status: 429,
    body: {
      object: 'error',
      message: 'Service tier capacity exceeded for this model.',
      type: 'service_tier_capacity_exceeded',
      param: null,
      code: '3505',
    },
    means: 'rate',
  },
  {
    name: 'Mistral: a rate (cline/cline#9085)',
    status: 429,
    body: {
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
    },
    means: 'rate',
  },
  {
    name: 'Alibaba: its filter (help.aliyun.com, error-code)',
    status: 400,
    body: error({
      message: 'Input text data may contain inappropriate content.',
      code: 'data_inspection_failed',
    }),
    means: 'filter',
  },
  {
    name: 'Alibaba: an overdue account (help.aliyun.com, error-code)',
    status: 400,
    body: error({
      message: 'Access denied, please make sure your account is in good standing.',
      code: 'Arrearage',
    }),
    means: 'balance',
    who: 'p/m',
  },
  {
    name: 'Groq: a broken tool call of the model',
    status: 400,
    body: error({
      message: 'Failed to call a function.',
      type: 'invalid_request_error',
      code: 'tool_use_failed',
    }),
    means: 'filter',
  },
  {
    name: 'Azure: its filter',
    status: 400,
    body: error({
      message: 'The response was filtered due to the prompt triggering the content management policy.',
      code: 'content_filter',
      status: 400,
    }),
    means: 'filter',
  },
  {
    name: 'LiteLLM: the budget of a virtual key',
    status: 400,
    body: error({
      message: 'Budget has been exceeded! Current cost: 1.2, Max budget: 1',
      type: 'budget_exceeded',
      code: '400',
    }),
    means: 'allowance',
    who: 'p',
  },
  {
    name: 'a sentence about money in an echo of the request',
    status: 400,
    body: error({
      message: "1 validation error: messages.0.content input_value='Your credit balance is too low'",
      type: 'invalid_request_error',
    }),
    means: 'client',
  },
  {
    name: 'a prompt that is too long, which mentions tokens only',
    status: 400,
    body: error({ message: "This model's maximum context length is 8192 tokens, you requested 9000 tokens" }),
    means: 'client',
  },
];

for (const { name, format = 'chat', status, body, means, who } of cases) {
  test(name, () => {
    const refusal = codecs[format].decodeError(status, JSON.stringify(body));
    assert.equal(classify(refusal), means);
    const retryAfterMs = refusal.retryAfterMs ?? resetInWords(refusal.message, 0);
    const outcome = {
      type: 'refused',
      error: refusal,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    } as const;
    const spent = spentBy(outcome, 'p', 'm', 0);
    assert.equal(spent?.who, who);
    if (name.includes('of a day')) assert.equal(spent?.resetKnown, false);
    assert.equal(diagnose(refusal).about === 'window', name.startsWith('a prompt that is too long'));
  });
}
