/** LM Studio's Chat Completions: the error is a string, which may be a validator's list; only names of tool choices. */
import { isObject } from '../../../lib/json.ts';
import { parameters, withParameters } from './chat-field-rules.ts';
import { goodChat } from './chat-rules.ts';
import type { Double } from './double.ts';
import { grammarRules } from './llama-cpp.ts';
import { aboutField, inOtherWords, tokensIn } from './rules.ts';

const window = 65_536;

export const lmStudio: Double = {
  name: 'lm-studio',
  format: 'chat',
  model: 'qwen/qwen3.6-35b-a3b',
  good: [goodChat, { ...goodChat, tool_choice: 'required' }],
  // docker/docker-agent#278, antropia-studio/linguito#21
  envelope: ({ message, status = 400 }) => ({ status, body: { error: message } }),
  rules: [
    parameters(
      'parameters are an object',
      'mcowger/generic-copilot#40, docker/docker-agent#278, elie222/rakazo#851',
      [withParameters({}), withParameters({ properties: {} })],
      (given) => given === undefined || (isObject(given) && given['type'] === 'object'),
      (positions) => ({
        message: JSON.stringify(
          positions.map((at) => ({
            code: 'invalid_union_discriminator',
            options: ['object'],
            path: [at, 'function', 'parameters', 'type'],
            message: "Invalid discriminator value. Expected 'object'",
          })),
          null,
          2,
        ),
      }),
    ),
    aboutField(
      'tool_choice',
      'antropia-studio/linguito#21, vercel/ai#5197',
      { tool_choice: { type: 'function', function: { name: 'Read' } } },
      (choice) =>
        typeof choice === 'string'
          ? undefined
          : {
              message: `Invalid tool_choice type: '${typeof choice}'. Supported string values: none, auto, required`,
            },
    ),
    // lmstudio-ai/lmstudio-bug-tracker#1999, lmstudio-ai/lmstudio-bug-tracker#2168
    ...grammarRules.map((rule) =>
      inOtherWords(rule, ({ message }) => {
        const error = { code: 400, message, type: 'invalid_request_error' };
        return {
          message: `Engine protocol predict request returned 400: ${JSON.stringify({ error })}. Error Data: n/a, Additional Data: n/a`,
        };
      }),
    ),
    {
      name: 'the prompt fits the window',
      source: 'lmstudio-ai/lmstudio-bug-tracker#546, lmstudio-ai/lmstudio-bug-tracker#237',
      bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
      violates({ body }) {
        const prompt = tokensIn(body);
        return prompt < window
          ? undefined
          : {
              message: `Trying to keep the first ${prompt} tokens when context the overflows. However, the model is loaded with context length of only ${window} tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input.`,
            };
      },
    },
  ],
  callId: (unique) => String(unique).padStart(9, '1'),
};
