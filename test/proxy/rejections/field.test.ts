/**
 * Refusals of real providers, from public reports: what the next request must look like. A chain of refusals is answered by
 * one repair after the other.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { Candidate } from '../../../lib/proxy/policy/plan.ts';
import { diagnosed } from '../../../lib/proxy/policy/diagnosed.ts';
import { classOf } from '../../../lib/proxy/policy/failures.ts';
import { learnedFrom } from '../../../lib/proxy/rejections/learned.ts';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { nextRepair, toSent, type Repairs } from '../../../lib/proxy/rejections/repair.ts';
import type { Sent } from '../../../lib/proxy/rejections/repairs.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { candidateOf } from '../../support/candidates.ts';
import { asText, type LooseJson } from '../../support/loose-json.ts';
import { requestOf, routeOf, user } from '../../support/requests.ts';

const base = requestOf([user('hi')], {
  max_tokens: 32_000,
  temperature: 0.5,
  top_p: 0.9,
  stop_sequences: ['</end>'],
});
const tools = [
  {
    name: 'Read',
    description: 'Reads.',
    input_schema: { type: 'object', properties: { path: { type: 'string' } } },
  },
];
const looped = requestOf(
  [
    user('look'),
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'it says a' },
        { type: 'text', text: 'go on' },
      ],
    },
  ],
  { max_tokens: 32_000, tools, temperature: 0.5 },
);

interface Case {
  kind: string;
  name: string;
  format?: WireFormat;
  request?: MessagesRequest;
  route?: Parameters<typeof routeOf>[0];
  headers?: Record<string, string>;
  /** The refusals, one after the other: a status and a body. */
  refusals: readonly (readonly [status: number, body: unknown])[];
  /** Checks what is sent after the last refusal; `undefined` means that there is no repair. */
  expect: ((body: LooseJson, headers: Sent['headers'], before: LooseJson) => void) | undefined;
}

const message = (text: string, more: object = {}): object => ({ error: { message: text, ...more } });
const gone =
  (...path: string[]) =>
  (body: LooseJson, _headers: Sent['headers'], before: LooseJson): void => {
    const at = (from: LooseJson): unknown =>
      path.reduce<LooseJson | undefined>((value, key) => value?.[key], from);
    assert.notEqual(at(before), undefined, `${path.join('.')} was not sent`);
    assert.equal(at(body), undefined);
  };
const effort = {
  efforts: ['low', 'high', 'max'] as const,
  reasoningEffort: 'high',
  quirks: { thinking: 'effort' as const },
};
const thinking = { thinking: { type: 'enabled', budget_tokens: 8000 } } as const;

