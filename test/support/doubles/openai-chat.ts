/** OpenAI's Chat Completions with a reasoning model: renamed fields, no sampling, no tools together with reasoning. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import { chatShape, goodChat } from './chat-rules.ts';
import { chatHistoryRules, chatToolRules } from './chat-tool-rules.ts';
import type { Double, Rule } from './double.ts';
import { openAiError } from './openai-rules.ts';
import { aboutField, fits, onlyFields, wantsKey } from './rules.ts';

/** https://platform.openai.com/docs/api-reference/chat/create */
export const openAiFields =
  'model stream stream_options max_tokens max_completion_tokens temperature top_p stop n seed user metadata store logprobs top_logprobs logit_bias modalities audio prediction presence_penalty frequency_penalty parallel_tool_calls reasoning_effort response_format safety_identifier prompt_cache_key prompt_cache_retention service_tier tool_choice verbosity web_search_options functions function_call';
const accepted = chatShape(openAiFields, {
  assistant: 'name refusal audio function_call',
  user: 'name',
  tool: '',
});

const window = 400_000;

export const openAiChat: Double = {
  // occ knows OpenAI by this name.
  name: 'openai',
  format: 'chat',
  model: 'gpt-5.6-terra',
  entry: { context_window: window, max_output_tokens: 128_000 },
  good: [without(goodChat, { max_completion_tokens: 1000, reasoning_effort: 'none' })],
  envelope: openAiError,
  rules: [
    wantsKey('authorization', 'https://platform.openai.com/docs/guides/error-codes', {
      status: 401,
      message: "You didn't provide an API key.",
    }),
    onlyFields(
      accepted,
      'teabranch/open-responses-server#41, shinpei710/ccr-plugin-openai-res#2',
      [{ top_k: 40 }, { thinking: { type: 'enabled' } }],
      ({ path }) => {
        const param = path
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
          .join('')
          .slice(1);
        return { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
      },
    ),
    unsupported(
      'max_tokens',
      1000,
      'anomalyco/opencode#37964, langgenius/dify#24307',
      " Use 'max_completion_tokens' instead.",
    ),
    unsupported('stop', ['x'], 'https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop'),
    ...['temperature', 'top_p'].map((param) =>
      aboutField(param, 'ItzCrazyKns/Vane#1173', { [param]: 0.5 }, (value) =>
        value === 1
          ? undefined
          : {
              message: `Unsupported value: '${param}' does not support ${JSON.stringify(value)} with this model. Only the default (1) value is supported.`,
              param,
              code: 'unsupported_value',
            },
      ),
    ),
    aboutField(
      'reasoning_effort',
      'livekit/agents#7169',
      [{ reasoning_effort: 'minimal' }, { reasoning_effort: 'max' }],
      (effort) =>
        ['none', 'low', 'medium', 'high', 'xhigh'].includes(asText(effort))
          ? undefined
          : {
              message: `Unsupported value: 'reasoning_effort' does not support '${asText(effort)}' with this model. Supported values are: 'none', 'low', 'medium', 'high', 'xhigh'.`,
              param: 'reasoning_effort',
              code: 'unsupported_value',
            },
    ),
    {
      name: 'no tools together with reasoning',
      source: 'GoogleChromeLabs/webmcp-tools#417, BerriAI/litellm#34569 (without the field it reasons, too)',
      bad: [{ reasoning_effort: 'low' }, (good) => without(good, {}, 'reasoning_effort')],
      violates: ({ body }) =>
        toArray(body['tools']).length > 0 && asText(body['reasoning_effort']) !== 'none'
          ? {
              message:
                "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
              param: 'reasoning_effort',
            }
          : undefined,
    },
    ...chatToolRules,
    ...chatHistoryRules,
    fits(
      window,
      () => 0,
      'https://platform.openai.com/docs/guides/error-codes (context_length_exceeded)',
      (prompt) => ({
        message: `This model's maximum context length is ${window} tokens. However, your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`,
        param: 'messages',
        code: 'context_length_exceeded',
      }),
    ),
  ],
  // Its reasoning is hidden: nothing of it is in the stream.
  thinks: () => false,
  callId: (unique) => `call_${unique.toString(36).padStart(24, '0')}`,
  dress: (event) => {
    const choice = toObject(toArray(event['choices'])[0]);
    const extra = { service_tier: 'default', system_fingerprint: 'fp_0', obfuscation: 'x7' };
    if (choice['delta'] === undefined) return [{ ...event, ...extra }];
    const delta = toObject(choice['delta']);
    const opening = delta['role'] === undefined ? {} : { refusal: null };
    return [{ ...event, ...extra, choices: [{ ...choice, delta: { ...delta, ...opening } }] }];
  },
};

function unsupported(param: string, value: unknown, source: string, advice = ''): Rule {
  return aboutField(param, source, { [param]: value }, () => ({
    message: `Unsupported parameter: '${param}' is not supported with this model.${advice}`,
    param,
    code: 'unsupported_parameter',
  }));
}

function without(good: JsonObject, more: JsonObject, field = 'max_tokens'): JsonObject {
  const { [field]: _left, ...rest } = good;
  return { ...rest, ...more };
}
