/** Z.ai's Chat Completions with GLM-5.3: numbered errors, three efforts, thinking that cannot be disabled, text only. */
import { asText } from '../loose-json.ts';
import { effortIn, noPictures } from './chat-field-rules.ts';
import { goodChat, messagesOf } from './chat-rules.ts';
import type { Double, Refusal, Violation } from './double.ts';
import { aboutField, fits, wantsKey } from './rules.ts';

const window = 1_000_000;
const maxOutput = 131_072;
const alwaysThinks: Violation = {
  message: 'This model always engages in thinking and cannot be disabled; please use low, high, or max',
  code: '1210',
};

/** https://docs.z.ai/api-reference/api-code */
export function zaiError({ message, status = 400, code = '1210' }: Violation): Refusal {
  return { status, body: { error: { code, message } } };
}

export const glm: Double = {
  name: 'glm',
  format: 'chat',
  model: 'glm-5.3',
  entry: { context_window: window, max_output_tokens: maxOutput, vision: false },
  good: [
    goodChat,
    { ...goodChat, thinking: { type: 'enabled' }, reasoning_effort: 'low', tool_choice: 'auto' },
  ],
  envelope: zaiError,
  rules: [
    wantsKey('authorization', 'https://docs.z.ai/api-reference/api-code', {
      status: 401,
      message: 'Authentication parameter not received in Header, unable to authenticate',
      code: '1001',
    }),
    aboutField(
      'thinking',
      'mnfst/modelparams.dev#327, KiwiGaze/glm-for-copilot#40',
      { thinking: { type: 'disabled' } },
      (thinking) => ((thinking as { type?: unknown }).type === 'disabled' ? alwaysThinks : undefined),
    ),
    effortIn(
      ['low', 'high', 'max'],
      'mnfst/modelparams.dev#327',
      [{ reasoning_effort: 'none' }, { reasoning_effort: 'medium' }, { reasoning_effort: 'xhigh' }],
      () => alwaysThinks,
    ),
    // It does not say which parameter: charmbracelet/crush#1237.
    aboutField(
      'max_tokens',
      'mnfst/modelparams.dev#327, charmbracelet/crush#1237',
      { max_tokens: maxOutput + 1 },
      (value) =>
        Number(value) > maxOutput
          ? { message: 'Invalid API parameter, please check the documentation.' }
          : undefined,
    ),
    aboutField(
      'tool_choice',
      'https://docs.z.ai/api-reference/llm/chat-completion (tool_choice: only auto)',
      [{ tool_choice: 'required' }, { tool_choice: { type: 'function', function: { name: 'Read' } } }],
      (choice) =>
        choice === 'auto' ? undefined : { message: 'Invalid API parameter, please check the documentation.' },
    ),
    noPictures('BigPizzaV3/CodexPlusPlus#1760, TriDefender/zcode-api#26', () => ({
      message: "messages.content.type 参数非法，取值范围 ['text']",
    })),
    {
      name: 'a user message',
      source: 'anomalyco/opencode#2557',
      bad: { messages: [{ role: 'system', content: 'You are helpful.' }] },
      violates: ({ body }) =>
        messagesOf(body).some(({ role }) => asText(role) === 'user')
          ? undefined
          : { message: 'The messages parameter is illegal. Please check the documentation.', code: '1214' },
    },
    {
      name: 'no empty message',
      source: 'yangjian102621/geekai-plus#1, continuedev/continue#13259',
      bad: { messages: [{ role: 'user', content: '' }] },
      violates: ({ body }) =>
        messagesOf(body).some(({ role, content }) => asText(role) === 'user' && (content as unknown) === '')
          ? { message: 'The messages parameter is illegal. Please check the documentation.', code: '1214' }
          : undefined,
    },
    fits(
      window,
      () => 0,
      'zeroclaw-labs/zeroclaw#4124',
      () => ({ message: 'Prompt exceeds max length', code: '1261' }),
    ),
  ],
  callId: (unique) => `call_-${String(unique).padStart(19, '8')}`,
};
