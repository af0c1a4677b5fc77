/** LiteLLM's Messages endpoint in front of GPT-4o mini: it translates, and refuses fields by the names in its translation. */
import type { JsonObject } from '../../../lib/json.ts';
import { asObjects, asText } from '../loose-json.ts';
import type { Double, Violation } from './double.ts';
import { routerWords, unsupported } from './litellm-words.ts';
import { goodMessages, isThinking } from './messages-rules.ts';
import { toolRules } from './openai-rules.ts';
import { aboutField, fits, inOtherWords, wantsKey } from './rules.ts';

const window = 128_000;
const maxOutput = 16_384;
const model = 'gpt-4o-mini';

/** OpenAI's refusal inside its words: openai/codex#8100, OpenHands/OpenHands#7167. */
const fromOpenAi = ({ message }: Violation): Violation => ({
  message: `litellm.BadRequestError: OpenAIException - ${message}. ${routerWords(model)}`,
});

const schemaRules = toolRules(
  (body) =>
    asObjects(body['tools']).map(({ name, input_schema: parameters }, at) => ({
      name: asText(name),
      parameters,
      path: `tools[${at}].function`,
    })),
  (list, name) => (good: JsonObject) => ({
    ...good,
    tools: list.map((schema, at) => ({ name: name ?? `tool_${at}`, input_schema: schema })),
  }),
);

export const liteLlmMessages: Double = {
  name: 'litellm-messages',
  format: 'messages',
  model,
  good: [goodMessages, { ...goodMessages, thinking: { type: 'disabled' } }],
  // BerriAI/litellm#33738
  envelope: ({ message, status = 400, type = 'invalid_request_error' }) => ({
    status,
    body: { type: 'error', error: { type, message } },
  }),
  rules: [
    wantsKey('x-api-key', 'https://docs.litellm.ai/docs/proxy/virtual_keys', {
      status: 401,
      message: 'Authentication Error, No api key passed in.',
      type: 'auth_error',
    }),
    // The field that is named is not the one that was sent.
    aboutField(
      'thinking',
      'BerriAI/litellm#30218',
      [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, { thinking: { type: 'adaptive' } }],
      (_, { body }) => (isThinking(body) ? unsupported('openai', 'reasoning_effort', model) : undefined),
    ),
    aboutField('max_tokens', 'charmbracelet/catwalk#41', { max_tokens: 20_000 }, (value) =>
      Number(value) > maxOutput
        ? fromOpenAi({
            message: `max_tokens is too large: ${Number(value)}. This model supports at most ${maxOutput} completion tokens, whereas you provided ${Number(value)}.`,
          })
        : undefined,
    ),
    ...schemaRules.map((rule) => inOtherWords(rule, fromOpenAi)),
    fits(
      window,
      () => 0,
      'https://github.com/BerriAI/litellm: litellm_core_utils/exception_mapping_utils.py',
      (prompt) => ({
        message: `litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - This model's maximum context length is ${window} tokens. However, your messages resulted in ${prompt} tokens. Please reduce the length of the messages.. ${routerWords(model)}`,
      }),
    ),
  ],
  thinks: () => false,
  callId: (unique) => `call_${unique.toString(36).padStart(24, '0')}`,
};
