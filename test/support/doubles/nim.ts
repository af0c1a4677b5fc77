/** NVIDIA NIM at integrate.api.nvidia.com with GLM: a flat error that lists every field that it does not know. */
import { goodChat } from './chat-rules.ts';
import { reasoningAs } from './chat-field-rules.ts';
import type { Double } from './double.ts';
import { fits, wantsKey } from './rules.ts';

const window = 202_752;

/** https://docs.api.nvidia.com/nim/reference/z-ai-glm-5.2-infer, which permits no others: can1357/oh-my-pi#2299 */
const known = new Set(
  'model messages tools tool_choice stream stream_options max_tokens temperature top_p stop seed frequency_penalty presence_penalty logprobs top_logprobs reasoning_effort response_format chat_template_kwargs'.split(
    ' ',
  ),
);

export const nim: Double = {
  name: 'nim',
  format: 'chat',
  model: 'z-ai/glm-5.2',
  entry: { context_window: window, max_output_tokens: 131_072 },
  good: [goodChat, { ...goodChat, chat_template_kwargs: { enable_thinking: true } }],
  // Alishahryar1/free-claude-code#127, dmMaze/BallonsTranslator#1233
  envelope: ({ message, status = 400, type = 'Bad Request' }) => ({
    status,
    body:
      status < 402 || status === 422
        ? { message, type, code: status }
        : { status, title: type, detail: message },
  }),
  rules: [
    wantsKey('authorization', 'dmMaze/BallonsTranslator#1233', {
      status: 403,
      message: 'Authorization failed',
      type: 'Forbidden',
    }),
    {
      name: 'only known fields',
      source:
        'MoonshotAI/kimi-cli#2534, diegosouzapw/OmniRoute#848, Gitlawb/openclaude#1950, NousResearch/hermes-agent#77973',
      bad: [
        { prompt_cache_key: 'x' },
        { thinking: { type: 'enabled' }, tool_stream: true },
        { reasoning: { effort: 'high' } },
      ],
      violates({ body }) {
        const unknown = Object.keys(body).filter((field) => !known.has(field));
        return unknown.length === 0
          ? undefined
          : {
              message: `Validation: Unsupported parameter(s): ${unknown.map((field) => `\`${field}\``).join(', ')}`,
            };
      },
    },
    // It serves with vLLM and SGLang, whose sentence it passes on.
    fits(
      window,
      (body) => Number(body['max_tokens'] ?? 0),
      'https://github.com/vllm-project/vllm: vllm/entrypoints/openai/serving_engine.py',
      (prompt, answer) => ({
        message: `This model's maximum context length is ${window} tokens. However, you requested ${prompt + answer} tokens (${prompt} in the messages, ${answer} in the completion). Please reduce the length of the messages or completion.`,
        type: 'BadRequestError',
      }),
    ),
  ],
  callId: (unique) => `chatcmpl-tool-${unique.toString(16).padStart(32, '0')}`,
  dress: (event) => [reasoningAs('reasoning_content', event)],
};
