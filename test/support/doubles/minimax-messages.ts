/** MiniMax's Messages endpoint with M3, as its coding plan serves Claude Code: no system message in between, no server tools. */
import { asObjects, asText } from '../loose-json.ts';
import type { Double } from './double.ts';
import { goodMessages, pairs } from './messages-rules.ts';
import { noServerTools, noSystemMessages } from './messages-field-rules.ts';
import { invalid, miniMaxError, noKey, overflow } from './minimax-words.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';

const window = 1_000_000;

export const miniMaxMessages: Double = {
  name: 'minimax-messages',
  format: 'messages',
  model: 'MiniMax-M3',
  entry: { context_window: window, max_output_tokens: 131_072 },
  good: [goodMessages, { ...goodMessages, thinking: { type: 'adaptive' } }],
  envelope: miniMaxError,
  rules: [
    wantsKey('x-api-key', 'Kilo-Org/kilocode#11229', noKey('X-Api-Key')),
    noServerTools('ding113/claude-code-hub#1262', () => invalid('function name or parameters is empty')),
    {
      name: 'every tool has a schema',
      source: 'QwenLM/qwen-code#11834',
      bad: [{ tools: [{ name: 'Read' }] }, { tools: [{ name: 'Read', input_schema: {} }] }],
      violates: ({ body }) =>
        firstViolation(asObjects(body['tools']), ({ input_schema: schema }) =>
          Object.keys(schema ?? {}).length > 0 ? undefined : invalid('function parameters is empty'),
        ),
    },
    noSystemMessages('MiniMax-AI/MiniMax-M2.7#43', () =>
      invalid('chat content has invalid message role: system'),
    ),
    aboutField(
      'temperature',
      'https://platform.minimax.io/docs/api-reference/text-anthropic-api (range (0.0, 1.0])',
      [{ temperature: 0 }, { temperature: 1.5 }],
      (value) => (Number(value) > 0 && Number(value) <= 1 ? undefined : invalid('invalid chat setting')),
    ),
    ...pairs('MiniMax-AI/MiniMax-M2#76, Kilo-Org/kilocode#3967', {
      missing: () => invalid('tool call and result not match'),
      unexpected: (id) => invalid(`tool result's tool id(${id}) not found`),
    }),
    fits(
      window,
      () => 0,
      'MiniMax-AI/MiniMax-M2#119, NousResearch/hermes-agent#14743',
      () => overflow,
    ),
  ],
  thinks: ({ body }) => asText(body['thinking']?.['type']) !== 'disabled',
  callId: (unique) => `call_function_${unique.toString(36).padStart(12, 'a')}_1`,
};
