/**
 * Refusals as users of many vendors have reported them, in their whole bodies: what each is about, and the first change that
 * answers it; `undefined` where no change of the request can.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import { describeChange } from '../../../lib/proxy/rejections/changes.ts';
import type { About } from '../../../lib/proxy/rejections/diagnosis.ts';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { nextRepair } from '../../../lib/proxy/rejections/repair.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { candidateOf } from '../../support/candidates.ts';
import { requestOf, routeOf, user } from '../../support/requests.ts';

interface Report {
  /** Vendor, kind and source. */
  name: string;
  format: WireFormat;
  status: number;
  body: unknown;
  about: About;
  change: string | undefined;
}

const error = (message: string, more: object = {}): object => ({ error: { message, ...more } });

const tools = [
  {
    name: 'Read',
    description: 'Reads. '.repeat(200),
    input_schema: { type: 'object', properties: { path: { type: 'string', minLength: 1, minimum: 1 } } },
  },
  { name: 'Old', description: 'Old.', input_schema: { type: 'object', properties: { any: { not: {} } } } },
];

/** A request with nearly everything that can be refused. */
const request = {
  ...requestOf(
    [
      user(
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aaaa' } },
        { type: 'text', text: 'look' },
      ),
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I think', signature: 'c2VhbA==' },
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
      { role: 'system', content: 'note' },
    ],
    { max_tokens: 32_000, tools, temperature: 0.5, top_p: 0.9, top_k: 5 },
  ),
  tool_choice: { type: 'tool', name: 'Read' },
  thinking: { type: 'adaptive' },
  output_config: { effort: 'xhigh' },
  context_management: { edits: [] },
} as MessagesRequest;

