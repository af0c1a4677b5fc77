/** OpenRouter in front of Claude: the provider's own error inside its envelope, and reasoning details that it wants back whole. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText } from '../loose-json.ts';
import { callsOf, eachMessage, goodChat, messagesOf, resultsFollow, toolsOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { firstViolation, fits, wantsKey } from './rules.ts';

const window = 200_000;

/** The provider's refusal as OpenRouter forwards it. */
const raw = (message: string): string =>
  JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });

function withParameters(parameters: object): object {
  return { tools: [{ type: 'function', function: { name: 'Read', parameters } }] };
}

export const openRouter: Double = {
  name: 'openrouter',
  format: 'chat',
  model: 'anthropic/claude-sonnet-4.6',
  entry: { context_window: window, max_output_tokens: 64_000, reasoning_effort: 'medium' },
  good: [goodChat, { ...goodChat, reasoning: { effort: 'high' } }],
  // tailcallhq/forgecode#1195, https://openrouter.ai/docs/api-reference/errors
  envelope: ({ message, status = 400, type }) => ({
    status,
    body: {
      error:
        type === 'own'
          ? { message, code: status }
          : {
              message: 'Provider returned error',
              code: status,
              metadata: { raw: raw(message), provider_name: 'Anthropic', is_byok: false },
            },
      user_id: 'user_2x',
    },
  }),
  rules: [
    wantsKey('authorization', 'https://openrouter.ai/docs/api-reference/errors', {
      status: 401,
      message: 'No auth credentials found',
      type: 'own',
    }),
    {
      name: 'ids',
      source: 'https://docs.claude.com/en/api/messages',
      bad: eachMessage(
        (one) => JSON.parse(JSON.stringify(one).replaceAll('abcdefgh1', 'functions.Read:0')) as JsonObject,
      ),
      violates: ({ body }) =>
        firstViolation(messagesOf(body), (message, at) =>
          firstViolation(callsOf(message), ({ id }, place) =>
            /^[a-zA-Z0-9_-]+$/.test(asText(id))
              ? undefined
              : {
                  message: `messages.${at}.content.${place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`,
                },
          ),
        ),
    },
    {
      name: 'reasoning details',
      source:
        'https://openrouter.ai/docs/use-cases/reasoning-tokens (preserving reasoning blocks), Wei-Shaw/sub2api#1776',
      bad: eachMessage((one) =>
        one['role'] === 'assistant'
          ? {
              ...one,
              reasoning_details: [
                {
                  type: 'reasoning.text',
                  text: 'Hm.',
                  signature: 'c29tZW9uZQ==',
                  format: 'anthropic-claude-v1',
                  index: 0,
                },
              ],
            }
          : one,
      ),
      violates: ({ body, seals }) =>
        firstViolation(messagesOf(body), (message, at) =>
          firstViolation(asObjects(message['reasoning_details']), ({ text, signature }, place) =>
            seals.verifies(asText(signature), asText(text))
              ? undefined
              : { message: `messages.${at}.content.${place}: Invalid \`signature\` in \`thinking\` block` },
          ),
        ),
    },
    {
      name: 'no combination at the top of a schema',
      source: 'cecli-dev/cecli#281, anthropics/claude-code#5878',
      bad: withParameters({ type: 'object', anyOf: [{ required: ['a'] }] }),
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ parameters, at }) =>
          ['oneOf', 'allOf', 'anyOf'].some((key) => toObject(parameters)[key] !== undefined)
            ? {
                message: `tools.${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
              }
            : undefined,
        ),
    },
    resultsFollow('anthropics/claude-code#8210', (missing, at) => ({
      message: `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    })),
    {
      name: 'no empty text',
      source: 'https://docs.claude.com/en/api/messages',
      bad: eachMessage((one) => (one['role'] === 'user' ? { role: 'user', content: '' } : one)),
      violates: ({ body }) =>
        messagesOf(body).some(({ role, content }) => asText(role) === 'user' && (content as unknown) === '')
          ? { message: 'messages: text content blocks must be non-empty' }
          : undefined,
    },
    fits(
      window,
      (body) => Number(body['max_tokens'] ?? 0),
      'https://openrouter.ai/docs/api-reference/errors',
      (prompt, answer) => ({
        message: `This endpoint's maximum context length is ${window} tokens. However, you requested about ${prompt + answer} tokens (${prompt} of text input, ${answer} in the output). Please reduce the length of either one, or use the "middle-out" transform to compress your prompt automatically.`,
        type: 'own',
      }),
    ),
  ],
  thinks: ({ body }) => body['reasoning'] !== undefined || body['reasoning_effort'] !== undefined,
  callId: (unique) => `toolu_01${unique.toString(36).padStart(22, 'A')}`,
  preamble: ': OPENROUTER PROCESSING\n\n',
  dress(event, { seals, thinking }) {
    const choice = toObject(toArray(event['choices'])[0]);
    const { reasoning_content: text, ...delta } = toObject(choice['delta']);
    const more = {
      provider: 'Anthropic',
      ...(choice['finish_reason'] ? { native_finish_reason: 'end_turn' } : {}),
    };
    if (text === undefined) return [{ ...event, ...more }];
    const detail = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };
    const of = (change: JsonObject): JsonObject => ({
      ...event,
      ...more,
      choices: [{ ...choice, delta: { ...delta, ...change } }],
    });
    const piece = of({ reasoning: text, reasoning_details: [{ ...detail, text }] });
    // The signature follows the text in a detail of its own.
    return thinking.endsWith(asText(text))
      ? [piece, of({ reasoning_details: [{ ...detail, signature: seals.make(thinking) }] })]
      : [piece];
  },
};
