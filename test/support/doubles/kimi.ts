/** Moonshot's Chat Completions with Kimi K2.6: its own JSON Schema, reasoning of calls back, only one temperature. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText, type LooseJson } from '../loose-json.ts';
import { reasoningOfCalls } from './chat-field-rules.ts';
import {
  assistantHasContent,
  eachMessage,
  goodChat,
  resultsFollow,
  resultsHaveCalls,
  toolsOf,
} from './chat-rules.ts';
import type { Double } from './double.ts';
import { flavoredSchemas } from './moonshot-schemas.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';

const window = 262_144;

function thinks(body: LooseJson): boolean {
  return asText(body['thinking']?.['type']) !== 'disabled';
}

export const kimi: Double = {
  name: 'moonshot',
  format: 'chat',
  model: 'kimi-k2.6',
  entry: { context_window: window, max_output_tokens: 32_768 },
  good: [
    eachMessage((one) => (one['role'] === 'assistant' ? { ...one, reasoning_content: 'Hm.' } : one))(
      goodChat,
    ) as typeof goodChat,
  ],
  envelope: ({ message, status = 400, type = 'invalid_request_error' }) => ({
    status,
    body: { error: { message, type } },
  }),
  rules: [
    wantsKey('authorization', 'https://platform.moonshot.ai/docs/api/chat', {
      status: 401,
      type: 'invalid_authentication_error',
      message: 'Invalid Authentication',
    }),
    aboutField(
      'reasoning_effort',
      'HKUDS/nanobot#3939',
      { reasoning_effort: 'high', thinking: { type: 'enabled' } },
      (_, { body }) =>
        body['thinking'] ? { message: "cannot specify both 'thinking' and 'reasoning_effort'" } : undefined,
    ),
    aboutField(
      'temperature',
      'https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model',
      { temperature: 0.5 },
      (value, { body }) => {
        const only = thinks(body) ? 1 : 0.6;
        return value === only
          ? undefined
          : { message: `invalid temperature: only ${only} is allowed for this model` };
      },
    ),
    reasoningOfCalls(
      'mastra-ai/mastra#12592, continuedev/continue#11600',
      (one) => asText(one['reasoning_content']) !== '',
      ({ body }) => thinks(body),
      (at) => ({
        message: `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`,
      }),
    ),
    flavoredSchemas,
    {
      name: 'names of tools',
      source: 'https://platform.moonshot.ai/docs/api/tool-use',
      bad: { tools: [{ type: 'function', function: { name: '1.read', parameters: { type: 'object' } } }] },
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ name }) =>
          /^[A-Za-z_][\w-]{0,63}$/.test(name)
            ? undefined
            : {
                message:
                  'Invalid request: function name is invalid, must start with a letter and can contain letters, numbers, underscores, and dashes',
              },
        ),
    },
    assistantHasContent('https://platform.moonshot.ai/docs/guide/faq', (at) => ({
      message: `Invalid request: the message at position ${at} with role 'assistant' must not be empty`,
    })),
    resultsFollow('MoonshotAI/kimi-cli#2405', (missing) => ({
      message: `an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(', ')}`,
    })),
    resultsHaveCalls('https://platform.moonshot.ai/docs/api/tool-use', () => ({
      message: 'Invalid request: tool_call_id  is not found',
    })),
    {
      name: 'no cache marks',
      source: 'https://platform.moonshot.ai/docs/api/chat (content parts: type, text, image_url)',
      bad: {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
        ],
      },
      violates: ({ body }) =>
        JSON.stringify(body['messages']).includes('"cache_control":{')
          ? { message: 'Invalid request: cache_control is not supported' }
          : undefined,
    },
    fits(
      window,
      () => 0,
      'https://platform.moonshot.ai/docs/api/chat (exceeded model token limit)',
      (prompt) => ({
        message: `Invalid request: Your request exceeded model token limit: ${window} (requested: ${prompt})`,
      }),
    ),
  ],
  thinks: ({ body }) => thinks(body),
  callId: (unique, name) => `functions.${name}:${unique}`,
  // Usage is in the choice of the last chunk, too: https://platform.moonshot.ai/docs/api/chat
  dress(event) {
    const choice = toObject(toArray(event['choices'])[0]);
    return choice['finish_reason']
      ? [
          {
            ...event,
            choices: [{ ...choice, usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }],
          },
        ]
      : [event];
  },
};
