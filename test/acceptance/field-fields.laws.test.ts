/**
 * Refused fields and headers, as users have reported them, through the proxy: what the next request has. See
 * `field-*.laws.test.ts` for the other kinds of failures.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test } from '../support/sampled-test.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { configured, readTool, wholeAnswerIn } from '../support/configured-upstreams.ts';
import type { LooseJson } from '../support/loose-json.ts';
import { requestBody } from '../support/proxy.ts';
import { answerIn, events, json } from '../support/scripted-upstream.ts';

const text = (message: string, more: object = {}): object => ({ error: { message, ...more } });
const anthropic = (message: string, type = 'invalid_request_error'): object => ({
  type: 'error',
  error: { type, message },
});

/** A turn with a thought and a call. */
const thoughtful = {
  thinking: { type: 'adaptive' },
  messages: [
    { role: 'user', content: 'look' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'First I look.', signature: '' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'a file' }] },
  ],
};

interface Case {
  /** The report, or what is particular. */
  report: string;
  format?: WireFormat;
  model?: string;
  entry?: object;
  status?: number;
  body: unknown;
  request?: object;
  headers?: Record<string, string>;
  /** Paths that the first request has and later ones have not. */
  gone?: readonly string[];
  /** Paths that stay as they were. */
  kept?: readonly string[];
  /** What else later requests must have. */
  check?: (body: LooseJson, headers: Record<string, unknown>, first: LooseJson) => void;
}

