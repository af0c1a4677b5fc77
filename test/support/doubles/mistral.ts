/** Mistral's Chat Completions at api.mistral.ai: a validator that forbids unknown fields, ids of nine, a strict order of roles. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import {
  argumentsParse,
  assistantHasContent,
  eachMessage,
  chatShape,
  goodChat,
  ids,
  notAfter,
  resultsHaveCalls,
} from './chat-rules.ts';
import type { Double } from './double.ts';
import { order } from './mistral-order.ts';
import { fits, onlyFields, wantsKey } from './rules.ts';

/** https://docs.mistral.ai/api/endpoint/chat */
const accepted = chatShape(
  'model temperature top_p max_tokens stream stop random_seed metadata response_format tool_choice presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode reasoning_effort safe_prompt guardrails prompt_cache_key',
  { assistant: 'prefix', user: '', tool: 'name' },
);

const window = 131_072;

export const mistral: Double = {
  name: 'mistral',
  format: 'chat',
  model: 'mistral-large-2512',
  entry: { context_window: window, max_output_tokens: 32_000 },
  good: [goodChat],
  envelope: ({ message, detail, status = 400, type = 'invalid_request_error', code = null }) => ({
    status,
    // A validator's list is an object in `message`: eca#231.
    body: {
      object: 'error',
      message: detail ? { detail } : message,
      type,
      param: null,
      code,
      ...(!detail && { raw_status_code: status }),
    },
  }),
  rules: [
    wantsKey('authorization', 'https://docs.mistral.ai/api', { status: 401, message: 'Unauthorized' }),
    onlyFields(
      accepted,
      'editor-code-assistant/eca#231, charmbracelet/crush#1590, BerriAI/litellm#30835',
      [
        { stream_options: { include_usage: true } },
        { max_completion_tokens: 1000 },
        eachMessage((one) => (one['role'] === 'assistant' ? { ...one, reasoning_content: 'Hm.' } : one)),
        eachMessage((one) => (one['role'] === 'user' ? { ...one, name: 'me' } : one)),
      ],
      ({ path, value }) => ({
        status: 422,
        message: 'validation failed',
        detail: [
          {
            type: 'extra_forbidden',
            loc: ['body', ...path],
            msg: 'Extra inputs are not permitted',
            input: value,
          },
        ],
      }),
    ),
    ids(/^[A-Za-z0-9]{9}$/, 'nearai/ironclaw#1241, karthink/gptel#1203', (id) => ({
      message: `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`,
      type: 'invalid_function_call',
      code: '3280',
    })),
    notAfter('user', 'tool', 'BerriAI/litellm#17761', () => ({
      message: "Unexpected role 'user' after role 'tool'",
      type: 'invalid_request_message_order',
      code: '3230',
    })),
    notAfter('system', 'tool', 'the same check as BerriAI/litellm#17761', () => ({
      message: "Unexpected role 'system' after role 'tool'",
      type: 'invalid_request_message_order',
      code: '3230',
    })),
    resultsHaveCalls('https://github.com/mistralai/mistral-common: validator.py', (id) => ({
      message: `Unexpected tool call id ${id} in tool results`,
      type: 'invalid_request_message_order',
      code: '3230',
    })),
    assistantHasContent('solbrowse/extension#16, OpenHands/OpenHands#8685', () => ({
      message: 'Assistant message must have either content or tool_calls, but not none.',
      code: '3240',
      type: 'invalid_request_assistant_message',
    })),
    ...order,
    argumentsParse('https://docs.mistral.ai/capabilities/function_calling', () => ({
      message: 'Invalid function call arguments: not a JSON object',
      type: 'invalid_function_call',
      code: '3280',
    })),
    // What does not fit of the answer is cut, so only the prompt counts.
    fits(
      window,
      () => 0,
      'https://docs.mistral.ai/resources/known-limitations',
      (prompt) => ({
        message: `Prompt contains ${prompt} tokens and 0 draft tokens, too large for model with ${window} maximum context length`,
        code: '3051',
        type: 'invalid_request_prompt',
      }),
    ),
  ],
  // Only the models with `reasoning_effort` think, and then in parts of the content.
  thinks: ({ body }) => asText(body['reasoning_effort']) === 'high',
  callId: (unique) => unique.toString(36).padStart(9, 'a'),
  dress(event) {
    const choice = toObject(toArray(event['choices'])[0]);
    const { reasoning_content: thought, ...delta } = toObject(choice['delta']);
    if (thought === undefined) return [event];
    const content = [{ type: 'thinking', thinking: [{ type: 'text', text: thought }] }];
    return [{ ...event, choices: [{ ...choice, delta: { ...delta, content } }] }];
  },
};
