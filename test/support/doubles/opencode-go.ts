/** OpenCode Go's Chat Completions with DeepSeek: a session's header, its own check of schemas, the vendor's words inside its own. */
import { withParameters } from './chat-field-rules.ts';
import { toolsOf } from './chat-rules.ts';
import { deepseek } from './deepseek.ts';
import type { Double, Violation } from './double.ts';
import { firstViolation, inOtherWords, schemasIn, wantsKey } from './rules.ts';

/** The types of errors that the gateway makes itself. */
const own = new Set(['AuthError', 'MissingSessionID']);

/** What the vendor behind the gateway refused: anomalyco/opencode#48983, tashfeenahmed/freellmapi#797. */
const upstream = ({ message, type = 'invalid_request_error' }: Violation): Violation => ({
  message: `Error from provider (Console Go): Upstream request failed: [${type}] ${message}`,
  type,
});

const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];

export const openCodeGo: Double = {
  ...deepseek,
  name: 'opencode-go',
  provider: { gateway: true, sessionHeader: 'x-opencode-session' },
  envelope: ({ message, status = 400, type = 'server_error', param = null }) => ({
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    body: own.has(type) ? { type: 'error', error: { type, message } } : { error: { param, type, message } },
  }),
  rules: [
    wantsKey('authorization', 'https://github.com/anomalyco/opencode: routes/zen/util/handler.ts', {
      status: 401,
      type: 'AuthError',
      message: 'Missing API key.',
    }),
    {
      name: 'a session',
      source: 'webbrain-one/webbrain#3031, anomalyco/opencode#47763',
      bad: [],
      badHeaders: { authorization: 'Bearer k' },
      violates: ({ headers }) =>
        headers['x-opencode-session'] === undefined
          ? {
              type: 'MissingSessionID',
              message:
                'Error from provider (Console Go): Request is missing x-opencode-session and cannot be routed efficiently. Please see https://opencode.ai/docs/go/#where-can-i-use-it',
            }
          : undefined,
    },
    // It names a number of tools, whatever the reason is: anomalyco/opencode#43374, anomalyco/opencode#43378.
    {
      name: 'schemas without limits of numbers',
      source: 'anomalyco/opencode#43372, anomalyco/opencode#43374, anomalyco/opencode#43378',
      bad: limits.map((limit) =>
        withParameters({ type: 'object', properties: { count: { type: 'integer', [limit]: 1 } } }),
      ),
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ parameters }) =>
          [...schemasIn(parameters)].some(([schema]) => limits.some((limit) => schema[limit] !== undefined))
            ? {
                message:
                  'Error from provider (Console Go): Upstream request failed: [unsupported_tool_schema] The tool schema is not supported (tool_count_limit).',
                type: 'invalid_request_error',
                param: 'tools',
              }
            : undefined,
        ),
    },
    ...deepseek.rules.filter(({ badHeaders }) => !badHeaders).map((rule) => inOtherWords(rule, upstream)),
  ],
  // The price is in an event before the last one, and in one after it.
  postamble: 'data: {"choices":[],"cost":"0"}\n\n',
  dress: (event, answering) => [
    ...(deepseek.dress?.(event, answering) ?? [event]),
    ...(event['usage'] === undefined
      ? []
      : [{ choices: [], 'x-opencode-type': 'inference-cost', cost: '0.00004669', normalizedUsage: {} }]),
  ],
};
