/** LiteLLM's proxy in front of Grok: the vendor's refusal as JSON within a sentence, and words about fallbacks after it. */
import { goodChat } from './chat-rules.ts';
import type { Double, Violation } from './double.ts';
import { routerWords, unsupported } from './litellm-words.ts';
import { aboutField, fits, wantsKey } from './rules.ts';

const window = 256_000;
const model = 'grok-4';

const router = routerWords(model);

/** The vendor's own refusal, with the name of the parameter in its spelling. */
const refused = (param: string): Violation => ({
  message: `litellm.BadRequestError: XaiException - ${JSON.stringify({
    code: 'Client specified an invalid argument',
    error: `Argument not supported on this model: ${param}`,
  })}\nNo fallback model group found for original model_group=${model}. Fallbacks=[{'mf-1': ['deepseek-v3']}]. ${router}`,
});

export const liteLlm: Double = {
  name: 'litellm',
  format: 'chat',
  model,
  entry: { context_window: window, max_output_tokens: 64_000 },
  good: [goodChat],
  // BerriAI/litellm#15070, openai/codex#8100
  envelope: ({ message, status = 400, type, param = null }) => ({
    status,
    body: { error: { message, type: type ?? null, param, code: String(status) } },
  }),
  rules: [
    wantsKey('authorization', 'https://docs.litellm.ai/docs/proxy/virtual_keys', {
      status: 401,
      message: 'Authentication Error, No api key passed in.',
      type: 'auth_error',
      param: 'None',
    }),
    ...['reasoning_effort', 'parallel_tool_calls'].map((param) =>
      aboutField(param, 'kaiko-ai/eva#895', { [param]: 'low' }, () => unsupported('xai', param, model)),
    ),
    ...Object.entries({
      stop: 'stop',
      frequency_penalty: 'frequencyPenalty',
      presence_penalty: 'presencePenalty',
    }).map(([param, spelt]) =>
      aboutField(
        param,
        'BerriAI/litellm#14056, https://docs.x.ai/docs/guides/reasoning',
        { [param]: 0.5 },
        () => refused(spelt),
      ),
    ),
    fits(
      window,
      () => 0,
      'BerriAI/litellm: litellm_core_utils/exception_mapping_utils.py, https://docs.x.ai/docs/models',
      (prompt) => ({
        message: `litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: XaiException - This model's maximum prompt length is ${window} but the request contains ${prompt} tokens.. ${router}`,
      }),
    ),
  ],
  // Grok's reasoning is hidden: https://docs.x.ai/docs/guides/reasoning
  thinks: () => false,
  callId: (unique) => `call_${unique.toString(10).padStart(8, '0')}`,
};