const cases: readonly Case[] = [
  // A field that this upstream does not take.
  {
    kind: 'unlearned-field',
    name: 'camel case, and the model’s own name (grok-4-latest)',
    route: { modelId: 'grok-4-temperature-latest', ...effort },
    refusals: [[400, message('Model grok-4-temperature-latest does not support parameter reasoningEffort.')]],
    expect(body, headers, before) {
      gone('reasoning_effort')(body, headers, before);
      assert.equal(body['temperature'], 0.5);
    },
  },
  {
    kind: 'unlearned-field',
    name: 'detail as a text, responses',
    format: 'responses',
    refusals: [[400, { detail: 'Unsupported parameter: max_output_tokens' }]],
    expect: gone('max_output_tokens'),
  },
  {
    kind: 'unlearned-field',
    name: 'a validator’s list inside the message (Mistral)',
    refusals: [
      [
        422,
        {
          object: 'error',
          message: {
            detail: [
              {
                type: 'extra_forbidden',
                loc: ['body', 'stream_options'],
                msg: 'Extra inputs are not permitted',
                input: { include_usage: true },
              },
            ],
          },
        },
      ],
    ],
    expect: gone('stream_options'),
  },
  {
    kind: 'unlearned-field',
    name: 'a validator’s list (FastAPI, vLLM)',
    refusals: [
      [
        422,
        {
          detail: [
            {
              type: 'extra_forbidden',
              loc: ['body', 'top_p'],
              msg: 'Extra inputs are not permitted',
              input: 0.9,
            },
          ],
        },
      ],
    ],
    expect: gone('top_p'),
  },
  {
    kind: 'unlearned-field',
    name: 'a value of a header',
    format: 'messages',
    headers: { 'anthropic-beta': 'a-2026,prompt-caching-scope-2026-01-05,b-2026' },
    refusals: [
      [
        400,
        message('Unexpected value(s) `prompt-caching-scope-2026-01-05` for the `anthropic-beta` header.'),
      ],
    ],
    expect: (_body, headers) => assert.equal(headers['anthropic-beta'], 'a-2026,b-2026'),
  },
  {
    kind: 'unlearned-field',
    name: 'a whole header',
    format: 'messages',
    headers: { 'anthropic-beta': 'a-2026' },
    refusals: [[400, message('The anthropic-beta header is not supported.')]],
    expect: (_body, headers) => assert.equal(headers['anthropic-beta'], undefined),
  },
  {
    kind: 'unlearned-field',
    name: 'a path over the variant of a union',
    format: 'messages',
    route: { quirks: { betas: true } },
    request: requestOf([user('hi')], {
      system: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b', cache_control: { type: 'ephemeral', scope: 'global' } as never },
      ],
    }),
    refusals: [[400, message('system.1.cache_control.ephemeral.scope: Extra inputs are not permitted')]],
    expect(body) {
      assert.deepEqual(body['system']?.[1], {
        type: 'text',
        text: 'b',
        cache_control: { type: 'ephemeral' },
      });
    },
  },
  {
    kind: 'unlearned-field',
    name: 'a JSON pointer',
    refusals: [[400, message('Validation failed', { pointer: '#/top_p' })]],
    expect: gone('top_p'),
  },
  {
    kind: 'unlearned-field',
    name: 'a nested envelope of a gateway (OpenRouter)',
    refusals: [
      [
        400,
        message('Provider returned error', {
          code: 400,
          metadata: {
            raw: JSON.stringify({
              error: {
                message: "Unsupported parameter: 'top_p' is not supported with this model.",
                param: 'top_p',
              },
            }),
          },
        }),
      ],
    ],
    expect: gone('top_p'),
  },
  {
    kind: 'unlearned-field',
    name: 'xAI: a name that is an English word (BerriAI/litellm#14056)',
    refusals: [
      [
        400,
        {
          code: 'Client specified an invalid argument',
          error: 'Argument not supported on this model: stop',
        },
      ],
    ],
    expect: gone('stop'),
  },
  {
    kind: 'unlearned-field',
    name: 'in Chinese',
    refusals: [[400, message('不支持参数 top_p')]],
    expect: gone('top_p'),
  },
  {
    kind: 'unlearned-field',
    name: 'an English word as a name',
    refusals: [[400, message("property 'stop' is unsupported")]],
    expect: gone('stop'),
  },
  {
    kind: 'unlearned-field',
    name: 'function tools with reasoning effort',
    request: looped,
    route: { modelId: 'gpt-5.6-terra', ...effort },
    refusals: [
      [
        400,
        message(
          "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
          { param: 'reasoning_effort' },
        ),
      ],
    ],
    expect: (body) => assert.equal(body['reasoning_effort'], 'none'),
  },
  {
    kind: 'unlearned-field',
    name: 'an effort level: the nearest one that is listed',
    request: requestOf([user('hi')]),
    route: { ...effort, efforts: ['low', 'high', 'max'], reasoningEffort: 'max' },
    refusals: [
      [
        400,
        message(
          "Unsupported value: 'reasoning_effort' does not support 'max' with this model. Supported values are: 'none', 'low', 'medium', 'high'.",
          { param: 'reasoning_effort' },
        ),
      ],
    ],
    expect: (body) => assert.equal(body['reasoning_effort'], 'high'),
  },
  {
    kind: 'unlearned-field',
    name: 'another name for the field',
    refusals: [
      [
        400,
        message(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          { param: 'max_tokens' },
        ),
      ],
    ],
    expect(body, headers, before) {
      gone('max_tokens')(body, headers, before);
      assert.equal(body['max_completion_tokens'], 32_000);
    },
  },
  {
    kind: 'unlearned-field',
    name: 'a field of Google',
    format: 'gemini',
    refusals: [
      [
        400,
        message(
          'Invalid JSON payload received. Unknown name "topP" at \'generation_config\': Cannot find field.',
          { status: 'INVALID_ARGUMENT', code: 400 },
        ),
      ],
    ],
    expect: gone('generationConfig', 'topP'),
  },
  {
    kind: 'unlearned-field',
    name: 'two fields, one after the other',
    refusals: [
      [400, message('temperature is not supported')],
      [400, message('top_p is not supported')],
    ],
    expect(body, headers, before) {
      gone('temperature')(body, headers, before);
      gone('top_p')(body, headers, before);
    },
  },
  {
    kind: 'unlearned-field',
    name: 'a server error of a gateway around a refusal (LiteLLM)',
    refusals: [
      [
        500,
        message("litellm.BadRequestError: OpenAIException - Unsupported parameter: 'top_p'", {
          type: 'invalid_request_error',
          code: '400',
        }),
      ],
    ],
    expect: gone('top_p'),
  },
  ...['messages', 'model', 'tools', 'stream', 'messages.0.content'].map((name): Case => ({
    kind: 'unlearned-field',
    name: `what nobody can leave out: ${name}`,
    request: looped,
    refusals: [[400, message(`Unsupported parameter: '${name}'`, { param: name })]],
    expect: undefined,
  })),
  {
    kind: 'unlearned-field',
    name: 'words of the conversation that the refusal quotes',
    request: requestOf([user('hi')], { temperature: 0.5 }),
    refusals: [
      [
        422,
        {
          detail: [
            {
              type: 'string_type',
              loc: ['body', 'user'],
              msg: 'Input should be a valid string',
              input: 'temperature is not supported',
            },
          ],
        },
      ],
    ],
    expect: undefined,
  },
  {
    kind: 'unlearned-field',
    name: 'words of the conversation in a quotation',
    refusals: [[400, message('Invalid request: "please explain why temperature is not supported here"')]],
    expect: undefined,
  },
  // System messages inside the conversation.
  ...(['chat', 'responses', 'messages'] as const).map((format): Case => ({
    kind: 'order',
    name: `system messages are not allowed: ${format}`,
    format,
    route: { quirks: { midSystem: 'system', betas: true } },
    request: requestOf([user('hi'), { role: 'system', content: 'note this' }, user('go on')]),
    refusals: [[400, message('System messages are not allowed')]],
    expect(body) {
      const text = JSON.stringify(body);
      assert.match(text, /<system-reminder>\\\\nnote this|<system-reminder>\\nnote this/);
      assert.doesNotMatch(text, /"role":"(?:system|developer)"/);
    },
  })),
  {
    kind: 'order',
    name: 'Mistral: user after tool',
    request: looped,
    refusals: [
      [
        400,
        {
          object: 'error',
          type: 'invalid_request_message_order',
          code: '3230',
          message: "Unexpected role 'user' after role 'tool'",
        },
      ],
    ],
    expect(body) {
      const roles = (body['messages'] as unknown as { role: string }[]).map(({ role }) => role);
      assert.deepEqual(roles.slice(-3), ['tool', 'assistant', 'user']);
    },
  },
  {
    kind: 'order',
    name: 'a conversation must end with a user message (Anthropic)',
    format: 'messages',
    request: requestOf([user('hi'), { role: 'assistant', content: 'The answer' }]),
    refusals: [
      [
        400,
        message(
          'This model does not support assistant message prefill. The conversation must end with a user message.',
        ),
      ],
    ],
    expect: (body) => assert.equal((body['messages'] as unknown as { role: string }[]).at(-1)?.role, 'user'),
  },
  // Seals.
  ...(
    [
      ['messages', 'messages.1.content.0: Invalid `signature` in `thinking` block', {}],
      [
        'responses',
        'The encrypted content gAAA could not be verified.',
        { code: 'invalid_encrypted_content' },
      ],
      ['gemini', 'Corrupted thought signature.', { status: 'INVALID_ARGUMENT' }],
      [
        'messages',
        'Provider returned error',
        {
          metadata: {
            raw: '{"error":{"message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}',
          },
        },
      ],
    ] as const
  ).map(([format, text, more]): Case => ({
    kind: 'stale-seal',
    name: `${format}: ${text}`,
    format,
    route: { quirks: { betas: true, genuineSignatures: true, thinking: 'claude' } },
    request: sealed(format),
    refusals: [[400, message(text, more)]],
    expect(body) {
      assert.doesNotMatch(JSON.stringify(body), /c2VhbA/);
      assert.match(JSON.stringify(body), /it says a/);
      if (format === 'gemini') assert.match(JSON.stringify(body), /thoughtSignature/);
    },
  })),
  // Thinking history over messages.
  {
    kind: 'replay-messages',
    name: 'thinking is disabled with what depends on it',
    format: 'messages',
    route: { quirks: { thinking: 'claude', betas: true } },
    request: {
      ...looped,
      ...thinking,
      context_management: { edits: [{ type: 'clear_thinking_20251015' }] },
    },
    refusals: [
      [400, message('The `content[].thinking` in the thinking mode must be passed back to the API.')],
    ],
    expect(body) {
      assert.deepEqual(body['thinking'], { type: 'disabled' });
      assert.equal(body['context_management'], undefined);
    },
  },
  {
    kind: 'replay-messages',
    name: 'a context edit that needs thinking (sub2api#599)',
    format: 'messages',
    route: { quirks: { thinking: 'claude', betas: true } },
    request: {
      ...looped,
      context_management: {
        edits: [{ type: 'clear_thinking_20251015' }, { type: 'clear_tool_uses_20250919' }],
      },
    },
    refusals: [
      [400, message('`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive')],
    ],
    expect: (body) =>
      assert.deepEqual(body['context_management'], { edits: [{ type: 'clear_tool_uses_20250919' }] }),
  },
  {
    kind: 'replay-messages',
    name: 'reasoning must be passed back over chat (DeepSeek)',
    request: looped,
    refusals: [
      [400, message('The `reasoning_content` in the thinking mode must be passed back to the API.')],
    ],
    expect: (body) =>
      assert.notEqual(
        (body['messages'] as unknown as { role: string; reasoning_content?: string }[]).find(
          ({ role }) => role === 'assistant',
        )?.reasoning_content,
        undefined,
      ),
  },
  // Room for the answer.
  {
    kind: 'room-for-the-answer',
    name: 'vLLM',
    refusals: [
      [
        400,
        message(
          "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459).",
        ),
      ],
    ],
    expect: (body) => assert.equal(body['max_tokens'], 32_768 - 17_459 - 1),
  },
  {
    kind: 'room-for-the-answer',
    name: 'Anthropic',
    format: 'messages',
    refusals: [
      [
        400,
        message(
          'input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again',
        ),
      ],
    ],
    expect: (body) => assert.equal(body['max_tokens'], 9999),
  },
  {
    kind: 'room-for-the-answer',
    name: 'no room worth having',
    refusals: [
      [
        400,
        message(
          "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 32700 input tokens (32000 > 32768 - 32700).",
        ),
      ],
    ],
    expect: undefined,
  },
  // Answer limits.
  {
    kind: 'answer-limit',
    name: 'marks around the number',
    refusals: [
      [
        400,
        message('`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens`'),
      ],
    ],
    expect: (body) => assert.equal(body['max_tokens'], 16_384),
  },
  {
    kind: 'answer-limit',
    name: 'Google’s exclusive bound',
    format: 'gemini',
    refusals: [
      [
        400,
        message(
          'Unable to submit request because it has a maxOutputTokens value of 32000 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
        ),
      ],
    ],
    expect: (body) => assert.equal(body['generationConfig']?.maxOutputTokens, 8192),
  },
  // Tool schemas.
  {
    kind: 'tool-schema',
    name: 'llama.cpp: what its grammar cannot say',
    request: requestOf([user('hi')], {
      tools: [
        { name: 'a', description: 'd', input_schema: { type: 'object', properties: { x: { not: {} } } } },
      ],
    }),
    refusals: [[400, message('JSON schema conversion failed:\nUnrecognized schema: {"not":{}}')]],
    expect: (body) => assert.doesNotMatch(JSON.stringify(body['tools']), /"not"/),
  },
  {
    kind: 'tool-schema',
    name: 'a keyword by its path (Google)',
    format: 'gemini',
    request: requestOf([user('hi')], {
      tools: [
        {
          name: 'a',
          description: 'd',
          input_schema: { type: 'object', properties: { x: { type: 'string', pattern: 'y' } } },
        },
      ],
    }),
    refusals: [
      [
        400,
        message(
          'Invalid JSON payload received. Unknown name "pattern" at \'tools[0].function_declarations[0].parameters.properties[0].value\': Cannot find field.',
          { status: 'INVALID_ARGUMENT' },
        ),
      ],
    ],
    expect: (body) => assert.doesNotMatch(JSON.stringify(body['tools']), /"pattern"/),
  },
  {
    kind: 'tool-schema',
    name: 'a server that refuses every schema in turn keeps the tool',
    request: requestOf([user('hi')], {
      tools: [
        {
          name: 'a',
          description: 'd',
          input_schema: {
            type: 'object',
            properties: { x: { anyOf: [{ type: 'string', pattern: 'y' }, { type: 'null' }] } },
          },
        },
      ],
    }),
    refusals: [
      [400, message("Invalid schema for function 'a'")],
      [400, message("Invalid schema for function 'a'")],
      [400, message("Invalid schema for function 'a'")],
    ],
    expect(body) {
      assert.deepEqual(body['tools']?.[0]?.function?.parameters, { type: 'object', properties: {} });
      assert.match(asText(body['tools']?.[0]?.function?.description), /"pattern":"y"/);
    },
  },
  // Pictures.
  {
    kind: 'pictures',
    name: 'a model that takes none (vLLM)',
    request: requestOf([
      user(
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aaaa' } },
        { type: 'text', text: 'what is this?' },
      ),
    ]),
    refusals: [[400, message('At most 0 image(s) may be provided in one prompt.')]],
    expect(body) {
      assert.doesNotMatch(JSON.stringify(body), /aaaa/);
      assert.match(JSON.stringify(body), /what is this/);
    },
  },
  // Not the request's fault.
  ...(
    [
      ['tool_use_failed', 400, message('Failed to call a function.', { code: 'tool_use_failed' })],
      ['credit', 400, message('Your credit balance is too low to access the Anthropic API.')],
      [
        'filter',
        400,
        message('Input data may contain inappropriate content.', { code: 'data_inspection_failed' }),
      ],
      [
        'tokens per minute',
        413,
        message('Request too large on tokens per minute (TPM): Limit 8000, Requested 14137', {
          type: 'tokens',
          code: 'rate_limit_exceeded',
        }),
      ],
    ] as const
  ).map(([name, status, body]): Case => ({
    kind: 'model-fault-as-400',
    name,
    refusals: [[status, body]],
    expect: undefined,
  })),
];

