/** GitHub Copilot in front of Claude: one answer in two choices, opaque reasoning, an editor's headers. */
import { toArray, toObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import { eachMessage, goodChat, messagesOf, resultsFollow } from './chat-rules.ts';
import { chatToolRules } from './chat-tool-rules.ts';
import type { Double } from './double.ts';
import { openAiError } from './openai-rules.ts';
import { firstViolation, fits, wantsKey } from './rules.ts';

const window = 200_000;

export const copilot: Double = {
  name: 'copilot',
  format: 'chat',
  model: 'claude-sonnet-4.6',
  entry: { context_window: window, max_output_tokens: 32_000 },
  headers: { 'editor-version': 'vscode/1.120.0', 'copilot-integration-id': 'vscode-chat' },
  good: [goodChat],
  envelope: (violation) => {
    const { status, body } = openAiError({ code: 'invalid_request_body', ...violation });
    return { status, body };
  },
  rules: [
    wantsKey('authorization', 'ericc-ch/copilot-api', {
      status: 401,
      message: 'unauthorized: unauthorized: AuthenticateToken authentication failed',
      code: 'unauthorized',
    }),
    ...chatToolRules.filter(({ name }) => name === 'at most 128 tools'),
    {
      name: 'opaque reasoning',
      source: 'https://github.com/microsoft/vscode-copilot-chat (reasoning_opaque, reasoning_text)',
      bad: eachMessage((one) =>
        one['role'] === 'assistant'
          ? { ...one, reasoning_text: 'Hm.', reasoning_opaque: 'c29tZW9uZQ==' }
          : one,
      ),
      violates: ({ body, seals }) =>
        firstViolation(messagesOf(body), ({ reasoning_opaque: opaque }, at) =>
          opaque === undefined || seals.verifies(asText(opaque))
            ? undefined
            : { message: `messages.${at}.content.0: Invalid \`signature\` in \`thinking\` block` },
        ),
    },
    resultsFollow('router-for-me/CLIProxyAPI#2798', (missing) => ({
      message: `messages: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    })),
    fits(
      window,
      () => 0,
      'https://github.com/microsoft/vscode-copilot-chat (model_max_prompt_tokens_exceeded)',
      (prompt) => ({
        message: `prompt token count of ${prompt} exceeds the limit of ${window}`,
        code: 'model_max_prompt_tokens_exceeded',
      }),
    ),
  ],
  callId: (unique) => `toolu_vrtx_01${unique.toString(36).padStart(20, 'A')}`,
  // The text is in choice 0 and the calls are in choice 1: ericc-ch/copilot-api#81.
  dress(event, { seals, thinking }) {
    const choice = toObject(toArray(event['choices'])[0]);
    const { reasoning_content: text, ...delta } = toObject(choice['delta']);
    if (text !== undefined) {
      const sealed = thinking.endsWith(asText(text)) ? { reasoning_opaque: seals.make(thinking) } : {};
      return [{ ...event, choices: [{ ...choice, delta: { ...delta, reasoning_text: text, ...sealed } }] }];
    }
    if (delta['tool_calls'] !== undefined) return [{ ...event, choices: [{ ...choice, index: 1, delta }] }];
    if (choice['finish_reason'] !== 'tool_calls') return [event];
    return [
      { ...event, choices: [0, 1].map((index) => ({ index, delta: {}, finish_reason: 'tool_calls' })) },
    ];
  },
};
