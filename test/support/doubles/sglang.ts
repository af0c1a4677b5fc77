/** SGLang with a window of 40,960 tokens: flat errors, Python's lists as text, prompt and answer share the window. */
import { answerLimit, effortIn } from './chat-field-rules.ts';
import { argumentsParse, goodChat, toolsOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { firstViolation, schemasIn, tokensIn } from './rules.ts';

const window = 40_960;
const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

export const sglang: Double = {
  name: 'sglang',
  format: 'chat',
  model: 'zai-org/GLM-5.2-FP8',
  good: [goodChat, { ...goodChat, reasoning_effort: 'high' }],
  // QwenLM/Qwen3#1321
  envelope: ({ message, status = 400, type = 'BadRequestError', param = null }) => ({
    status,
    body: { object: 'error', message, type, param, code: status },
  }),
  rules: [
    // Its validator prints the list twice, with its own file: router-for-me/CLIProxyAPI#1059.
    effortIn(
      ['low', 'medium', 'high'],
      'router-for-me/CLIProxyAPI#1059',
      [{ reasoning_effort: 'xhigh' }, { reasoning_effort: 'max' }],
      (value) => {
        const error = `{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': "Input should be 'low', 'medium' or 'high'", 'input': '${value}', 'ctx': {'expected': "'low', 'medium' or 'high'"}}`;
        return {
          message: `1 validation error:\n  ${error}\n\n  File "/workspace/sglang/python/sglang/srt/entrypoints/http_server.py", line 1223, in openai_v1_chat_completions\n    POST /v1/chat/completions [${error}]`,
          type: 'Bad Request',
        };
      },
    ),
    {
      name: 'schemas are JSON Schema',
      source: 'https://github.com/sgl-project/sglang: srt/entrypoints/openai/serving_chat.py (SchemaError)',
      bad: {
        tools: [
          {
            type: 'function',
            function: { name: 'Read', parameters: { type: 'object', properties: { a: { type: 'any' } } } },
          },
        ],
      },
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ parameters, at }) => {
          const wrong = [...schemasIn(parameters)]
            .flatMap(([{ type }]) => [type ?? []].flat() as unknown[])
            .find((type) => typeof type !== 'string' || !types.has(type));
          return wrong === undefined
            ? undefined
            : {
                message: `Tool ${at} function has invalid 'parameters' schema: ${JSON.stringify(wrong)} is not valid under any of the given schemas`,
              };
        }),
    },
    argumentsParse(
      'https://github.com/sgl-project/sglang: srt/entrypoints/openai/serving_chat.py (parse_tool_call_arguments)',
      () => ({ message: 'Assistant tool call function.arguments must be valid JSON.' }),
    ),
    {
      name: 'the prompt fits the window',
      source: 'QwenLM/Qwen3#1321',
      bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
      violates({ body }) {
        const prompt = tokensIn(body);
        return prompt < window
          ? undefined
          : {
              message: `The input (${prompt} tokens) is longer than the model's context length (${window} tokens).`,
            };
      },
    },
    {
      name: 'the answer fits what is left',
      source: 'https://github.com/sgl-project/sglang: srt/managers/tokenizer_manager.py',
      bad: { max_tokens: 40_900 },
      violates({ body }) {
        const [prompt, answer] = [tokensIn(body), answerLimit(body)];
        return prompt + answer < window
          ? undefined
          : {
              message: `Requested token count exceeds the model's maximum context length of ${window} tokens. You requested a total of ${prompt + answer} tokens: ${prompt} tokens from the input messages and ${answer} tokens for the completion. Please reduce the number of tokens in the input messages or the completion to fit within the limit.`,
            };
      },
    },
  ],
  callId: (unique, name, position) => `functions.${name}:${position}_${unique}`,
};
