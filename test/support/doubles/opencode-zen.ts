/** OpenCode Zen's Responses: the vendor's refusals in its words, and reasoning that was sealed for somebody else. */
import type { Double, Violation } from './double.ts';
import { openAiResponses } from './openai-responses.ts';
import { asText, type LooseJson } from '../loose-json.ts';
import { aboutField, inOtherWords, wantsKey } from './rules.ts';

/** Kilo-Org/kilocode#14314, can1357/oh-my-pi#11928, Alishahryar1/free-claude-code#1748 */
const upstream =
  (rule: string) =>
  ({ message, param = null, type = 'invalid_request_error' }: Violation): Violation => ({
    message: `Error from provider (Console): Upstream request failed: [${type}] ${
      rule === 'sealed reasoning' ? 'reasoning `encrypted_content` was not issued to this caller' : message
    }`,
    param,
    type,
  });

export const openCodeZen: Double = {
  ...openAiResponses,
  name: 'opencode-zen',
  provider: { gateway: true, sessionHeader: 'x-opencode-session' },
  model: 'muse-spark-1.3-contributor',
  envelope: ({ message, status = 400, type = 'invalid_request_error', param = null }) => ({
    status,
    body:
      type === 'AuthError'
        ? { type: 'error', error: { type, message } }
        : { model: 'muse-spark-1.3-contributor', error: { param, type, message } },
  }),
  rules: [
    wantsKey('authorization', 'https://github.com/anomalyco/opencode: routes/zen/util/handler.ts', {
      status: 401,
      type: 'AuthError',
      message: 'Missing API key.',
    }),
    ...openAiResponses.rules
      .filter(({ name, badHeaders }) => !badHeaders && name !== 'reasoning')
      .map((rule) => inOtherWords(rule, upstream(rule.name))),
    // The model's levels in OpenCode's catalogue: minimal to xhigh.
    inOtherWords(
      aboutField('reasoning', 'https://opencode.ai/docs/zen', { reasoning: { effort: 'none' } }, (value) => {
        const effort = asText((value as LooseJson)['effort']);
        return ['', 'minimal', 'low', 'medium', 'high', 'xhigh'].includes(effort)
          ? undefined
          : {
              message: `Unsupported value: '${effort}' is not supported with this model. Supported values are: 'minimal', 'low', 'medium', 'high', and 'xhigh'.`,
              param: 'reasoning.effort',
            };
      }),
      upstream('reasoning'),
    ),
  ],
  // The price after the last event.
  postamble: 'event: ping\ndata: {"type":"ping","cost":"0"}\n\n',
};
