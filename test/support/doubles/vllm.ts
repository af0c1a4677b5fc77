/** vLLM with a window of 32,768 tokens and Qwen's chat template: prompt and answer share the window; unknown fields are ignored. */
import { answerLimit, effortIn, noPictures, reasoningAs, systemFirst } from './chat-field-rules.ts';
import { goodChat } from './chat-rules.ts';
import type { Double } from './double.ts';
import { tokensIn } from './rules.ts';

const window = 32_768;
const efforts = ['none', 'low', 'medium', 'high'];

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
    effortIn(
      efforts,
      'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html (ChatCompletionRequest)',
      { reasoning_effort: 'max' },
      (value) => ({
        message: `[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': "Input should be 'none', 'low', 'medium' or 'high'", 'input': '${value}', 'ctx': {'expected': "'none', 'low', 'medium' or 'high'"}}]`,
        type: 'Bad Request',
        param: 'reasoning_effort',
      }),
    ),
    systemFirst('https://huggingface.co/Qwen/Qwen3.5-35B-A3B (chat_template.jinja)', {
      message: 'System message must be at the beginning.',
    }),
    noPictures('https://docs.vllm.ai/en/latest/features/multimodal_inputs.html (text-only model)', () => ({
      message: 'At most 0 image(s) may be provided in one prompt.',
      param: 'image',
    })),
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
        const answer = answerLimit(body);
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
  dress: (event) => [reasoningAs('reasoning', event)],
};
