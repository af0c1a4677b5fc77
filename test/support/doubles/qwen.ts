/** Alibaba's DashScope in compatible mode with Qwen3.8: no forced tool while it thinks, a range of the answer, a window of input. */
import { answerLimit, noForcedTool } from './chat-field-rules.ts';
import { argumentsParse, goodChat, resultsFollow, resultsHaveCalls } from './chat-rules.ts';
import type { Double, Violation } from './double.ts';
import { aboutField, fits, wantsKey } from './rules.ts';

const window = 983_616;
const maxOutput = 131_072;

const invalid = (words: string): Violation => ({
  message: `<400> InternalError.Algo.InvalidParameter: ${words}`,
});

export const qwen: Double = {
  name: 'qwen',
  format: 'chat',
  model: 'qwen3.8-max',
  entry: { context_window: 1_000_000, max_output_tokens: maxOutput },
  good: [goodChat, { ...goodChat, enable_thinking: false, tool_choice: 'required' }],
  // cloudwego/eino#994
  envelope: ({
    message,
    status = 400,
    type = 'invalid_request_error',
    code = 'invalid_parameter_error',
  }) => ({
    status,
    body: {
      error: { message, type, param: null, code },
      id: 'chatcmpl-5bf78562-0341-9de2-8d10-5429ef761b7e',
      request_id: '5bf78562-0341-9de2-8d10-5429ef761b7e',
    },
  }),
  rules: [
    wantsKey('authorization', 'Aider-AI/aider#4712', {
      status: 401,
      message:
        'Incorrect API key provided. For details, see: https://www.alibabacloud.com/help/en/model-studio/error-code#apikey-error',
      code: 'invalid_api_key',
    }),
    {
      name: 'a range of the answer',
      source: 'open-webui/open-webui#10507, Kilo-Org/kilocode#5871',
      bad: { max_tokens: maxOutput + 1 },
      violates: ({ body }) =>
        answerLimit(body) > maxOutput
          ? invalid(`Range of max_tokens should be [1, ${maxOutput}]`)
          : undefined,
    },
    noForcedTool(
      ({ enable_thinking: thinks }) => (thinks as unknown) !== false,
      'cloudwego/eino#994, QwenLM/qwen-code#7659',
      invalid('The tool_choice parameter does not support being set to required or object in thinking mode'),
    ),
    aboutField('thinking_budget', 'QwenLM/Qwen-Agent#941', { thinking_budget: 0 }, (value) =>
      Number(value) > 0
        ? undefined
        : invalid('The thinking_budget parameter must be a positive integer and not greater than 0'),
    ),
    argumentsParse('HKUDS/nanobot#2469, alibaba/spring-ai-alibaba#4533', () =>
      invalid('The "function.arguments" parameter of the code model must be in JSON format.'),
    ),
    resultsFollow('alibaba/spring-ai-alibaba#914, QwenLM/qwen-code#315', (_, at) =>
      invalid(
        `An assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id". The following tool_call_ids did not have response messages: message[${at + 1}].role`,
      ),
    ),
    resultsHaveCalls('QwenLM/qwen-code#2360, labring/FastGPT#4184', () =>
      invalid('messages with role "tool" must be a response to a preceeding message with "tool_calls".'),
    ),
    fits(
      window,
      () => 0,
      'QwenLM/qwen-code#2068, zed-industries/zed#50729',
      () => invalid(`Range of input length should be [1, ${window}]`),
    ),
  ],
  thinks: ({ body }) => (body['enable_thinking'] as unknown) !== false,
  callId: (unique) => `call_${unique.toString(16).padStart(24, '0')}`,
};