/** A turn with sealed thinking, as the client has received it from this candidate. */
function sealed(format: WireFormat): MessagesRequest {
  const signature =
    format === 'messages'
      ? 'c2VhbA=='
      : `occ1.${Buffer.from(`${format}/p/m`).toString('base64url')}.c2VhbA==`;
  const [first, second, third] = looped.messages;
  const content = second?.content as object[];
  return {
    ...looped,
    ...thinking,
    messages: [
      first,
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'I think', signature }, ...content] },
      third,
    ] as MessagesRequest['messages'],
  };
}

function candidateFor({ format = 'chat', route }: Case): Candidate {
  const { quirks, ...rest } = routeOf({ format, modelId: 'm', maxOutputTokens: 64_000, ...route });
  return candidateOf('p/m', { route: { ...rest, provider: 'p', quirks, endpoint: 'http://127.0.0.1:1/v1' } });
}

describe('refusals of the field', () => {
  for (const one of cases)
    test(`${one.kind}: ${one.name}`, () => {
      const { request = base, headers = {}, refusals, expect } = one;
      let candidate = candidateFor(one);
      let repairs: Repairs<Candidate> | undefined;
      const original = JSON.stringify(request);
      const before = toSent(candidate, request, headers);
      for (const [index, [status, body]] of refusals.entries()) {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const error = codecs[candidate.route.format].decodeError(status, text);
        const diagnosis = diagnose(error, candidate.route.modelId);
        const next = nextRepair(candidate, diagnosis, request, headers, repairs);
        if (next === undefined) {
          assert.equal(
            expect,
            undefined,
            `no repair for refusal ${index + 1}, read as ${JSON.stringify(diagnosis)}`,
          );
          return;
        }
        assert.ok(expect !== undefined, `an unlawful change: ${JSON.stringify(next.repairs.made)}`);
        ({ candidate, repairs } = next);
      }
      const sent = toSent(candidate, request, headers);
      expect?.(sent.body as LooseJson, sent.headers, before.body as LooseJson);
      assert.equal(JSON.stringify(request), original, 'the client’s request was changed');
    });
});

