/**
 * Limits of tokens, faults of the model and money, as users have reported them, through the proxy: what the upstream gets
 * next, or what the client sees. See `field-*.laws.test.ts` for the other kinds of failures.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test } from '../support/sampled-test.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { configured, wholeAnswerIn } from '../support/configured-upstreams.ts';
import { requestBody } from '../support/proxy.ts';
import { answerIn, events, json, type Responder } from '../support/scripted-upstream.ts';

const text = (message: string, more: object = {}): object => ({ error: { message, ...more } });
const anthropic = (message: string, type = 'invalid_request_error'): object => ({
  type: 'error',
  error: { type, message },
});

interface Case {
  /** The report. */
  report: string;
  format?: WireFormat;
  model?: string;
  status?: number;
  body: unknown;
  request?: object;
}

/** The second model answers; the next request starts with the model given. */
interface Passed extends Case {
  /** Where the next model must be: at another provider, because of money, or anywhere. */
  money?: boolean;
}

const faults: Passed[] = [
  {
    report: 'groq-typescript#28',
    body: text(
      "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
      {
        type: 'invalid_request_error',
        code: 'tool_use_failed',
        failed_generation: '<function=Read>{"path"',
      },
    ),
  },
  {
    report: 'aquascope#266',
    body: text('Failed to parse tool call arguments as JSON', {
      type: 'invalid_request_error',
      code: 'tool_use_failed',
    }),
  },
  {
    report: 'ha-groq-cloud-api#20',
    body: text(
      'tool call validation failed: parameters for tool HassTurnOff did not match schema: errors: [`/domain`: expected array, but got string]',
      { type: 'invalid_request_error', code: 'tool_use_failed', param: '' },
    ),
  },
  {
    report: 'Groq behind OpenRouter',
    body: text('Provider returned error', {
      code: 400,
      metadata: {
        raw: JSON.stringify(
          text('Failed to call a function.', { type: 'invalid_request_error', code: 'tool_use_failed' }),
        ),
        provider_name: 'Groq',
      },
    }),
  },
  {
    report: 'anthropic',
    format: 'messages',
    money: true,
    body: anthropic(
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
  },
  {
    report: 'anthropic behind a chat gateway',
    money: true,
    body: text(
      'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}',
      { type: null, param: null, code: '400' },
    ),
  },
  {
    report: 'anthropic behind OpenRouter',
    format: 'messages',
    money: true,
    body: anthropic(
      'Provider returned error: {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Claude API."}}',
    ),
  },
  {
    report: 'command-code#813',
    body: text(
      '<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.',
      {
        type: 'data_inspection_failed',
        param: null,
        code: 'data_inspection_failed',
      },
    ),
  },
  {
    report: 'owl#432',
    body: text('Input data may contain inappropriate content.', {
      code: 'data_inspection_failed',
      param: null,
    }),
  },
  {
    report: 'dashscope, output',
    body: {
      request_id: 'r',
      code: 'DataInspectionFailed',
      message: 'Output data may contain inappropriate content.',
    },
  },
  {
    report: 'TinyTroupe#85',
    body: text(
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
      { type: null, param: 'prompt', code: 'content_filter', status: 400 },
    ),
  },
  {
    report: 'zhipu 1301',
    body: text(
      '系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。',
      {
        code: '1301',
      },
    ),
  },
  {
    report: 'deepseek content risk',
    body: text('Content Exists Risk', {
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_request_error',
    }),
  },
  {
    report: 'moonshot content filter',
    body: text('The request was rejected because it was considered high risk', {
      type: 'content_filter',
    }),
  },
  {
    report: 'minimax 1026',
    format: 'messages',
    body: anthropic('input new_sensitive (1026)', 'bad_request_error'),
  },
  {
    report: 'openai responses, cyber policy',
    format: 'responses',
    body: text('Invalid prompt: your prompt was flagged as potentially violating our usage policy.', {
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_prompt',
    }),
  },
  {
    report: 'langchain#36550',
    status: 500,
    body: { error: "error parsing tool call: raw='[1', err=unexpected end of JSON input" },
  },
  {
    report: 'sub2api#4069',
    status: 403,
    money: true,
    body: {
      code: 'no-credits',
      error: 'You have run out of credits or need a Grok subscription. Add credits at https://grok.com',
    },
  },
  {
    report: 'zhipu 1113',
    status: 429,
    money: true,
    body: text('Insufficient balance or no resource package. Please recharge.', { code: '1113' }),
  },
  {
    report: 'dashscope arrearage',
    money: true,
    body: text('Access denied, please make sure your account is in good standing.', {
      type: 'Arrearage',
      code: 'Arrearage',
    }),
  },
  {
    report: 'responses, insufficient_quota',
    format: 'responses',
    status: 429,
    money: true,
    body: text('You exceeded your current quota, please check your plan and billing details.', {
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    }),
  },
  {
    report: 'go, nothing said',
    body: text('Error from provider (Console Go): Upstream request failed: [400] Provider returned error', {
      type: 'server_error',
    }),
  },
];

describe('model-fault-as-400: the next model answers', () => {
  for (const { report, format = 'chat', status = 400, body, money } of faults)
    for (const stream of [true, false])
      test(`${report}, ${stream ? 'streamed' : 'whole'}`, async () => {
        const ok = stream ? answerIn(format) : wholeAnswerIn(format);
        const refused = json(status, body);
        await using over = await configured({
          up: { format, script: [refused], model: 'bad-model' },
          other: { format, script: [ok] },
        });
        for (let i = 0; i < 2; i++) {
          const response = await over.send(requestBody({ stream }));
          assert.equal(response.text, 'ok', response.body);
        }
        assert.equal(over.received['other']?.length, 2);
        const asked = over.received['up']?.length ?? 0;
        assert(asked >= 1 && asked <= 2, `${asked} requests`);
        if (money === true) assert(asked <= 2);
      });

  test('an error inside a 200 before content', async () => {
    await using over = await configured({
      up: {
        format: 'chat',
        script: [
          events(
            text('Failed to call a function. Please adjust your prompt.', {
              type: 'invalid_request_error',
              code: 'tool_use_failed',
            }),
          ),
        ],
      },
      other: { format: 'chat', script: [answerIn('chat')] },
    });
    assert.equal((await over.send()).text, 'ok');
  });

  test('money: the other model of the same provider is asked before another provider is, or not at all', async () => {
    const body = anthropic('Your credit balance is too low to access the Anthropic API.');
    await using over = await configured({
      up: { format: 'messages', script: [json(400, body)] },
      other: { format: 'messages', script: [answerIn('messages')] },
    });
    const response = await over.send();
    assert.equal(response.text, 'ok');
    assert.equal(over.received['up']?.length, 1);
  });

  test('alone: the client receives the provider’s words, spelt so that Claude Code shows them, and no status 400', async () => {
    const body = anthropic('Your credit balance is too low to access the Anthropic API.');
    await using over = await configured({ up: { format: 'messages', script: [json(400, body)] } });
    const response = await over.send();
    assert.match(response.error?.message ?? '', /credit balance too low/);
    assert.notEqual(response.status, 400);
  });
});

const rates: Case[] = [
  {
    report: 'groq, 413',
    status: 413,
    body: text(
      'Request too large for model `llama-3.3-70b` in organization `org_x` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 14137, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
  },
  {
    report: 'climb#13',
    status: 429,
    body: text(
      'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in order to run successfully.',
      { type: 'tokens', param: null, code: 'rate_limit_exceeded' },
    ),
  },
  {
    report: 'responses',
    format: 'responses',
    status: 413,
    body: text('Request too large on tokens per minute (TPM): Limit 8000, Requested 14137', {
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
  },
  {
    report: 'climb#1',
    status: 429,
    body: text(
      'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-08-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 86400 seconds.',
      { code: '429' },
    ),
  },
  {
    report: 'anthropic input tokens per minute',
    format: 'messages',
    status: 429,
    body: anthropic(
      "This request would exceed your organization's rate limit of 30,000 input tokens per minute. Please reduce the prompt length or the maximum tokens requested, or try again later.",
      'rate_limit_error',
    ),
  },
  {
    report: 'nested in OpenRouter',
    status: 413,
    body: text('Provider returned error', {
      code: 413,
      metadata: {
        raw: JSON.stringify(
          text('Request too large on tokens per minute (TPM): Limit 8000, Requested 14137', {
            type: 'tokens',
            code: 'rate_limit_exceeded',
          }),
        ),
        provider_name: 'Groq',
      },
    }),
  },
  {
    report: 'gemini, per minute',
    format: 'gemini',
    status: 429,
    body: {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message:
          'You exceeded your current quota. * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_input_token_count, limit: 250000 Please retry in 12.3s.',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12s' }],
      },
    },
  },
  {
    report: 'groq without a type',
    status: 413,
    body: text('Request too large on tokens per minute (TPM): Limit 8000, Requested 14137'),
  },
  {
    report: 'cerebras',
    status: 429,
    body: {
      message: 'Tokens per minute limit exceeded - too many tokens processed.',
      type: 'too_many_tokens_error',
      param: 'quota',
      code: 'token_quota_exceeded',
    },
  },
];

describe('tpm-as-overflow', () => {
  for (const { report, format = 'chat', status = 413, body } of rates)
    for (const stream of [true, false]) {
      test(`the next model answers: ${report}, ${stream ? 'streamed' : 'whole'}`, async () => {
        await using over = await configured({
          up: { format, script: [json(status, body)] },
          other: { format, script: [stream ? answerIn(format) : wholeAnswerIn(format)] },
        });
        assert.equal((await over.send(requestBody({ stream }))).text, 'ok');
      });
      test(`alone it is a rate limit: ${report}, ${stream ? 'streamed' : 'whole'}`, async () => {
        await using over = await configured({ up: { format, script: [json(status, body)] } });
        const response = await over.send(requestBody({ stream }));
        assert.doesNotMatch(response.body, /prompt is too long|128000|128001/);
        assert.equal(response.error?.type, 'rate_limit_error');
        assert.equal(response.status, 429);
      });
    }

  test('inside a 200, before content', async () => {
    await using over = await configured({
      up: {
        format: 'chat',
        script: [
          events(
            text('Request too large on tokens per minute (TPM): Limit 8000, Requested 14137', {
              type: 'tokens',
              code: 'rate_limit_exceeded',
            }),
          ),
        ],
      },
    });
    const response = await over.send();
    assert.equal(response.status, 429);
    assert.equal(response.error?.type, 'rate_limit_error');
  });

  test('it teaches no window: a long conversation is sent afterwards', async () => {
    await using over = await configured({
      up: {
        format: 'chat',
        script: [
          json(413, text('Limit 8000, Requested 14137', { type: 'tokens', code: 'rate_limit_exceeded' })),
          answerIn('chat'),
        ],
      },
    });
    await over.send();
    const long = 'The quick brown fox. '.repeat(8000);
    const response = await over.send(requestBody({ messages: [{ role: 'user', content: long }] }));
    assert.doesNotMatch(response.body, /prompt is too long/);
  });
});

interface Room extends Case {
  /** What the answer may at most be, and must at least be. */
  room: readonly [least: number, most: number];
  asked: number;
}

const rooms: Room[] = [
  {
    report: 'vllm',
    asked: 32_000,
    body: {
      object: 'error',
      message:
        "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459). None",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    room: [14_000, 15_309],
  },
  {
    report: 'sglang',
    asked: 32_000,
    body: {
      object: 'error',
      message:
        "Requested token count exceeds the model's maximum context length of 32768 tokens. You requested a total of 49459 tokens: 17459 tokens from the input messages and 32000 tokens for the completion. Please reduce the number of tokens in the input messages or the completion to fit within the limit.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    room: [14_000, 15_308],
  },
  {
    report: 'docker-agent#569',
    format: 'messages',
    asked: 64_000,
    body: anthropic(
      'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again',
    ),
    room: [20_000, 21_041],
  },
  {
    report: 'fast-agent#621',
    asked: 8192,
    body: text(
      "This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.",
      { type: 'invalid_request_error', param: null, code: 'invalid_request_error' },
    ),
    room: [7000, 8130],
  },
  {
    report: 'claude-code#50011',
    asked: 64_000,
    body: text(
      "This model's maximum context length is 102400 tokens. However, you requested 103057 tokens (39057 in the messages, 64000 in the completion). Please reduce the length of the messages or completion.",
    ),
    room: [60_000, 63_343],
  },
  {
    report: 'OpenCowork#82',
    asked: 128_000,
    body: text(
      "This model's maximum context length is 262144 tokens. However, you requested 128000 output tokens and your prompt contains at least 134145 input tokens, for a total of at least 262145 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=134145)",
      { type: 'BadRequestError', param: 'input_tokens', code: 400 },
    ),
    room: [1000, 127_999],
  },
  {
    report: 'openrouter',
    asked: 32_000,
    body: text(
      "This endpoint's maximum context length is 32768 tokens. However, you requested about 49459 tokens (17000 of text input, 459 of tool input, 32000 in the output). Please reduce the length of either one, or use the context-compression plugin to compress your prompt automatically.",
      { code: 400, metadata: { provider_name: null } },
    ),
    room: [14_000, 15_309],
  },
  {
    report: 'vllm nested in OpenRouter',
    asked: 32_000,
    body: text('Provider returned error', {
      code: 400,
      metadata: {
        raw: JSON.stringify({
          object: 'error',
          message:
            "'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459).",
          type: 'BadRequestError',
          code: 400,
        }),
        provider_name: 'Novita',
      },
    }),
    room: [14_000, 15_309],
  },
  {
    report: 'responses',
    format: 'responses',
    asked: 32_000,
    body: text(
      "'max_output_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459).",
      { type: 'invalid_request_error', param: 'max_output_tokens' },
    ),
    room: [14_000, 15_309],
  },
  {
    report: 'vllm over messages',
    format: 'messages',
    asked: 32_000,
    body: anthropic(
      "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459). None",
      'BadRequestError',
    ),
    room: [14_000, 15_309],
  },
  {
    report: 'tgi',
    asked: 4096,
    status: 422,
    body: {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 5000 `inputs` tokens and 4096 `max_new_tokens`',
      error_type: 'validation',
    },
    room: [2500, 3192],
  },
];

const answerLimits: Room[] = [
  {
    report: 'marks around numbers',
    asked: 32_000,
    body: text(
      '`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens` is less than the `context_window` for this model',
      {
        type: 'invalid_request_error',
        param: 'max_tokens',
      },
    ),
    room: [16_384, 16_384],
  },
  {
    report: 'marks around numbers, responses',
    format: 'responses',
    asked: 32_000,
    body: text("max_output_tokens must be less than or equal to '16384'"),
    room: [16_384, 16_384],
  },
  {
    report: 'marks around numbers, messages',
    format: 'messages',
    asked: 64_000,
    body: anthropic('max_tokens: must be less than or equal to `16384`'),
    room: [16_384, 16_384],
  },
  {
    report: 'anthropic',
    format: 'messages',
    asked: 64_000,
    body: anthropic(
      'max_tokens: 64000 > 32000, which is the maximum allowed number of output tokens for claude-opus-4-20250514',
    ),
    room: [32_000, 32_000],
  },
  {
    report: 'catwalk#41',
    asked: 20_000,
    body: text(
      'max_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000.',
      { param: 'max_tokens', code: 'invalid_value' },
    ),
    room: [16_384, 16_384],
  },
  {
    report: 'we0#56',
    asked: 32_000,
    body: text('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'),
    room: [8192, 8192],
  },
  {
    report: 'open-webui#10507',
    asked: 32_000,
    body: text('<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]'),
    room: [8192, 8192],
  },
  {
    report: 'crush#946',
    asked: 64_000,
    body: { message: 'The maximum tokens you requested exceeds the model limit of 32768' },
    room: [32_768, 32_768],
  },
  {
    report: 'aichat#813',
    asked: 64_000,
    body: {
      message:
        'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
    },
    room: [4000, 4096],
  },
  {
    report: 'gemini',
    format: 'gemini',
    asked: 128_000,
    body: {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message:
          'Unable to submit request because it has a maxOutputTokens value of 128000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
      },
    },
    room: [65_536, 65_536],
  },
  {
    report: 'pydantic',
    asked: 64_000,
    status: 422,
    body: {
      detail: [
        {
          type: 'less_than_equal',
          loc: ['body', 'max_tokens'],
          msg: 'Input should be less than or equal to 16384',
          input: 64000,
          ctx: { le: 16384 },
        },
      ],
    },
    room: [16_384, 16_384],
  },
  {
    report: 'cohere',
    asked: 32000,
    body: text(
      'too many tokens: max tokens must be less than or equal to 4096, the maximum output length for this model - received 32000.',
    ),
    room: [4096, 4096],
  },
  {
    report: 'zhipu',
    asked: 32000,
    body: text('max_tokens 参数非法。取值范围 [1, 8192]'),
    room: [8192, 8192],
  },
  {
    report: 'with a comma',
    asked: 32000,
    body: text('Invalid value for max_tokens: maximum value is 8,192'),
    room: [8192, 8192],
  },
  {
    report: 'novita',
    asked: 32000,
    body: text('max_tokens exceeds model limit: 16000'),
    room: [16000, 16000],
  },
  {
    report: 'in Chinese',
    asked: 32000,
    body: text('max_tokens最大值为4096'),
    room: [4096, 4096],
  },
  {
    report: 'in words',
    asked: 32000,
    body: text('The maximum number of output tokens for this model is 8192, but you asked for 32000.'),
    room: [8192, 8192],
  },
  {
    report: 'double marks',
    asked: 32000,
    body: text('max_tokens must be <= "16384"'),
    room: [16384, 16384],
  },
  {
    report: 'nullclaw#231, with a stream as the other way',
    asked: 32_000,
    body: text('Requests with max_tokens > 4096 must have stream=true', {
      param: 'max_tokens',
      code: 'BAD_REQUEST',
    }),
    room: [4096, 4096],
  },
];

const limitFields: Record<string, (body: Record<string, unknown>) => unknown> = {
  chat: (body) => body['max_tokens'] ?? body['max_completion_tokens'],
  messages: (body) => body['max_tokens'],
  responses: (body) => body['max_output_tokens'],
  gemini: (body) => (body['generationConfig'] as Record<string, unknown>)['maxOutputTokens'],
};

for (const [kind, list] of [
  ['room-for-the-answer', rooms],
  ['answer-limit', answerLimits],
] as const)
  describe(kind, () => {
    for (const { report, format = 'chat', status = 400, body, asked, room } of list)
      for (const stream of [true, false])
        test(`${report}, ${stream ? 'streamed' : 'whole'}`, async () => {
          const answer = stream ? answerIn(format) : wholeAnswerIn(format);
          await using over = await configured({
            up: {
              format,
              script: [json(status, body), answer],
              entry: { context_window: 2_000_000, max_output_tokens: 200_000 },
            },
          });
          const request = requestBody({ stream, max_tokens: asked });
          const response = await over.send(request);
          assert.equal(response.text, 'ok', response.body);
          const sent = over.received['up']?.map((one) => limitFields[format]?.(one.body)) ?? [];
          assert.equal(sent[0], asked);
          assert(Number(sent[1]) >= room[0] && Number(sent[1]) <= room[1], String(sent[1]));
          assert.equal((await over.send(request)).text, 'ok');
          if (kind === 'answer-limit') {
            const again = over.received['up']?.map((one) => limitFields[format]?.(one.body)) ?? [];
            assert.deepEqual(again, [asked, sent[1], sent[1]], 'remembered');
          }
        });
  });

interface Overflow extends Case {
  /** The two numbers that the client must see; undefined if the upstream names none. */
  numbers: readonly [number, number] | undefined;
}

const overflows: Overflow[] = [
  {
    report: 'lm studio',
    body: {
      error:
        'Trying to keep the first 24071 tokens when context the overflows. However, the model is loaded with context length of only 8192 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input',
    },
    numbers: [24_071, 8192],
  },
  {
    report: 'openclaude#353',
    body: {
      error:
        'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input.',
    },
    numbers: [13_055, 4096],
  },
  {
    report: 'n_keep over messages',
    format: 'messages',
    body: anthropic(
      'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096).',
    ),
    numbers: [13_055, 4096],
  },
  {
    report: 'n_keep over responses',
    format: 'responses',
    body: text(
      'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096).',
    ),
    numbers: [13_055, 4096],
  },
  {
    report: 'llama.cpp#15780',
    body: {
      error: {
        code: 400,
        message:
          'the request exceeds the available context size. try increasing the context size or enable context shift',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 14_429,
        n_ctx: 8192,
      },
    },
    numbers: [14_429, 8192],
  },
  {
    report: 'Qwen3#1321',
    body: {
      object: 'error',
      message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    numbers: [61_709, 40_960],
  },
  {
    report: 'vllm, the prompt itself does not fit',
    body: {
      object: 'error',
      message:
        "This model's maximum context length is 32768 tokens. However, you requested 65459 tokens (33459 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.",
      code: 400,
    },
    numbers: [33_459, 32_768],
  },
  {
    report: 'docker model runner',
    body: text('Prompt has 5,958,968 tokens, but the configured context size is 256,000 tokens.'),
    numbers: [5_958_968, 256_000],
  },
  {
    report: 'xai',
    body: {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
    numbers: [537_812, 131_072],
  },
  {
    report: 'cline#5140',
    body: {
      message:
        'Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000',
      code: 'context_length_exceeded',
    },
    numbers: [42_328, 40_000],
  },
  {
    report: 'omlx#26',
    body: { detail: 'Prompt too long: 32799 tokens exceeds max context window of 32768 tokens' },
    numbers: [32_799, 32_768],
  },
  {
    report: 'vllm#12165',
    body: text('The prompt (total length 25938) is too long to fit into the model (context length 4096).'),
    numbers: [25_938, 4096],
  },
  {
    report: 'gemini-cli#19727',
    format: 'gemini',
    body: {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message:
          'Unable to submit request because the input token count is 1251952 but model only supports up to 1048576. Reduce the input token count and try again.',
      },
    },
    numbers: [1_251_952, 1_048_576],
  },
  {
    report: 'gemini',
    format: 'gemini',
    body: {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'The input token count (1251952) exceeds the maximum number of tokens allowed (1048576).',
      },
    },
    numbers: [1_251_952, 1_048_576],
  },
  {
    report: 'pi overflow tests: Bedrock Mantle',
    format: 'responses',
    body: text('invalid_prompt: prompt tokens (330095) exceed model maximum (278528) for base model abc', {
      code: 'invalid_prompt',
    }),
    numbers: [330_095, 278_528],
  },
  {
    report: 'copilot',
    body: text('prompt token count of 142314 exceeds the limit of 128000', {
      code: 'model_max_prompt_tokens_exceeded',
    }),
    numbers: [142_314, 128_000],
  },
  {
    report: 'anthropic',
    format: 'messages',
    body: anthropic('prompt is too long: 205429 tokens > 200000 maximum'),
    numbers: [205_429, 200_000],
  },
  {
    report: 'no numbers, minimax (2013 is its code)',
    format: 'messages',
    body: anthropic('invalid params, context window exceeds limit (2013)', 'bad_request_error'),
    numbers: undefined,
  },
  {
    report: 'no numbers, zhipu',
    body: text('Prompt 超长', { code: '1261' }),
    numbers: undefined,
  },
  {
    report: 'no numbers, bedrock',
    body: { message: 'The model returned the following errors: Input is too long for requested model.' },
    numbers: undefined,
  },
  {
    report: 'no numbers, openai responses',
    format: 'responses',
    body: text(
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
      {
        type: 'invalid_request_error',
        param: 'input',
        code: 'context_length_exceeded',
      },
    ),
    numbers: undefined,
  },
  {
    report: 'vertex behind litellm, claude-code#2569',
    status: 413,
    body: text('{"type":"error","error":{"type":"invalid_request_error","message":"Prompt is too long"}}', {
      type: 'None',
      param: 'None',
      code: '413',
    }),
    numbers: undefined,
  },
  {
    report: 'nested in OpenRouter',
    body: text('Provider returned error', {
      code: 400,
      metadata: {
        raw: JSON.stringify({
          object: 'error',
          message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
          code: 400,
        }),
      },
    }),
    numbers: [61_709, 40_960],
  },
  {
    report: 'mistral 3051',
    body: text(
      'Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
    ),
    numbers: [140_000, 131_072],
  },
  {
    report: 'in Chinese',
    body: text('输入长度 140000 tokens 超过模型最大上下文长度 131072'),
    numbers: [140_000, 131_072],
  },
  {
    report: 'openai, older',
    body: text(
      "This model's maximum context length is 16385 tokens, however you requested 16500 tokens (16000 in your prompt; 500 for the completion). Please reduce your prompt; or completion length.",
    ),
    numbers: [16_500, 16_385],
  },
  {
    report: 'bedrock around anthropic',
    body: text('The model returned the following errors: prompt is too long: 206121 tokens > 200000 maximum'),
    numbers: [206_121, 200_000],
  },
  {
    report: 'fireworks',
    body: text('The prompt is too long: 140000, model maximum context length: 131071'),
    numbers: [140_000, 131_071],
  },
  {
    report: 'together',
    body: text(
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 131073. Given: 140000 `inputs` tokens and 1000 `max_new_tokens`',
    ),
    numbers: [140_000, 131_073],
  },
  {
    report: 'llama-cpp-python',
    body: text('Requested tokens (50000) exceed context window of 40960'),
    numbers: [50_000, 40_960],
  },
  {
    report: 'sambanova',
    body: text(
      'The maximum context length of some-model is 8192. However, answering your request will take 9000 tokens. Please reduce the length of the messages or the specified max_completion_tokens value.',
    ),
    numbers: [9000, 8192],
  },
  {
    report: 'moonshot',
    body: text('Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)'),
    numbers: [140_000, 131_072],
  },
  {
    report: 'words of nobody',
    body: text("Your request has 140,000 tokens but the model's context window is only 131,072 tokens."),
    numbers: [140_000, 131_072],
  },
  {
    report: 'words of nobody, backwards',
    body: text('Context window of 131072 tokens exceeded by an input of 140000 tokens'),
    numbers: [140_000, 131_072],
  },
  {
    report: 'no numbers, moonshot',
    body: text('Invalid request: Your request exceeded model token limit: 131072'),
    numbers: undefined,
  },
  {
    report: 'no numbers, ollama cloud',
    body: text('prompt too long; exceeded max context length by 5000 tokens'),
    numbers: undefined,
  },
  {
    report: 'no numbers, mlx-serve#66',
    body: text('Prompt exceeds maximum context length'),
    numbers: undefined,
  },
  {
    report: 'no numbers, groq',
    body: text('Please reduce the length of the messages or completion.', {
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    }),
    numbers: undefined,
  },
];

const long = 'The quick brown fox jumps over the lazy dog. '.repeat(500);

describe('overflow-wording: the client receives the true numbers', () => {
  for (const { report, format = 'chat', status = 400, body, numbers } of overflows)
    for (const way of ['streamed', 'whole', 'inside a 200'] as const)
      test(`${report}, ${way}`, async () => {
        const refused =
          way === 'inside a 200' ? events(typeof body === 'object' ? body : {}) : json(status, body);
        await using over = await configured({ up: { format, script: [refused] } });
        const request = requestBody({
          stream: way !== 'whole',
          messages: [{ role: 'user', content: long }],
        });
        const response = await over.send(request);
        const found = /^prompt is too long: (\d+) tokens > (\d+) maximum/.exec(response.error?.message ?? '');
        assert(found, `${response.status} ${response.body}`);
        assert.equal(response.status, 400);
        assert.equal(response.error?.type, 'invalid_request_error');
        if (numbers) assert.deepEqual([Number(found[1]), Number(found[2])], numbers);
        else assert(Number(found[1]) > Number(found[2]));
      });

  test('openclaude#353: 13055 is not learned as the window', async () => {
    const refused = {
      error:
        'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096).',
    };
    await using over = await configured({
      up: { format: 'chat', script: [json(400, refused), answerIn('chat')] },
      other: { format: 'chat', script: [answerIn('chat', 'other')], entry: { context_window: 200_000 } },
    });
    const send = (sentences: number) =>
      over.send(
        requestBody({ messages: [{ role: 'user', content: 'The quick brown fox. '.repeat(sentences) }] }),
      );
    await send(2600);
    // About 9,000 tokens: less than 13,055 and more than 4,096.
    assert.equal((await send(1800)).text, 'other');
    assert.equal((await send(10)).text, 'ok');
  });

  test('kimi-code#476: a limit in bytes is no number of tokens', async () => {
    const refused = text('total message size 10176584 exceeds limit 2097152');
    await using over = await configured({ up: { format: 'chat', script: [json(400, refused)] } });
    const response = await over.send(requestBody({ messages: [{ role: 'user', content: long }] }));
    assert.doesNotMatch(response.error?.message ?? '', /prompt is too long: 10176584|> 2097152 maximum/);
  });
});

describe('room-for-the-answer, in later turns', () => {
  const refusal = (input: number, asked: number): object =>
    text(
      `'max_tokens' or 'max_completion_tokens' is too large: ${asked}. This model's maximum context length is 32768 tokens and your request has ${input} input tokens (${asked} > 32768 - ${input}).`,
    );
  /** A server with a window of 32,768 tokens, to which the prompt has so many tokens for each message. */
  const small =
    (perMessage: number): Responder =>
    (response, received) => {
      const asked = Number(received.body['max_tokens']);
      const input = perMessage * (received.body['messages'] as unknown as unknown[]).length;
      const fits = input + asked <= 32_768;
      return (fits ? answerIn('chat') : json(400, refusal(input, asked)))(response, received);
    };
  const turns = (count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: `${i}` }));
  const session = (id: string): Record<string, string> => ({ 'x-claude-code-session-id': id });

  test('each turn is answered while the prompt grows', async () => {
    await using over = await configured({ up: { format: 'chat', script: [small(2500)] } });
    for (const count of [7, 9, 11])
      assert.equal(
        (await over.send(requestBody({ max_tokens: 32_000, messages: turns(count) }), session('one'))).text,
        'ok',
      );
  });

  test('another, short conversation keeps its max_tokens', async () => {
    await using over = await configured({ up: { format: 'chat', script: [small(100)] } });
    await over.send(requestBody({ max_tokens: 32_700, messages: turns(3) }), session('one'));
    await over.send(requestBody({ max_tokens: 32_000, messages: turns(1) }), session('two'));
    assert.equal(over.received['up']?.at(-1)?.body['max_tokens'], 32_000);
  });

  test('without enough room for an answer, the client compacts', async () => {
    await using over = await configured({ up: { format: 'chat', script: [small(4670)] } });
    const response = await over.send(requestBody({ max_tokens: 32_000, messages: turns(7) }));
    assert.match(response.error?.message ?? '', /^prompt is too long: \d+ tokens > 32768 maximum/);
    const [, requested] = /long: (\d+)/.exec(response.error?.message ?? '') ?? [];
    assert(Number(requested) > 32_768);
  });
});
