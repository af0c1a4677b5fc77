/** Z.ai's Messages endpoint with GLM-5.3, as its coding plan serves Claude Code: numbered errors without a type. */
import { asObjects, asText } from '../loose-json.ts';
import type { Double } from './double.ts';
import { zaiError } from './glm.ts';
import { goodMessages } from './messages-rules.ts';
import { fits, wantsKey } from './rules.ts';

const window = 1_000_000;

export const glmMessages: Double = {
  name: 'glm-messages',
  format: 'messages',
  model: 'glm-5.3',
  entry: { context_window: window, max_output_tokens: 131_072, vision: false },
  // Disabled thinking is accepted here, and ignored: No-Compromise-AI/glm-mcp#60.
  good: [goodMessages, { ...goodMessages, thinking: { type: 'disabled' } }],
  envelope(violation) {
    const { status, body } = zaiError(violation);
    return { status, body: { ...(body as object), request_id: '' } };
  },
  rules: [
    wantsKey('x-api-key', 'https://docs.z.ai/api-reference/api-code', {
      status: 401,
      message: 'Authentication parameter not received in Header, unable to authenticate',
      code: '1001',
    }),
    {
      name: 'a prompt',
      source: 'zed-industries/zed#45704',
      bad: [{ messages: [] }, { messages: [{ role: 'user', content: '' }] }],
      violates: ({ body }) =>
        asObjects(body['messages']).some(
          ({ role, content }) => asText(role) === 'user' && (content as unknown) !== '',
        )
          ? undefined
          : { message: 'The prompt parameter was not received normally.', code: '1213' },
    },
    fits(
      window,
      () => 0,
      'zeroclaw-labs/zeroclaw#4124',
      () => ({ message: 'Prompt exceeds max length', code: '1261' }),
    ),
  ],
  callId: (unique) => `call_${unique.toString(16).padStart(24, '0')}`,
};
