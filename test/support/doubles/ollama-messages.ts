/** Ollama's Messages endpoint with a model that thinks: thoughts without signatures, Go's errors about types. */
import { asObjects, asText } from '../loose-json.ts';
import type { Double } from './double.ts';
import { unsigned } from './messages-field-rules.ts';
import { anthropicError, blocksOf, goodMessages, withAssistant, withSchema } from './messages-rules.ts';
import { oddSchemas, unreadable } from './ollama-words.ts';
import { firstViolation } from './rules.ts';

const source = 'https://github.com/ollama/ollama: anthropic/anthropic.go, middleware/anthropic.go';

export const ollamaMessages: Double = {
  name: 'ollama-messages',
  format: 'messages',
  model: 'qwen3.5:9b',
  good: [
    goodMessages,
    withAssistant(
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'tool_use', id: 'call_1', name: 'Read', input: {} },
    )(goodMessages) as typeof goodMessages,
  ],
  envelope: anthropicError,
  rules: [
    {
      name: 'a limit of the answer',
      source,
      bad: [{ max_tokens: 0 }, { max_tokens: undefined }],
      violates: ({ body }) =>
        Number(body['max_tokens'] ?? 0) > 0
          ? undefined
          : { message: 'max_tokens is required and must be positive' },
    },
    {
      name: 'pictures in base64',
      source,
      bad: {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
          },
        ],
      },
      violates: ({ body }) =>
        firstViolation(blocksOf(body), ({ block, type }) => {
          const kind = asText(block['source']?.['type']);
          return type !== 'image' || kind === 'base64'
            ? undefined
            : { message: `invalid image source type: ${kind}. Only base64 images are supported.` };
        }),
    },
    {
      name: 'calls have names and ids',
      source,
      bad: [
        withAssistant({ type: 'tool_use', name: 'Read', input: {} }),
        withAssistant({ type: 'tool_use', id: 'call_1', input: {} }),
      ],
      violates: ({ body }) =>
        firstViolation(blocksOf(body), ({ block, type }) => {
          const missing = ['id', 'name'].find((field) => typeof (block[field] as unknown) !== 'string');
          return type !== 'tool_use' || missing === undefined
            ? undefined
            : { message: `tool_use block missing required '${missing}' field` };
        }),
    },
    {
      name: 'schemas fit its type',
      source,
      bad: oddSchemas.map((schema) => withSchema(schema)),
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ name, input_schema: schema }) => {
          const words = unreadable(schema);
          return words === undefined
            ? undefined
            : { message: `invalid input_schema for tool "${asText(name)}": json: cannot unmarshal ${words}` };
        }),
    },
  ],
  // Without the field it thinks, too: ollama/ollama#15287.
  thinks: () => true,
  callId: (unique) => `call_${unique.toString(36).padStart(8, '0')}`,
  dress: unsigned,
};
