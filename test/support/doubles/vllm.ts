/** vLLM with a window of 32,768 tokens and Qwen's chat template: prompt and answer share the window; unknown fields are ignored. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import { eachMessage, goodChat, messagesOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { aboutField, firstViolation, tokensIn } from './rules.ts';

const window = 32_768;
const efforts = new Set(['none', 'low', 'medium', 'high']);

export const vllm: Double = {
  name: 'vllm',
  format: 'chat',
  model: 'Qwen/Qwen3.6-32B',
  good: [goodChat, { ...goodChat, chat_template_kwargs: { enable_thinking: false } }],
  envelope: ({ message, status = 400, type = 'BadRequestError', param = null }) => ({
    status,
    body: { error: { message, type, param, code: status } },
  }),
  rules: [
    // The list of the validator is printed as Python prints it.
    aboutField(
      'reasoning_effort',
      'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html (ChatCompletionRequest)',
      { reasoning_effort: 'max' },
      (value) =>
        efforts.has(asText(value))
          ? undefined
          : {
              message: `[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': "Input should be 'none', 'low', 'medium' or 'high'", 'input': '${asText(value)}', 'ctx': {'expected': "'none', 'low', 'medium' or 'high'"}}]`,
              type: 'Bad Request',
              param: 'reasoning_effort',
            },
    ),
    {
      name: 'a system message is the first',
      source: 'https://huggingface.co/Qwen/Qwen3.5-35B-A3B (chat_template.jinja)',
      bad: eachMessage((one) => (one['role'] === 'tool' ? { role: 'system', content: 'Reminder.' } : one)),
      violates: ({ body }) =>
        messagesOf(body).some(({ role }, at) => at > 0 && asText(role) === 'system')
          ? { message: 'System message must be at the beginning.' }
          : undefined,
    },
    {
      name: 'no pictures',
      source: 'https://docs.vllm.ai/en/latest/features/multimodal_inputs.html (text-only model)',
      bad: {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }],
          },
        ],
      },
      violates: ({ body }) =>
        firstViolation(messagesOf(body), ({ content }) =>
          toArray(content).some((part) => toObject(part)['type'] === 'image_url')
            ? { message: 'At most 0 image(s) may be provided in one prompt.', param: 'image' }
            : undefined,
        ),
    },
    {
      name: 'the prompt fits the window',
      source: 'https://github.com/vllm-project/vllm: vllm/entrypoints/openai/serving_engine.py',
      bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
      violates({ body }) {
        const prompt = tokensIn(body);
        return prompt < window
          ? undefined
          : {
              message: `This model's maximum context length is ${window} tokens. However, your request has ${prompt} input tokens. Please reduce the length of the input messages.`,
              param: 'input_tokens',
            };
      },
    },
    {
      name: 'the answer fits what is left',
      source: 'https://github.com/vllm-project/vllm: vllm/entrypoints/openai/serving_engine.py',
      bad: { max_tokens: 32_700 },
      violates({ body }) {
        const prompt = tokensIn(body);
        const answer = Number(body['max_tokens'] ?? body['max_completion_tokens'] ?? 0);
        return prompt + answer <= window
          ? undefined
          : {
              message: `'max_tokens' or 'max_completion_tokens' is too large: ${answer}. This model's maximum context length is ${window} tokens and your request has ${prompt} input tokens (${answer} > ${window} - ${prompt}).`,
              param: 'max_tokens',
            };
      },
    },
  ],
  callId: (unique) => `chatcmpl-tool-${unique.toString(16).padStart(32, '0')}`,
  // The reasoning parser's field was renamed: https://docs.vllm.ai/en/latest/features/reasoning_outputs.html
  dress(event) {
    const choice = toObject(toArray(event['choices'])[0]);
    const { reasoning_content: reasoning, ...delta } = toObject(choice['delta']);
    return reasoning === undefined
      ? [event]
      : [{ ...event, choices: [{ ...choice, delta: { ...delta, reasoning } }] }];
  },
};
