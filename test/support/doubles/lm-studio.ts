/** LM Studio's Chat Completions: the error is a string, which may be a validator's list; only names of tool choices. */
import { isObject } from '../../../lib/json.ts';
import { parameters, withParameters } from './chat-field-rules.ts';
import { goodChat } from './chat-rules.ts';
import type { Double } from './double.ts';
import { chatTemplateRules } from './llama-cpp.ts';
import { fromEngine, loadedWindow } from './lm-studio-words.ts';
import { aboutField, inOtherWords } from './rules.ts';

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
    ...chatTemplateRules.map((rule) => inOtherWords(rule, fromEngine)),
    loadedWindow,
  ],
  callId: (unique) => String(unique).padStart(9, '1'),
};
