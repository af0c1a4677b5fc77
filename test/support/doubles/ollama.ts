/** Ollama's Chat Completions with a model that does not think: Go's errors about types, and no window that it would report. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import { effortIn, withParameters } from './chat-field-rules.ts';
import { argumentsParse, callsOf, goodChat, messagesOf, plusMessages, toolsOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { model, noThinking, oddSchemas, unreadable } from './ollama-words.ts';
import { openAiError } from './openai-rules.ts';
import { aboutField, firstViolation } from './rules.ts';

const source = 'https://github.com/ollama/ollama: openai/openai.go (FromChatRequest)';

export const ollama: Double = {
  name: 'ollama',
  format: 'chat',
  model,
  good: [goodChat, { ...goodChat, reasoning_effort: 'none' }],
  envelope: openAiError,
  rules: [
    {
      name: 'schemas fit its type',
      source: 'ollama/ollama#10328, ollama/ollama#14256',
      bad: oddSchemas.map((schema) => withParameters(schema)),
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ parameters }) => {
          const words = unreadable(parameters);
          return words === undefined ? undefined : { message: `json: cannot unmarshal ${words}` };
        }),
    },
    {
      name: 'content or calls',
      source,
      bad: plusMessages({ role: 'assistant', content: null }),
      violates: ({ body }) =>
        messagesOf(body).some(
          (one) => ((one['content'] as unknown) ?? null) === null && callsOf(one).length === 0,
        )
          ? { message: 'invalid message content type: <nil>' }
          : undefined,
    },
    {
      name: 'pictures in base64',
      source,
      bad: {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
          },
        ],
      },
      violates: ({ body }) =>
        messagesOf(body)
          .flatMap(({ content }) => toArray(content))
          .map((part) => asText(toObject(toObject(part)['image_url'])['url']))
          .some((url) => url.startsWith('http'))
          ? {
              message: 'image URLs are not currently supported, please use base64 encoded data instead',
            }
          : undefined,
    },
    argumentsParse(source, () => ({ message: 'invalid tool call arguments' })),
    effortIn(
      ['high', 'medium', 'low', 'none'],
      source,
      [{ reasoning_effort: 'max' }, { reasoning_effort: 'xhigh' }],
      (value) => ({
        message: `invalid reasoning value: '${value}' (must be "high", "medium", "low", or "none")`,
      }),
    ),
    aboutField(
      'reasoning_effort',
      'Gitlawb/openclaude#1371, Neurons-AI/crawbot#24',
      { reasoning_effort: 'high' },
      (value) => (value === 'none' ? undefined : noThinking),
    ),
  ],
  thinks: () => false,
  callId: (unique) => `call_${unique.toString(36).padStart(8, '0')}`,
  // Every chunk has its fingerprint, and a role.
  dress(event) {
    const choice = toObject(toArray(event['choices'])[0]);
    const more = { system_fingerprint: 'fp_ollama' };
    return choice['delta'] === undefined
      ? [{ ...event, ...more }]
      : [
          {
            ...event,
            ...more,
            choices: [{ ...choice, delta: { role: 'assistant', ...toObject(choice['delta']) } }],
          },
        ];
  },
};
