/** Anthropic's own Messages API with a current Claude: signed thinking, strict pairs, no sampling, no unknown field. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import type { Double } from './double.ts';
import {
  anthropicError,
  blocksOf,
  extraInputs,
  goodMessages,
  isThinking,
  noEmptyText,
  pairs,
  toolRules,
  toolUse,
  withAssistant,
} from './messages-rules.ts';
import { messagesShape } from './messages-shape.ts';
import { signedThinking } from './signed-thinking.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';
import { by, each, fields } from './shapes.ts';

const window = 200_000;
const maxOutput = 128_000;
const model = 'claude-opus-5-5';

const accepted = messagesShape('service_tier container inference_geo speed cache_control safeguards', {
  thinking: fields('type budget_tokens display'),
  output_config: fields('effort format task_budget'),
  context_management: fields('', {
    edits: each(
      by('type', { clear_thinking_20251015: fields('type keep'), clear_tool_uses_20250919: 'any' }),
    ),
  }),
});

export const anthropic: Double = {
  // As a provider's name, `anthropic` would be taken for the prefix under which /v1/models lists ids.
  name: 'anthropic-api',
  format: 'messages',
  model,
  entry: { context_window: window, max_output_tokens: maxOutput },
  good: [
    goodMessages,
    { ...goodMessages, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
  ],
  envelope: anthropicError,
  rules: [
    wantsKey('x-api-key', 'https://docs.claude.com/en/api/errors', {
      status: 401,
      type: 'authentication_error',
      message: 'x-api-key header is required',
    }),
    extraInputs(
      accepted,
      'anthropics/claude-code#4378, lbjlaq/Antigravity-Manager#125, Wei-Shaw/sub2api#1968',
      [
        { reasoning_effort: 'high' },
        { context_management: { edits: [], enabled: true } },
        { system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', scope: 'global' } }] },
        withAssistant({ type: 'text', text: 'a', thought: 'b' }, toolUse),
      ],
    ),
    {
      name: 'ids',
      source: 'https://docs.claude.com/en/api/messages',
      bad: (good) => JSON.parse(JSON.stringify(good).replaceAll('toolu_1', 'functions.Read:0')) as object,
      violates: ({ body }) =>
        firstViolation(blocksOf(body), ({ block, type, path }) =>
          type !== 'tool_use' || /^[a-zA-Z0-9_-]+$/.test(asText(block['id']))
            ? undefined
            : { message: `${path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'` },
        ),
    },
    ...toolRules(),
    ...pairs('anthropics/claude-code#8210, lidge-jun/opencodex#620'),
    noEmptyText,
    {
      name: 'at most four cache marks',
      source: 'continuedev/continue#6937, tghamm/Anthropic.SDK#50',
      bad: {
        system: Array.from({ length: 5 }, () => ({
          type: 'text',
          text: 'x',
          cache_control: { type: 'ephemeral' },
        })),
      },
      violates({ body }) {
        const found = JSON.stringify(body).split('"cache_control":{').length - 1;
        return found <= 4
          ? undefined
          : { message: `A maximum of 4 blocks with cache_control may be provided. Found ${found}.` };
      },
    },
    ...signedThinking,
    aboutField(
      'context_management',
      'Wei-Shaw/sub2api#599',
      { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } },
      (value, { body }) =>
        JSON.stringify(value).includes('clear_thinking_20251015') && !isThinking(body)
          ? {
              message: '`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive',
            }
          : undefined,
    ),
    ...['temperature', 'top_p', 'top_k'].map((param) =>
      aboutField(
        param,
        'https://docs.claude.com/en/docs/about-claude/models/whats-new-claude-4-7',
        { [param]: 0.5 },
        () => ({
          message: `\`${param}\` is deprecated for this model.`,
        }),
      ),
    ),
    aboutField(
      'max_tokens',
      'https://docs.claude.com/en/api/messages',
      { max_tokens: maxOutput + 1 },
      (value) =>
        Number(value) > maxOutput
          ? {
              message: `max_tokens: ${Number(value)} > ${maxOutput}, which is the maximum allowed number of output tokens for ${model}`,
            }
          : undefined,
    ),
    {
      name: 'the last message is of the user',
      source: 'https://docs.claude.com/en/docs/about-claude/models/whats-new-claude-4-6',
      bad: {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'I' },
        ],
      },
      violates: ({ body }) =>
        toObject(toArray(body['messages']).at(-1))['role'] === 'assistant'
          ? {
              message:
                'This model does not support assistant message prefill. The conversation must end with a user message.',
            }
          : undefined,
    },
    fits(
      window,
      () => 0,
      'https://docs.claude.com/en/docs/build-with-claude/context-windows',
      (prompt) => ({
        message: `prompt is too long: ${prompt} tokens > ${window} maximum`,
      }),
    ),
  ],
  thinks: ({ body }) => isThinking(body),
  callId: (unique) => `toolu_01${unique.toString(36).padStart(22, 'A')}`,
};