const reports: readonly Report[] = [
  {
    name: 'GLM 1210 (charmbracelet/crush#1237)',
    format: 'chat',
    status: 400,
    body: { error: { code: '1210', message: 'Invalid API parameter, please check the documentation.' } },
    about: 'field',
    change: undefined,
  },
  {
    name: 'GLM 1214 (anomalyco/opencode#2557)',
    format: 'chat',
    status: 400,
    body: {
      error: { code: '1214', message: 'The messages parameter is illegal. Please check the documentation.' },
    },
    about: 'turn_order',
    change: 'takes no user message directly after a tool result',
  },
  {
    name: 'GLM 1113 (andrewyng/openworker#66)',
    format: 'chat',
    status: 429,
    body: {
      error: { code: '1113', message: 'Insufficient balance or no resource package. Please recharge.' },
    },
    about: 'balance',
    change: undefined,
  },
  {
    name: 'GLM img (BigPizzaV3/CodexPlusPlus#1760)',
    format: 'chat',
    status: 400,
    body: { error: { code: '1210', message: "messages.content.type 参数非法，取值范围 ['text']" } },
    about: 'media',
    change: 'takes no images',
  },
  {
    name: 'MiniMax empty (QwenLM/qwen-code#11834)',
    format: 'chat',
    status: 400,
    body: {
      type: 'error',
      error: { type: 'bad_request_error', message: 'invalid params, function parameters is empty (2013)' },
    },
    about: 'tool_schema',
    change: 'takes only common keywords in tool schemas',
  },
  {
    name: 'MiniMax role system (MiniMax-AI/MiniMax-M2.7#43)',
    format: 'messages',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'bad_request_error',
        message: 'invalid params, chat content has invalid message role: system (2013)',
      },
    },
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'MiniMax setting (BigPizzaV3/CodexPlusPlus#267)',
    format: 'chat',
    status: 400,
    body: {
      type: 'error',
      error: { type: 'bad_request_error', message: 'invalid params, invalid chat setting (2013)' },
    },
    about: 'field',
    change: undefined,
  },
  {
    name: 'MiniMax gateway (decolua/9router#2509)',
    format: 'chat',
    status: 400,
    body: error(
      '[minimax/MiniMax-M3] [400]: {"type":"error","error":{"type":"bad_request_error","message":"invalid params, chat content has invalid message role: system (2013)","http_code":"400"},"request_id":"…"} (reset after 30s)',
    ),
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'Qwen tool_choice (cloudwego/eino#994)',
    format: 'chat',
    status: 400,
    body: error(
      '<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or object in thinking mode',
      { type: 'invalid_request_error', code: 'invalid_parameter_error', param: null },
    ),
    about: 'field',
    change: 'takes no forced tool_choice',
  },
  {
    name: 'Qwen input length (QwenLM/qwen-code#98)',
    format: 'chat',
    status: 400,
    body: error('<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]', {
      type: 'invalid_request_error',
      code: 'invalid_parameter_error',
    }),
    about: 'window',
    change: undefined,
  },
  {
    name: 'Qwen inspection (QwenLM/qwen-code#2905)',
    format: 'chat',
    status: 400,
    body: error(
      '<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.',
      { type: 'data_inspection_failed', code: 'data_inspection_failed' },
    ),
    about: 'filter',
    change: undefined,
  },
  {
    name: 'SGLang flat (QwenLM/Qwen3#1321)',
    format: 'chat',
    status: 400,
    body: {
      object: 'error',
      message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    about: 'window',
    change: undefined,
  },
  {
    name: 'SGLang effort (router-for-me/CLIProxyAPI#1059)',
    format: 'chat',
    status: 400,
    body: {
      object: 'error',
      message:
        "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'xhigh', 'ctx': {'expected': \"'low', 'medium' or 'high'\"}}\n\n  File \"/workspace/sglang/python/sglang/srt/entrypoints/http_server.py\", line 1223, in openai_v1_chat_completions\n",
      type: 'Bad Request',
      param: null,
      code: 400,
    },
    about: 'field',
    change: 'takes reasoning_effort only as high',
  },
  {
    name: 'llama.cpp ctx fields (ggml-org/llama.cpp#15780)',
    format: 'chat',
    status: 400,
    body: {
      error: {
        code: 400,
        message:
          'the request exceeds the available context size. try increasing the context size or enable context shift',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 14429,
        n_ctx: 8192,
      },
    },
    about: 'window',
    change: undefined,
  },
  {
    name: 'llama.cpp jinja (ggml-org/llama.cpp#21954)',
    format: 'chat',
    status: 400,
    body: {
      error: {
        code: 400,
        message:
          "Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression at line 85, column 32 in source:\n...first %}↵            {{- raise_exception('System message must be at the beginnin...\n  ^\nError: Jinja Exception: System message must be at the beginning.",
        type: 'invalid_request_error',
      },
    },
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'Ollama jinja 500 (ollama/ollama#18241)',
    format: 'chat',
    status: 500,
    body: {
      error: {
        code: 500,
        message:
          '\n------------\nWhile executing CallExpression … Error: Jinja Exception: System message must be at the beginning.',
        type: 'server_error',
      },
    },
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'llama.cpp grammar (ggml-org/llama.cpp#25895)',
    format: 'chat',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'Failed to initialize samplers: failed to parse grammar',
        type: 'invalid_request_error',
      },
    },
    about: 'tool_schema',
    change: 'takes only common keywords in tool schemas',
  },
  {
    name: 'LM Studio zod (mcowger/generic-copilot#40)',
    format: 'chat',
    status: 400,
    body: {
      error:
        '[\n  {\n    "code": "invalid_union_discriminator",\n    "options": [\n      "object"\n    ],\n    "path": [\n      13,\n      "function",\n      "parameters",\n      "type"\n    ],\n    "message": "Invalid discriminator value. Expected \'object\'"\n  }\n]',
    },
    about: 'tool_schema',
    change: 'takes only common keywords in tool schemas',
  },
  {
    name: 'LM Studio tool_choice (antropia-studio/linguito#21)',
    format: 'chat',
    status: 400,
    body: { error: "Invalid tool_choice type: 'object'. Supported string values: none, auto, required" },
    about: 'field',
    change: 'takes no forced tool_choice',
  },
  {
    name: 'LM Studio msgs (lmstudio-ai/lmstudio-bug-tracker#2204)',
    format: 'messages',
    status: 400,
    body: error("Invalid discriminator value. Expected 'user' | 'assistant'"),
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'LM Studio msgs 2 (lmstudio-ai/lmstudio-bug-tracker#1999)',
    format: 'messages',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'api_error',
        message:
          'Engine protocol predict request returned 400: {"error":{"code":400,"message":"Unable to generate parser for this template. … Error: Jinja Exception: System message must be at the beginning.","type":"invalid_request_error"}}',
      },
    },
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'Ollama thinking (Gitlawb/openclaude#1371)',
    format: 'chat',
    status: 400,
    body: error('"llama3.1:8b" does not support thinking', { type: 'invalid_request_error' }),
    about: 'field',
    change: 'takes no thinking fields',
  },
  {
    name: 'Ollama type list (ollama/ollama#10328)',
    format: 'chat',
    status: 400,
    body: error(
      'json: cannot unmarshal array into Go struct field .tools.function.parameters.properties.type of type string',
      { type: 'invalid_request_error' },
    ),
    about: 'tool_schema',
    change: 'takes only common keywords in tool schemas',
  },
  {
    name: 'Ollama content (BerriAI/litellm#11273)',
    format: 'chat',
    status: 400,
    body: error(
      'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
      { type: 'invalid_request_error' },
    ),
    about: 'field',
    change: undefined,
  },
  {
    name: 'LiteLLM temp (BerriAI/litellm#26444)',
    format: 'chat',
    status: 400,
    body: error(
      'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."},"request_id":"req_…"}. Received Model Group=claude',
    ),
    about: 'field',
    change: 'takes no temperature',
  },
  {
    name: 'LiteLLM no overflow (OpenHands/OpenHands#7167)',
    format: 'chat',
    status: 400,
    body: error(
      "litellm.ContextWindowExceededError: litellm.BadRequestError: Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 1602 instead.",
    ),
    about: 'field',
    change: 'takes at most 1024 characters in tools.*.function.description',
  },
  {
    name: 'Azure arg (anomalyco/opencode#12113)',
    format: 'chat',
    status: 400,
    body: error('Unrecognized request argument supplied: top_p', {
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    about: 'field',
    change: 'takes no top_p',
  },
  {
    name: 'Azure responses (earendil-works/pi#9645)',
    format: 'responses',
    status: 400,
    body: error("Unsupported parameter: 'reasoning.effort' is not supported with this model"),
    about: 'field',
    change: 'takes no reasoning.effort',
  },
  {
    name: 'Azure filter (microsoft/TinyTroupe#85)',
    format: 'chat',
    status: 400,
    body: error(
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
      { type: null, param: 'prompt', code: 'content_filter', status: 400 },
    ),
    about: 'filter',
    change: undefined,
  },
  {
    name: 'Bedrock beta (anthropics/claude-code#49370)',
    format: 'messages',
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: 'invalid beta flag' } },
    about: 'header',
    change: 'takes no anthropic-beta and the fields that need it',
  },
  {
    name: 'Bedrock beta2 (router-for-me/CLIProxyAPI#4750)',
    format: 'messages',
    status: 400,
    body: { message: 'The model returned the following errors: invalid beta flag' },
    about: 'header',
    change: 'takes no anthropic-beta and the fields that need it',
  },
  {
    name: 'Bedrock ctx mgmt (Wei-Shaw/sub2api#2726)',
    format: 'messages',
    status: 400,
    body: error('context_management: Extra inputs are not permitted'),
    about: 'field',
    change: 'takes no context_management',
  },
  {
    name: 'Bedrock temp+topp (BerriAI/litellm#15070)',
    format: 'messages',
    status: 400,
    body: error(
      'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    ),
    about: 'field',
    change: 'takes no top_p',
  },
  {
    name: 'Bedrock max (sigoden/aichat#813)',
    format: 'messages',
    status: 400,
    body: {
      message:
        'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
    },
    about: 'answer_limit',
    change: 'answers with 4096 tokens at most',
  },
  {
    name: 'Bedrock same turn (langchain-ai/langchain-aws#141)',
    format: 'messages',
    status: 400,
    body: error(
      'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
    ),
    about: 'turn_order',
    change: 'takes no text beside tool results',
  },
  {
    name: 'NIM flat (MoonshotAI/kimi-cli#2534)',
    format: 'chat',
    status: 400,
    body: { message: 'Validation: Unsupported parameter(s): `top_p`', type: 'Bad Request', code: 400 },
    about: 'field',
    change: 'takes no top_p',
  },
  {
    name: 'NIM py (sipeed/picoclaw#1019)',
    format: 'chat',
    status: 400,
    body: {
      error:
        "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': 'main'}]",
    },
    about: 'field',
    change: 'takes no stream_options',
  },
  {
    name: 'NIM 422 (BerriAI/litellm#4558)',
    format: 'chat',
    status: 422,
    body: {
      type: 'urn:x',
      title: 'Unprocessable Entity',
      status: 422,
      detail:
        'body -> temperature\n  Extra inputs are not permitted (type=extra_forbidden)\nbody -> top_p\n  Extra inputs are not permitted (type=extra_forbidden)',
      instance: '/v2',
    },
    about: 'field',
    change: 'takes no temperature; takes no top_p',
  },
  {
    name: 'NIM 404 (Alishahryar1/free-claude-code#1021)',
    format: 'chat',
    status: 404,
    body: { status: 404, title: 'Not Found', detail: "Function '23d4f03a': Not found for account 'Qawm'" },
    about: 'model',
    change: undefined,
  },
  {
    name: 'Go session (webbrain-one/webbrain#3031)',
    format: 'chat',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'MissingSessionID',
        message:
          'Error from provider (Console Go): Request is missing x-opencode-session and cannot be routed efficiently.',
      },
    },
    about: 'request',
    change: undefined,
  },
  {
    name: 'Go schema (anomalyco/opencode#43372)',
    format: 'chat',
    status: 400,
    body: {
      error: {
        param: 'tools',
        type: 'invalid_request_error',
        message:
          'Error from provider (Console Go): Upstream request failed: [unsupported_tool_schema] The tool schema is not supported (tool_count_limit).',
      },
    },
    about: 'tool_schema',
    change: 'takes no numeric bounds in tool schemas',
  },
  {
    name: 'Go nothing said (anomalyco/opencode#43481)',
    format: 'chat',
    status: 400,
    body: {
      error: {
        type: 'server_error',
        message: 'Error from provider (Console Go): Upstream request failed: [400] Provider returned error',
      },
    },
    about: 'other',
    change: undefined,
  },
  {
    name: 'Go required (anomalyco/opencode#44122)',
    format: 'chat',
    status: 400,
    body: error(
      "Error from provider (Console Go): Upstream request failed: [invalid_request_error] 'required' is required to be supplied and to be an array including every key in properties. Missing 'limit'.",
    ),
    about: 'tool_schema',
    change: 'takes only common keywords in tool schemas',
  },
  {
    name: 'Go deepseek choice (can1357/oh-my-pi#945)',
    format: 'chat',
    status: 400,
    body: error('Error from provider (DeepSeek): deepseek-reasoner does not support this `tool_choice`'),
    about: 'field',
    change: 'takes no forced tool_choice',
  },
  {
    name: 'Google chat list (HELPMEEADICE/doge-code#16)',
    format: 'chat',
    status: 400,
    body: [
      {
        error: {
          code: 400,
          message: 'Invalid JSON payload received. Unknown name "top_p": Cannot find field.',
          status: 'INVALID_ARGUMENT',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [
                { description: 'Invalid JSON payload received. Unknown name "top_p": Cannot find field.' },
              ],
            },
          ],
        },
      },
    ],
    about: 'field',
    change: 'takes no top_p',
  },
  {
    name: 'xAI (BerriAI/litellm#14056)',
    format: 'chat',
    status: 400,
    body: {
      code: 'Client specified an invalid argument',
      error: 'Argument not supported on this model: topP',
    },
    about: 'field',
    change: 'takes no top_p',
  },
  {
    name: 'gateway role (anthropics/claude-code#63469)',
    format: 'messages',
    status: 400,
    body: error("messages[1].role must be either 'user' or 'assistant', but got 'system'"),
    about: 'turn_order',
    change: 'takes no system messages in the conversation',
  },
  {
    name: 'moonshot msgs (anthropics/claude-code#37757)',
    format: 'messages',
    status: 400,
    body: error(
      'thinking is enabled but reasoning_content is missing in assistant tool call message at index 54',
      { type: 'invalid_request_error' },
    ),
    about: 'thinking_history',
    change: 'takes no thinking in this conversation',
  },
  {
    name: 'anthropic order (anthropics/claude-code#20692)',
    format: 'messages',
    status: 400,
    body: error(
      'messages.1.content.0: If an assistant message contains any thinking blocks, the first block must be `thinking` or `redacted_thinking`. Found `text`.',
    ),
    about: 'seal',
    change: 'takes no signatures of earlier turns',
  },
];

for (const { name, format, status, body, about, change } of reports) {
  test(name, () => {
    const claude = format === 'messages';
    const candidate = candidateOf('p/m', {
      route: routeOf({
        format,
        modelId: 'm',
        provider: 'p',
        endpoint: 'http://127.0.0.1:1/v1',
        efforts: ['low', 'high', 'xhigh'],
        reasoningEffort: 'xhigh',
        quirks: {
          thinking: claude ? 'claude' : 'effort',
          betas: claude,
          genuineSignatures: claude,
          topK: 'free',
          midSystem: 'system',
        },
      }),
    });
    const refusal = codecs[format].decodeError(status, JSON.stringify(body));
    const diagnosis = diagnose(refusal, 'm');
    assert.equal(diagnosis.about, about);
    const next = nextRepair(candidate, diagnosis, request, { 'anthropic-beta': 'a-1,b-2' });
    const made = next?.repairs.made.at(-1)?.change;
    assert.equal(made && describeChange(made), change);
  });
}
