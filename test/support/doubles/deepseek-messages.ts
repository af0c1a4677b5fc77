/** DeepSeek's Messages endpoint: thinks unless disabled, and then wants the thinking of every turn with calls back. */
import { asObjects, asText } from '../loose-json.ts';
import { openAiError } from './openai-rules.ts';
import type { Double } from './double.ts';
import { blocksOf, goodMessages, isThinking, pairs, withAssistant } from './messages-rules.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';

const window = 1_000_000;
const used: { type: 'tool_use'; id: string; name: string; input: object } = {
  type: 'tool_use',
  id: 'toolu_1',
  name: 'Read',
  input: { path: '/a' },
};
const thinking = { type: 'thinking', thinking: 'I need the file.', signature: '8a1f' };

export const deepseekMessages: Double = {
  name: 'deepseek-messages',
  format: 'messages',
  model: 'deepseek-v4-pro',
  entry: { context_window: window, max_output_tokens: 64_000 },
  good: [
    withAssistant(
      thinking,
      { type: 'text', text: 'I read.' },
      { ...used, input: {} },
    )(goodMessages) as typeof goodMessages,
    { ...goodMessages, thinking: { type: 'disabled' } },
  ],
  // Errors keep the form of its chat endpoint: OEvortex/aether#31, decolua/9router#2397.
  envelope: (violation) => openAiError({ code: 'invalid_request_error', ...violation }),
  rules: [
    wantsKey('x-api-key', 'https://api-docs.deepseek.com/guides/anthropic_api', {
      status: 401,
      type: 'authentication_error',
      message: 'Authentication Fails (governor)',
    }),
    ...pairs('https://api-docs.deepseek.com/guides/anthropic_api'),
    {
      name: 'thinking of turns with calls',
      source: 'OEvortex/aether#31, decolua/9router#2397, SuperJJ007/CSSwitch#73',
      bad: withAssistant({ type: 'text', text: 'I read.' }, { ...used, input: {} }),
      violates({ body }) {
        if (!isThinking(body, true)) return undefined;
        return firstViolation(asObjects(body['messages']), (_, at) => {
          const blocks = blocksOf(body).filter(({ message }) => message === at);
          const types = new Set(blocks.map(({ type }) => type));
          return types.has('tool_use') && !types.has('thinking')
            ? { message: 'The `content[].thinking` in the thinking mode must be passed back to the API.' }
            : undefined;
        });
      },
    },
    aboutField(
      'tool_choice',
      'maximhq/bifrost#5177',
      { tool_choice: { type: 'tool', name: 'Read' } },
      (choice, { body }) =>
        isThinking(body, true) && ['tool', 'any'].includes(asText((choice as { type?: unknown }).type))
          ? { message: 'Thinking mode does not support this tool_choice' }
          : undefined,
    ),
    {
      name: 'no pictures',
      source: 'https://api-docs.deepseek.com/guides/anthropic_api (image: not supported)',
      bad: {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } }],
          },
        ],
      },
      violates: ({ body }) =>
        JSON.stringify(body['messages']).includes('"type":"image"')
          ? {
              message:
                'Failed to deserialize the JSON body into the target type: unknown variant `image`, expected `text`',
            }
          : undefined,
    },
    fits(
      window,
      () => 0,
      'https://api-docs.deepseek.com/quick_start/pricing',
      (prompt) => ({
        message: `This model's maximum context length is ${window} tokens. However, you requested ${prompt} tokens. Please reduce the length of the messages or completion.`,
      }),
    ),
  ],
  thinks: ({ body }) => isThinking(body, true),
  callId: (unique) => `call_00_${unique.toString(36).padStart(24, '0')}`,
  // Signatures are ids of its own that it does not verify.
  dress: (event) => [
    JSON.parse(
      JSON.stringify(event).replaceAll(/"signature":"[^"]+"/g, '"signature":"d5a1-8a1f"'),
    ) as typeof event,
  ],
};
