/** Groq's Chat Completions with gpt-oss: a validator that knows no reasoning in history, and its own limits. */
import { effortIn, reasoningAs } from './chat-field-rules.ts';
import { argumentsParse, eachMessage, chatShape, goodChat, resultsFollow, toolsOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { aboutField, fits, onlyFields, wantsKey } from './rules.ts';

/** https://console.groq.com/docs/api-reference#chat-create */
const accepted = chatShape(
  'model stream stream_options max_tokens max_completion_tokens temperature top_p stop n seed user metadata store logprobs top_logprobs logit_bias presence_penalty frequency_penalty parallel_tool_calls reasoning_effort reasoning_format include_reasoning response_format service_tier tool_choice search_settings compound_custom documents citation_options disable_tool_validation',
  { assistant: 'name reasoning', user: 'name', tool: 'name' },
);

const window = 131_072;

export const groq: Double = {
  name: 'groq',
  format: 'chat',
  model: 'openai/gpt-oss-120b',
  good: [goodChat, { ...goodChat, reasoning_effort: 'high' }],
  envelope: ({ message, status = 400, type = 'invalid_request_error', code }) => ({
    status,
    body: { error: { message, type, ...(code !== undefined && { code }) } },
  }),
  rules: [
    wantsKey('authorization', 'https://console.groq.com/docs/errors', {
      status: 401,
      message: 'Invalid API Key',
      code: 'invalid_api_key',
    }),
    onlyFields(
      accepted,
      'janhq/jan#8136, karthink/gptel#774, fanenr/chatbot#21',
      [
        { prompt_cache_key: 'x' },
        { thinking: { type: 'enabled' } },
        eachMessage((one) => (one['role'] === 'assistant' ? { ...one, reasoning_content: 'Hm.' } : one)),
      ],
      ({ path }) => {
        const [first, at, role, field] = path;
        if (first !== 'messages') return { message: `property '${path.join('.')}' is unsupported` };
        const place = `messages.${String(at)}`;
        return {
          message: `'${place}' : for 'role:${String(role)}' the following must be satisfied[('${place}' : property '${String(field)}' is unsupported)]`,
        };
      },
    ),
    aboutField(
      'max_tokens',
      'https://console.groq.com/docs/model/openai/gpt-oss-120b',
      { max_tokens: 65_537 },
      (value) =>
        Number(value) > 65_536
          ? {
              message:
                '`max_tokens` must be less than or equal to `65536`, the maximum value for `max_tokens` is less than the `context_window` for this model',
            }
          : undefined,
    ),
    aboutField(
      'max_completion_tokens',
      'https://console.groq.com/docs/model/openai/gpt-oss-120b',
      { max_completion_tokens: 65_537 },
      (value) =>
        Number(value) > 65_536
          ? {
              message:
                '`max_completion_tokens` must be less than or equal to `65536`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model',
            }
          : undefined,
    ),
    effortIn(
      ['low', 'medium', 'high'],
      'https://console.groq.com/docs/reasoning',
      [{ reasoning_effort: 'xhigh' }, { reasoning_effort: 'none' }],
      () => ({ message: '`reasoning_effort` must be one of `low`, `medium`, or `high`' }),
    ),
    {
      name: 'at most 128 tools',
      source: 'https://console.groq.com/docs/api-reference#chat-create (tools)',
      bad: {
        tools: Array.from({ length: 129 }, (_, at) => ({
          type: 'function',
          function: { name: `t${at}`, parameters: {} },
        })),
      },
      violates: ({ body }) =>
        toolsOf(body).length > 128 ? { message: "'tools' : maximum number of items is 128" } : undefined,
    },
    argumentsParse('https://console.groq.com/docs/tool-use', (_, at) => ({
      message: `'messages.${at}' : tool call arguments must be valid JSON`,
    })),
    resultsFollow('https://console.groq.com/docs/tool-use', (missing) => ({
      message: `tool call without a response: ${missing.join(', ')}`,
    })),
    fits(
      window,
      () => 0,
      'https://console.groq.com/docs/errors',
      () => ({
        message: 'Please reduce the length of the messages or completion.',
        code: 'context_length_exceeded',
        status: 400,
      }),
    ),
  ],
  callId: (unique) => `fc_${unique.toString(36).padStart(30, '0')}`,
  // `reasoning` instead of `reasoning_content`; usage inside `x_groq` of the last chunk: https://console.groq.com/docs/reasoning
  dress: (event) =>
    event['usage'] === undefined
      ? [reasoningAs('reasoning', event, { channel: 'analysis' })]
      : [{ ...event, usage: undefined, x_groq: { id: 'req_01', usage: event['usage'] } }],
};