const efforts = { reasoning_effort: 'high' };
const thinking = { thinking: { type: 'enabled', budget_tokens: 4000 } };
const marked = {
  system: [
    { type: 'text', text: 'You are an agent.' },
    { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', scope: 'global' } },
  ],
};

const cases: Case[] = [
  {
    report: 'grok-4-latest',
    model: 'grok-4-latest',
    entry: efforts,
    body: text('Model grok-4-latest does not support parameter reasoningEffort.'),
    gone: ['reasoning_effort'],
    kept: ['messages', 'max_tokens', 'temperature', 'tools'],
  },
  {
    report: 'grok-4-latest in xAI’s envelope',
    model: 'grok-4-latest',
    entry: efforts,
    body: {
      code: 'Client specified an invalid argument',
      error: 'Model grok-4-latest does not support parameter reasoningEffort.',
    },
    gone: ['reasoning_effort'],
    kept: ['messages', 'max_tokens', 'temperature', 'tools'],
  },
  {
    report: 'a name with words of its own',
    model: 'tools-stop-temperature-v1',
    entry: efforts,
    body: text('Model tools-stop-temperature-v1 does not support parameter reasoningEffort.'),
    gone: ['reasoning_effort'],
    kept: ['messages', 'max_tokens', 'temperature', 'tools'],
  },
  {
    report: 'grok over responses',
    format: 'responses',
    model: 'grok-4-latest',
    entry: efforts,
    body: text('Model grok-4-latest does not support parameter reasoningEffort.'),
    gone: ['reasoning'],
    kept: ['input', 'max_output_tokens', 'tools'],
  },
  {
    report: 'grok, nested in OpenRouter',
    model: 'grok-4-latest',
    entry: efforts,
    body: text('Provider returned error', {
      code: 400,
      metadata: {
        raw: '{"code":"Client specified an invalid argument","error":"Model grok-4-latest does not support parameter reasoningEffort."}',
        provider_name: 'xAI',
      },
    }),
    gone: ['reasoning_effort'],
    kept: ['messages', 'temperature', 'tools'],
  },
  {
    report: 'detail as a text',
    format: 'responses',
    body: { detail: 'Unsupported parameter: max_output_tokens' },
    gone: ['max_output_tokens'],
    kept: ['input', 'tools'],
  },
  {
    report: 'detail as a text, chat',
    body: { detail: 'Unsupported parameter: temperature' },
    gone: ['temperature'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'mistral, message.detail[].loc',
    status: 422,
    body: {
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
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
    gone: ['stream_options'],
    kept: ['messages', 'stream', 'max_tokens'],
  },
  {
    report: 'fastapi detail[]',
    status: 422,
    body: {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'temperature'],
          msg: 'Extra inputs are not permitted',
          input: 0.5,
        },
        { type: 'extra_forbidden', loc: ['body', 'stop'], msg: 'Extra inputs are not permitted' },
      ],
    },
    gone: ['temperature', 'stop'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'picoclaw#1019, a list of Python as text',
    body: {
      error:
        "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': 'main'}]",
    },
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'litellm#4558, body ->',
    status: 422,
    body: {
      type: 'urn:inference-service:problem-details:unprocessable-entity',
      title: 'Unprocessable Entity',
      status: 422,
      detail:
        'body -> temperature\n  Extra inputs are not permitted (type=extra_forbidden)\nbody -> stop\n  Extra inputs are not permitted (type=extra_forbidden)',
    },
    gone: ['temperature', 'stop'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'Azure, opencode#12113',
    entry: efforts,
    body: text('Unrecognized request argument supplied: reasoning_effort', {
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    gone: ['reasoning_effort'],
    kept: ['messages', 'tools'],
  },
  {
    report: 'openai’s unsupported value',
    body: text(
      "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
      {
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'unsupported_value',
      },
    ),
    kept: ['messages', 'max_tokens'],
    check: (body) => assert.ok([undefined, 1].includes(body['temperature'] as number | undefined)),
  },
  {
    report: 'max_completion_tokens instead',
    body: text(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { type: 'invalid_request_error', param: 'max_tokens', code: 'unsupported_parameter' },
    ),
    gone: ['max_tokens'],
    check: (body) => assert.equal(body['max_completion_tokens'], 1000),
  },
  {
    report: 'google’s door, a list as body (doge-code#16)',
    body: [
      {
        error: {
          code: 400,
          message: 'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
          status: 'INVALID_ARGUMENT',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [
                {
                  description:
                    'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
                },
              ],
            },
          ],
        },
      },
    ],
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'gemini, camel case path',
    format: 'gemini',
    body: {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message:
          'Invalid JSON payload received. Unknown name "stopSequences" at \'generation_config\': Cannot find field.',
      },
    },
    gone: ['generationConfig.stopSequences'],
    kept: ['contents', 'generationConfig.maxOutputTokens', 'tools'],
  },
  {
    report: 'gemini, snake case path',
    format: 'gemini',
    entry: efforts,
    body: {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'Thinking level is not supported for this model.',
      },
    },
    kept: ['contents', 'tools', 'generationConfig.maxOutputTokens'],
    check: (body) => assert.doesNotMatch(JSON.stringify(body), /thinkingLevel/i),
  },
  {
    report: 'responses, dotted path (pi#9645)',
    format: 'responses',
    entry: efforts,
    body: text("Unsupported parameter: 'reasoning.effort' is not supported with this model.", {
      type: 'invalid_request_error',
      param: 'reasoning.effort',
      code: 'unsupported_parameter',
    }),
    gone: ['reasoning.effort'],
    kept: ['input', 'tools', 'max_output_tokens'],
  },
  {
    report: 'JSON pointer',
    body: text('/stream_options: additional properties are not allowed'),
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'JSON pointer, inside tools',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: { tools: [{ ...readTool, strict: true }] },
    body: { title: 'Bad Request', detail: '/tools/0/strict: unknown field' },
    gone: ['tools.0.strict'],
    kept: ['tools.0.name', 'messages', 'max_tokens'],
  },
  {
    report: 'ajv: additionalProperties',
    status: 422,
    body: {
      errors: [
        {
          instancePath: '',
          keyword: 'additionalProperties',
          params: { additionalProperty: 'stream_options' },
          message: 'must NOT have additional properties',
        },
      ],
    },
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'serde: unknown field',
    status: 422,
    body: text(
      'Failed to deserialize the JSON body into the target type: unknown field `stream_options`, expected one of `model`, `messages`, `max_tokens`, `stream` at line 1 column 55',
    ),
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens', 'stream', 'model'],
  },
  {
    report: 'go: unknown field',
    body: text('json: unknown field "stream_options"'),
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'zod: unrecognized_keys',
    body: {
      error:
        '[\n  {\n    "code": "unrecognized_keys",\n    "keys": ["stream_options"],\n    "path": [],\n    "message": "Unrecognized key(s) in object: \'stream_options\'"\n  }\n]',
    },
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'openai: extra fields at a message',
    body: text("property 'stop' is unsupported", { type: 'invalid_request_error' }),
    gone: ['stop'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'Chinese',
    body: text('参数 temperature 不支持', { code: 'InvalidParameter' }),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'Chinese, quoted',
    body: { code: 20015, message: '不支持的参数：`stream_options`', data: null },
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'kimi-cli#2534, NIM',
    body: {
      message: 'Validation: Unsupported parameter(s): `stop`, `temperature`',
      type: 'Bad Request',
      code: 400,
    },
    gone: ['stop', 'temperature'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'litellm#14056',
    body: text(
      'litellm.BadRequestError: XaiException - {"code":"Client specified an invalid argument","error":"Argument not supported on this model: stop"}\nNo fallback model group found for original model_group=grok-4. Fallbacks=[{\'mf-1\': [\'deepseek-v3\']}]. Received Model Group=grok-4\nAvailable Model Group Fallbacks=None',
      { type: null, param: null, code: '400' },
    ),
    gone: ['stop'],
    kept: ['messages', 'max_tokens', 'temperature'],
  },
  {
    report: 'eva#895, drop_params',
    body: text(
      "litellm.UnsupportedParamsError: bedrock does not support parameters: ['temperature'], for model=some-model. To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. \n If you want to use these params dynamically send allowed_openai_params=['temperature'] in your request.",
    ),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'anthropic, temperature is deprecated',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    body: anthropic('`temperature` is deprecated for this model.'),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'the header’s value',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    headers: {
      'anthropic-beta':
        'claude-code-20250219,prompt-caching-scope-2026-01-05,interleaved-thinking-2025-05-14',
    },
    body: anthropic(
      'Unexpected value(s) `prompt-caching-scope-2026-01-05` for the `anthropic-beta` header. Please consult our documentation.',
    ),
    kept: ['messages', 'max_tokens', 'tools', 'system'],
    check: (_, headers) => {
      assert.doesNotMatch(String(headers['anthropic-beta']), /prompt-caching-scope/);
      assert.match(
        String(headers['anthropic-beta']),
        /claude-code-20250219,.*interleaved-thinking-2025-05-14/,
      );
    },
  },
  {
    report: 'two values of the header, nested',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    headers: { 'anthropic-beta': 'claude-code-20250219,context-management-2025-06-27,effort-2025-11-24' },
    body: anthropic(
      '{"type":"error","error":{"type":"invalid_request_error","message":"Unexpected value(s) `context-management-2025-06-27`, `effort-2025-11-24` for the `anthropic-beta` header."}}',
    ),
    kept: ['messages', 'max_tokens', 'tools'],
    check: (_, headers) => assert.equal(headers['anthropic-beta'], 'claude-code-20250219'),
  },
  {
    report: 'invalid beta flag (claude-code#49370)',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    headers: { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' },
    body: anthropic('invalid beta flag'),
    kept: ['messages', 'max_tokens', 'tools'],
    check: (_, headers) => assert.equal(headers['anthropic-beta'], undefined),
  },
  {
    report: 'cache_control.ephemeral.scope',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: marked,
    body: anthropic('system.1.cache_control.ephemeral.scope: Extra inputs are not permitted'),
    gone: ['system.1.cache_control.scope'],
    kept: ['system.1.cache_control.type', 'system.1.text', 'messages', 'max_tokens'],
  },
  {
    report: 'cache_control.ephemeral.scope, chat gateway around it',
    format: 'messages',
    model: 'anthropic/claude-sonnet-4-5',
    request: marked,
    body: text('Provider returned error', {
      code: 400,
      metadata: {
        raw: '{"type":"error","error":{"type":"invalid_request_error","message":"system.1.cache_control.ephemeral.scope: Extra inputs are not permitted"},"request_id":"req_1"}',
        provider_name: 'Anthropic',
      },
    }),
    gone: ['system.1.cache_control.scope'],
    kept: ['system.1.cache_control.type', 'system.1.text', 'messages'],
  },
  {
    report: 'context_management (sub2api#2726)',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
    body: anthropic('context_management: Extra inputs are not permitted'),
    gone: ['context_management'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'claude-code#82549, every tool',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: {
      tools: [
        { ...readTool, defer_loading: true },
        { ...readTool, name: 'Write', defer_loading: true },
      ],
    },
    body: anthropic('tools.1.custom.defer_loading: Extra inputs are not permitted'),
    gone: ['tools.0.defer_loading', 'tools.1.defer_loading'],
    kept: ['tools.0.name', 'tools.1.name', 'messages'],
  },
  {
    report: 'output_config.effort',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: { output_config: { effort: 'high' } },
    body: anthropic('output_config.effort: This model does not support the effort parameter.'),
    gone: ['output_config.effort'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'thinking named as reasoning_effort (litellm#30218)',
    format: 'messages',
    model: 'some-unknown',
    request: thinking,
    body: anthropic(
      "litellm.UnsupportedParamsError: x does not support parameters: ['reasoning_effort'], for model=x.",
    ),
    gone: ['thinking'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'ollama, does not support thinking (openclaude#1371)',
    model: 'llama3.1:8b',
    entry: efforts,
    body: text('"llama3.1:8b" does not support thinking', {
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    gone: ['reasoning_effort'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'System messages are not allowed',
    format: 'responses',
    request: {
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: 'hi' },
        { role: 'system', content: 'Mind the gap.' },
        { role: 'user', content: 'go on' },
      ],
    },
    entry: { quirks: { midSystem: 'system' } },
    body: { detail: 'System messages are not allowed' },
    kept: ['max_output_tokens'],
    check: (body) => {
      const items = body['input'] as unknown as { role?: string; content: unknown }[];
      assert(!items.some(({ role }) => role === 'system' || role === 'developer'));
      assert.match(JSON.stringify(items), /system-reminder.*Mind the gap/);
    },
  },
  {
    report: 'gpt-5.6-terra',
    model: 'gpt-5.6-terra',
    entry: efforts,
    body: text(
      "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
      { type: 'invalid_request_error', param: 'reasoning_effort', code: null },
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.equal(body['reasoning_effort'], 'none'),
  },
  {
    report: 'gpt-5.6-terra, no effort was sent',
    model: 'gpt-5.6-terra',
    body: text(
      'Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions.',
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.equal(body['reasoning_effort'], 'none'),
  },
  {
    report: 'an effort that is not in the list (CLIProxyAPI#1059)',
    entry: { reasoning_effort: 'max' },
    body: {
      object: 'error',
      message:
        "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'max', 'ctx': {'expected': \"'low', 'medium' or 'high'\"}}",
      type: 'Bad Request',
      param: null,
      code: 400,
    },
    kept: ['messages', 'tools'],
    check: (body) => assert.equal(body['reasoning_effort'], 'high'),
  },
  {
    report: 'tool_choice in thinking mode (eino#994)',
    request: { tool_choice: { type: 'any' } },
    body: text(
      '<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or object in thinking mode',
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.notEqual(body['tool_choice'], 'required'),
  },
  {
    report: 'OpenRouter’s 404 (zed#36094)',
    status: 404,
    request: { tool_choice: { type: 'any' } },
    body: text(
      "No endpoints found that support the provided 'tool_choice' value. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
      { code: 404 },
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.notEqual(body['tool_choice'], 'required'),
  },
  {
    report: 'parallel_tool_calls, Spanish',
    request: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    body: text("Parámetro no admitido: 'parallel_tool_calls'", { param: 'parallel_tool_calls' }),
    gone: ['parallel_tool_calls'],
    kept: ['messages', 'tools'],
  },
  {
    report: 'only a param',
    body: text('Bad request', {
      type: 'invalid_request_error',
      param: 'stop',
      code: 'unsupported_parameter',
    }),
    gone: ['stop'],
    kept: ['messages', 'tools'],
  },
  {
    report: 'a stack trace behind it (extended_openai_conversation#298)',
    body: {
      ...text("Unsupported parameter: 'temperature' is not supported with this model.", {
        param: 'temperature',
      }),
      callstack: 'Traceback: File "/app/messages/tools.py", line 3, in stop',
    },
    gone: ['temperature'],
    kept: ['messages', 'tools', 'stop'],
  },
  {
    report: 'cohere: unknown field',
    status: 422,
    body: { id: 'x', message: "unknown field: parameter 'stream_options' is not a valid field" },
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'huggingface: input validation',
    status: 422,
    body: {
      error: 'Input validation error: `temperature` must be strictly positive',
      error_type: 'validation',
    },
    kept: ['messages', 'max_tokens'],
    check: (body) => assert.equal(body['temperature'], undefined),
    request: { temperature: 0 },
  },
  {
    report: 'top_p and temperature together (litellm#15070)',
    format: 'messages',
    model: 'anthropic.claude-sonnet-4-5',
    request: { top_p: 0.9 },
    body: anthropic(
      'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    ),
    kept: ['messages', 'max_tokens', 'temperature'],
    check: (body) => assert.equal(body['top_p'], undefined),
  },
  // In the conversation.
  {
    report: 'groq, reasoning_content',
    request: thoughtful,
    entry: { quirks: { replayReasoning: 'always' } },
    body: text(
      "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
      { type: 'invalid_request_error' },
    ),
    kept: ['max_tokens'],
    check: (body) => {
      assert.doesNotMatch(JSON.stringify(body), /reasoning_content/);
      assert.match(JSON.stringify(body), /I look.*a file/);
    },
  },
  {
    report: 'cerebras, wrong_api_format',
    request: thoughtful,
    entry: { quirks: { replayReasoning: 'always' } },
    body: {
      message:
        "body.messages.2.assistant.reasoning_content: property 'body.messages.2.assistant.reasoning_content' is unsupported",
      type: 'invalid_request_error',
      param: 'validation_error',
      code: 'wrong_api_format',
    },
    check: (body) => {
      assert.doesNotMatch(JSON.stringify(body), /reasoning_content/);
      assert.match(JSON.stringify(body), /I look.*a file/);
    },
  },
  {
    report: 'mistral, reasoning_content',
    status: 422,
    request: thoughtful,
    entry: { quirks: { replayReasoning: 'always' } },
    body: {
      object: 'error',
      message: {
        detail: [
          {
            type: 'extra_forbidden',
            loc: ['body', 'messages', 2, 'assistant', 'reasoning_content'],
            msg: 'Extra inputs are not permitted',
            input: 'First I look.',
          },
        ],
      },
      type: 'invalid_request_error',
    },
    check: (body) => {
      assert.doesNotMatch(JSON.stringify(body), /reasoning_content/);
      assert.match(JSON.stringify(body), /I look.*a file/);
    },
  },
  {
    report: 'fireworks, field and value',
    body: text("Extra inputs are not permitted, field: 'stream_options', value: {'include_usage': True}", {
      type: 'invalid_request_error',
    }),
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens', 'stream'],
  },
  {
    report: 'together',
    request: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    body: text('Unknown field: parallel_tool_calls', {
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    gone: ['parallel_tool_calls'],
    kept: ['messages', 'tools'],
  },
  {
    report: 'Bedrock, extraneous key',
    format: 'messages',
    model: 'anthropic.claude-sonnet-4-5',
    request: { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
    body: {
      message:
        'Malformed input request: #: extraneous key [context_management] is not permitted, please reformat your input and try again.',
    },
    gone: ['context_management'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'Bedrock, two extraneous keys',
    format: 'messages',
    model: 'anthropic.claude-sonnet-4-5',
    request: {
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      output_config: { effort: 'high' },
    },
    body: {
      message:
        'Malformed input request: 2 schema violations found: #: extraneous key [context_management] is not permitted#: extraneous key [output_config] is not permitted, please reformat your input and try again.',
    },
    gone: ['context_management', 'output_config'],
    kept: ['messages', 'max_tokens', 'tools'],
  },
  {
    report: 'thinking.type.enabled',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: thinking,
    body: anthropic(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    ),
    kept: ['messages', 'tools'],
    check: (body) => {
      const { type = 'disabled' } = (body['thinking'] ?? {}) as { type?: string };
      assert.notEqual(type, 'enabled');
    },
  },
  {
    report: 'adaptive thinking',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: { thinking: { type: 'adaptive' } },
    body: anthropic('adaptive thinking is not supported on this model'),
    kept: ['messages', 'tools', 'max_tokens'],
    check: (body) => {
      const { type = 'disabled' } = (body['thinking'] ?? {}) as { type?: string };
      assert.notEqual(type, 'adaptive');
    },
  },
  {
    report: 'messages.0.content.0.text.cache_control',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'hello', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
      ],
    },
    body: anthropic('messages.0.content.0.text.cache_control.ephemeral.ttl: Extra inputs are not permitted'),
    gone: ['messages.0.content.0.cache_control.ttl'],
    kept: ['messages.0.content.0.text', 'messages.0.content.0.cache_control.type', 'tools'],
  },
  {
    report: 'eager_input_streaming',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    request: { tools: [{ ...readTool, eager_input_streaming: true }] },
    body: anthropic('tools.0.custom.eager_input_streaming: Extra inputs are not permitted'),
    gone: ['tools.0.eager_input_streaming'],
    kept: ['tools.0.name', 'tools.0.input_schema', 'messages'],
  },
  {
    report: 'responses, encrypted content is not supported',
    format: 'responses',
    entry: efforts,
    request: { thinking: { type: 'adaptive' } },
    body: text('Encrypted content is not supported with this model.', {
      type: 'invalid_request_error',
      param: 'include',
      code: null,
    }),
    gone: ['include'],
    kept: ['input', 'tools', 'max_output_tokens'],
  },
  {
    report: 'responses, organization must be verified',
    format: 'responses',
    model: 'gpt-5.4',
    entry: efforts,
    request: { thinking: { type: 'adaptive' } },
    body: text(
      'Your organization must be verified to generate reasoning summaries. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
      { type: 'invalid_request_error', param: 'reasoning.summary', code: 'unsupported_value' },
    ),
    gone: ['reasoning.summary'],
    kept: ['input', 'tools', 'reasoning.effort'],
  },
  {
    report: 'openai, unsupported effort',
    entry: { reasoning_effort: 'max' },
    body: text(
      "Unsupported value: 'reasoning_effort' does not support 'max' with this model. Supported values are: 'low', 'medium', and 'high'.",
      { type: 'invalid_request_error', param: 'reasoning_effort', code: 'unsupported_value' },
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.equal(body['reasoning_effort'], 'high'),
  },
  {
    report: 'responses, unsupported effort in Chinese',
    format: 'responses',
    entry: { reasoning_effort: 'max' },
    body: text('reasoning.effort 参数非法，取值范围 [low, medium, high]', { code: '1210' }),
    kept: ['input', 'tools'],
    check: (body) =>
      assert.notEqual((body['reasoning'] as unknown as { effort?: string } | undefined)?.effort, 'max'),
  },
  {
    report: 'gemini, thinking is not supported',
    format: 'gemini',
    entry: efforts,
    body: text(
      'Unable to submit request because thinking is not supported by this model. Learn more: https://cloud.google.com/x',
      {
        code: 400,
        status: 'INVALID_ARGUMENT',
      },
    ),
    gone: ['generationConfig.thinkingConfig'],
    kept: ['contents', 'tools', 'generationConfig.maxOutputTokens'],
  },
  {
    report: 'gemini, thinking_config in snake case',
    format: 'gemini',
    entry: efforts,
    body: text(
      'Invalid JSON payload received. Unknown name "thinking_level" at \'generation_config.thinking_config\': Cannot find field.',
      { code: 400, status: 'INVALID_ARGUMENT' },
    ),
    kept: ['contents', 'tools'],
    check: (body) => assert.doesNotMatch(JSON.stringify(body), /thinkingLevel/),
  },
  {
    report: 'camel case over chat',
    body: text('Unknown field maxTokens in request', { type: 'invalid_request_error' }),
    kept: ['messages', 'tools'],
    gone: ['max_tokens'],
  },
  {
    report: 'errors by field',
    status: 422,
    body: {
      title: 'One or more validation errors occurred.',
      status: 422,
      errors: { temperature: ['The field is not allowed.'] },
    },
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'JSON pointer in source',
    status: 422,
    body: {
      errors: [
        {
          status: '422',
          source: { pointer: '/stop' },
          title: 'Invalid Attribute',
          detail: 'is not permitted',
        },
      ],
    },
    gone: ['stop'],
    kept: ['messages', 'max_tokens', 'temperature'],
  },
  {
    report: 'French',
    body: text('Le paramètre « stream_options » n’est pas pris en charge par ce modèle.'),
    gone: ['stream_options'],
    kept: ['messages', 'max_tokens'],
  },
  {
    report: 'German',
    body: text('Der Parameter "temperature" wird von diesem Modell nicht unterstützt.'),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'Japanese',
    body: text('パラメータ temperature はサポートされていません。'),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'Russian',
    body: text('Параметр temperature не поддерживается'),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'Korean',
    body: text('지원하지 않는 파라미터입니다: temperature'),
    gone: ['temperature'],
    kept: ['messages', 'max_tokens', 'stop'],
  },
  {
    report: 'a header by another name',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    headers: { 'anthropic-beta': 'claude-code-20250219,fine-grained-tool-streaming-2025-05-14' },
    body: { message: 'Unsupported beta: fine-grained-tool-streaming-2025-05-14' },
    kept: ['messages', 'tools'],
    check: (_, headers) => assert.equal(headers['anthropic-beta'], 'claude-code-20250219'),
  },
  {
    report: 'a header in a chat envelope, in detail',
    format: 'messages',
    model: 'claude-sonnet-4-5',
    headers: { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' },
    status: 422,
    body: {
      detail: [
        {
          loc: ['header', 'anthropic-beta'],
          msg: "Unsupported value 'effort-2025-11-24'",
          type: 'value_error',
        },
      ],
    },
    kept: ['messages', 'tools'],
    check: (_, headers) => assert.doesNotMatch(JSON.stringify(headers), /effort-2025/),
  },
  {
    report: 'Function tools with reasoning_effort, responses beside it',
    model: 'gpt-5.5-luna',
    entry: efforts,
    body: text(
      'Function tools with reasoning_effort are not supported for gpt-5.5-luna in /v1/chat/completions. Please use /v1/responses instead.',
      { type: 'invalid_request_error', param: 'reasoning_effort', code: null },
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.equal(body['reasoning_effort'], 'none'),
  },
  {
    report: 'System messages are not allowed, in an error',
    format: 'responses',
    request: {
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: 'hi' },
        { role: 'system', content: 'Mind the gap.' },
        { role: 'user', content: 'go on' },
      ],
    },
    entry: { quirks: { midSystem: 'system' } },
    body: text('System messages are not allowed', { type: 'invalid_request_error', param: 'input' }),
    kept: ['max_output_tokens', 'instructions'],
    check: (body) => {
      assert.doesNotMatch(JSON.stringify(body['input']), /"role":"(?:system|developer)"/);
      assert.match(JSON.stringify(body['input']), /system-reminder.*Mind the gap/);
    },
  },
  {
    report: 'anthropic, temperature with thinking',
    format: 'messages',
    request: { ...thinking, max_tokens: 8000 },
    body: anthropic(
      '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our documentation.',
    ),
    kept: ['messages', 'tools'],
    check: (body) => assert.ok([undefined, 1].includes(body['temperature'] as number | undefined)),
  },
  {
    report: 'gemini, thinking cannot be off',
    format: 'gemini',
    entry: { thinking: { type: 'disabled' } },
    body: text('Budget 0 is invalid. This model only works in thinking mode.', {
      code: 400,
      status: 'INVALID_ARGUMENT',
    }),
    kept: ['contents', 'tools'],
    check: (body) => assert.doesNotMatch(JSON.stringify(body), /"thinkingBudget":0/),
  },
  {
    report: 'glm, thinking cannot be off (modelparams.dev#327)',
    entry: { thinking: { type: 'disabled' } },
    body: text('This model always engages in thinking and cannot be disabled; please use low, high, or max', {
      code: '1210',
    }),
    kept: ['messages', 'tools'],
    check: (body) => assert.doesNotMatch(JSON.stringify(body), /"disabled"|"none"/),
  },
  {
    report: 'kimi, only type=enabled',
    format: 'messages',
    entry: { thinking: { type: 'disabled' } },
    body: anthropic('invalid thinking: only type=enabled is allowed for this model'),
    kept: ['messages', 'tools'],
    check: (body) => assert.doesNotMatch(JSON.stringify(body), /"disabled"/),
  },
  {
    report: 'kimi, only 1 is allowed',
    body: text('invalid temperature: only 1 is allowed for this model', { type: 'invalid_request_error' }),
    kept: ['messages', 'tools'],
    check: (body) => assert.ok([undefined, 1].includes(body['temperature'] as number | undefined)),
  },
  {
    report: 'metadata.user_id',
    format: 'messages',
    request: { metadata: { user_id: `{"device_id":"${'a'.repeat(300)}"}` } },
    body: anthropic('metadata.user_id: String should have at most 256 characters'),
    kept: ['messages', 'tools'],
    check: (body, _, first) => assert.notDeepEqual(body['metadata'], first['metadata']),
  },
  {
    report: 'responses, user too long',
    format: 'responses',
    request: { metadata: { user_id: 'a'.repeat(300) } },
    body: text("Unknown parameter: 'prompt_cache_key'.", {
      type: 'invalid_request_error',
      param: 'prompt_cache_key',
      code: 'unknown_parameter',
    }),
    kept: ['input', 'tools'],
    check: (body) => assert.equal(body['prompt_cache_key'], undefined),
  },
];

/** The value at a dotted path. */
function at(body: LooseJson, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
}

const ways = ['streamed', 'whole', 'inside a 200'] as const;

describe('unlearned-field', () => {
  for (const one of cases)
    for (const way of ways) {
      const { report, format = 'chat', status = 400, body, gone = [], kept = [] } = one;
      if (way === 'whole' && gone.includes('stream_options')) continue;
      if (way === 'inside a 200' && typeof body === 'object' && Array.isArray(body)) continue;
      test(`${report}, ${way}`, async () => {
        const stream = way !== 'whole';
        const refused = way === 'inside a 200' ? events(body) : json(status, body);
        const answer = stream ? answerIn(format) : wholeAnswerIn(format);
        await using over = await configured({
          up: {
            format,
            script: [refused, answer],
            ...(one.model !== undefined && { model: one.model }),
            ...(one.entry && { entry: one.entry }),
          },
        });
        const request = requestBody({
          stream,
          temperature: 0.5,
          // With stop sequences, a request that does not ask for thinking gets none.
          ...(one.entry ? {} : { stop_sequences: ['</end>'] }),
          system: 'You are an agent.',
          tools: [readTool],
          ...one.request,
        });
        const headers = { 'x-claude-code-session-id': 'first', ...one.headers };
        const response = await over.send(request, headers);
        assert.equal(response.text, 'ok', response.body);
        assert.equal(
          (await over.send(request, { ...headers, 'x-claude-code-session-id': 'second' })).text,
          'ok',
        );
        const [first, ...later] = over.received['up'] ?? [];
        assert(first);
        assert.equal(later.length, 2, 'remembered');
        for (const received of later) {
          for (const path of gone) {
            assert.notEqual(at(first.body, path), undefined, `${path} was not sent`);
            assert.equal(at(received.body, path), undefined, path);
          }
          for (const path of kept) assert.deepEqual(at(received.body, path), at(first.body, path), path);
          one.check?.(received.body, received.headers, first.body);
        }
      });
    }

  for (const [format, body] of [
    ['chat', text("Unsupported parameter: 'tools' is not supported with this model.", { param: 'tools' })],
    ['chat', text("Invalid value for 'messages'", { param: 'messages' })],
    ['chat', text('Unsupported parameter: model', { param: 'model' })],
    ['responses', text("Invalid 'input'", { param: 'input' })],
    ['messages', anthropic('messages: Extra inputs are not permitted')],
    ['messages', anthropic('max_tokens: Field required')],
    ['messages', anthropic('tools: Extra inputs are not permitted')],
    ['gemini', text('Invalid JSON payload received. Unknown name "contents": Cannot find field.')],
    ['gemini', text('Invalid JSON payload received. Unknown name "tools": Cannot find field.')],
  ] as const)
    test(`never left out: ${format}, ${JSON.stringify(body)}`, async () => {
      await using over = await configured({ up: { format, script: [json(400, body)] } });
      await over.send(requestBody({ tools: [readTool] }));
      for (const { body: sent } of over.received['up'] ?? []) {
        for (const field of ['messages', 'input', 'contents', 'tools'])
          if (at(over.received['up']?.[0]?.body ?? {}, field) !== undefined)
            assert.notEqual(at(sent, field), undefined, field);
        if (format !== 'gemini') assert.equal(typeof sent['model'], 'string');
      }
    });
});