/** What the client receives about a refusal, and what is learned from it. */
const told: readonly {
  kind: string;
  name: string;
  status: number;
  body: object;
  says: RegExp;
  window?: number;
}[] = [
  {
    kind: 'overflow-wording',
    name: 'LM Studio: tokens to keep, of a context length (lmstudio-ai/lmstudio-bug-tracker#237)',
    status: 400,
    body: {
      error:
        'Trying to keep the first 24071 tokens when context the overflows. However, the model is loaded with context length of only 8192 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input.',
    },
    says: /^prompt is too long: 24071 tokens > 8192 maximum$/,
    window: 8192,
  },
  {
    kind: 'overflow-wording',
    name: 'LM Studio: n_keep and n_ctx (Gitlawb/openclaude#353)',
    status: 400,
    body: {
      error:
        'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input.',
    },
    says: /^prompt is too long: 13055 tokens > 4096 maximum$/,
    window: 4096,
  },
  {
    kind: 'overflow-wording',
    name: 'llama.cpp: the numbers are fields (ggml-org/llama.cpp#15780)',
    status: 400,
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
    says: /^prompt is too long: 14429 tokens > 8192 maximum$/,
    window: 8192,
  },
  {
    kind: 'overflow-wording',
    name: 'MiniMax: the code behind the sentence is no number of tokens (MiniMax-AI/MiniMax-M2#119)',
    status: 400,
    body: message('invalid params, context window exceeds limit (2013)', { type: 'bad_request_error' }),
    says: /^prompt is too long for this model$/,
  },
  {
    kind: 'room-for-the-answer',
    name: 'the client’s compaction gets the true two numbers (vLLM)',
    status: 400,
    body: message(
      "This model's maximum context length is 32768 tokens. However, your request has 35922 input tokens. Please reduce the length of the input messages.",
    ),
    says: /^prompt is too long: 35922 tokens > 32768 maximum$/,
    window: 32_768,
  },
  {
    kind: 'tpm-as-overflow',
    name: 'Groq: tokens per minute under a 413 (cline/cline#1437)',
    status: 413,
    body: message(
      'Request too large for model `m` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 14137, please reduce your message size and try again.',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    says: /tokens per minute/,
  },
  {
    kind: 'tpm-as-overflow',
    name: 'OpenAI: tokens per minute under a 429 (BerriAI/litellm#8090)',
    status: 429,
    body: message(
      'Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 41313. The input or output tokens must be reduced in order to run successfully.',
      { type: 'tokens', code: 'rate_limit_exceeded', param: null },
    ),
    says: /tokens per min/,
  },
  {
    kind: 'tpm-as-overflow',
    name: 'Anthropic: input tokens per minute (docs.anthropic.com, rate limits)',
    status: 429,
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message:
          'This request would exceed your organization’s rate limit of 40,000 input tokens per minute.',
      },
    },
    says: /input tokens per minute/,
  },
];

describe('limits in the words of the field', () => {
  for (const { kind, name, status, body, says, window } of told)
    test(`${kind}: ${name}`, () => {
      const { route } = candidateFor({ kind, name, refusals: [], expect: undefined });
      const error = codecs.chat.decodeError(status, JSON.stringify(body));
      const outcome = diagnosed({ type: 'refused', error }, route.modelId);
      assert.ok(outcome.type === 'refused' && outcome.diagnosis);
      assert.match(outcome.error.message, says);
      assert.equal(classOf(outcome), kind === 'tpm-as-overflow' ? 'rate' : 'client');
      const learned = learnedFrom(outcome.diagnosis, { route }, '');
      const expected = { what: 'change', change: { kind: 'window', tokens: window } };
      assert.deepEqual(learned, window === undefined ? undefined : expected);
    });
});
