/** DeepSeek's Chat Completions: thinks unless disabled, and then wants the reasoning of every turn with calls back. */
import { toObject } from '../../../lib/json.ts';
import { asText, type LooseJson } from '../loose-json.ts';
import { noForcedTool, noPictures, reasoningOfCalls } from './chat-field-rules.ts';
import {
  argumentsParse,
  eachMessage,
  goodChat,
  resultsFollow,
  resultsHaveCalls,
  toolsOf,
} from './chat-rules.ts';
import type { Double } from './double.ts';
import { openAiError } from './openai-rules.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';

const window = 1_000_000;

function thinks(body: LooseJson): boolean {
  return asText(body['thinking']?.['type']) !== 'disabled';
}

export const deepseek: Double = {
  name: 'deepseek',
  format: 'chat',
  model: 'deepseek-v4-pro',
  entry: { context_window: window, max_output_tokens: 64_000, vision: false },
  good: [
    eachMessage((one) => (one['role'] === 'assistant' ? { ...one, reasoning_content: '' } : one))(
      goodChat,
    ) as typeof goodChat,
    { ...goodChat, thinking: { type: 'disabled' } },
  ],
  envelope: (violation) => openAiError({ code: 'invalid_request_error', ...violation }),
  rules: [
    wantsKey('authorization', 'https://api-docs.deepseek.com/quick_start/error_codes', {
      status: 401,
      type: 'authentication_error',
      message: 'Authentication Fails (governor)',
    }),
    reasoningOfCalls(
      'https://api-docs.deepseek.com/guides/thinking_mode, mnfst/modelparams.dev#29',
      (one) => one['reasoning_content'] !== undefined,
      ({ body }) => thinks(body),
      () => ({ message: 'The `reasoning_content` in the thinking mode must be passed back to the API.' }),
    ),
    noForcedTool(thinks, 'maximhq/bifrost#5177', {
      message: 'Thinking mode does not support this tool_choice',
    }),
    noPictures(
      'https://api-docs.deepseek.com/api/create-chat-completion (content: string or text parts)',
      (type, at) => ({
        message: `Failed to deserialize the JSON body into the target type: messages[${at}]: unknown variant \`${type}\`, expected \`text\` at line 1 column 42`,
      }),
    ),
    {
      name: 'names of tools',
      source: 'nanbingxyz/5ire#403 (also with DeepSeek)',
      bad: {
        tools: [{ type: 'function', function: { name: 'files.read', parameters: { type: 'object' } } }],
      },
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ name, at }) =>
          /^[a-zA-Z0-9_-]{1,64}$/.test(name)
            ? undefined
            : {
                message: `Invalid 'tools[${at}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
              },
        ),
    },
    argumentsParse('https://api-docs.deepseek.com/guides/tool_calls', (_, at) => ({
      message: `Invalid 'messages[${at}].tool_calls[0].function.arguments': not valid JSON`,
    })),
    resultsFollow('agno-agi/agno#3105, smallmain/vscode-unify-chat-provider#248', () => ({
      message:
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (insufficient tool messages following tool_calls message)",
    })),
    resultsHaveCalls('https://api-docs.deepseek.com/guides/tool_calls', () => ({
      message: "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
    })),
    aboutField(
      'max_tokens',
      'https://api-docs.deepseek.com/quick_start/pricing',
      { max_tokens: 500_000 },
      (value) =>
        Number(value) > 393_216
          ? { message: 'Invalid max_tokens value, the valid range of max_tokens is [1, 393216]' }
          : undefined,
    ),
    fits(
      window,
      () => 0,
      'https://api-docs.deepseek.com/quick_start/pricing',
      (prompt) => ({
        message: `This model's maximum context length is ${window} tokens. However, you requested ${prompt} tokens. Please reduce the length of the messages or completion.`,
      }),
    ),
  ],
  thinks: ({ body }) => thinks(body),
  callId: (unique) => `call_00_${unique.toString(36).padStart(24, '0')}`,
  preamble: ': keep-alive\n\n',
  // Its own names of cached tokens: https://api-docs.deepseek.com/guides/kv_cache
  dress(event) {
    if (event['usage'] === undefined) return [event];
    const { prompt_tokens_details: _details, ...usage } = toObject(event['usage']);
    return [
      {
        ...event,
        usage: { ...usage, prompt_cache_hit_tokens: 0, prompt_cache_miss_tokens: usage['prompt_tokens'] },
      },
    ];
  },
};
