/** OpenAI's Responses API without storage: typed content, sealed reasoning that only its maker can verify. */

import { toArray, type JsonObject } from '../../../lib/json.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import type { Double } from './double.ts';
import { openAiError, toolRules } from './openai-rules.ts';
import { goodResponses, itemsOf, outputsIn, plusItems, shapeRules } from './responses-rules.ts';
import { aboutField, firstViolation, fits, wantsKey } from './rules.ts';

const window = 400_000;

export const openAiResponses: Double = {
  name: 'openai-responses',
  format: 'responses',
  model: 'gpt-5.6-terra',
  entry: { context_window: window, max_output_tokens: 128_000 },
  good: [goodResponses],
  envelope: openAiError,
  rules: [
    wantsKey('authorization', 'https://platform.openai.com/docs/guides/error-codes', {
      status: 401,
      message: 'Missing bearer authentication in header',
    }),
    ...shapeRules,
    ...['temperature', 'top_p'].map((param) =>
      aboutField(param, 'https://platform.openai.com/docs/guides/latest-model', { [param]: 0.5 }, () => ({
        message: `Unsupported parameter: '${param}' is not supported with this model.`,
        param,
        code: 'unsupported_parameter',
      })),
    ),
    aboutField('reasoning', 'livekit/agents#7169', { reasoning: { effort: 'max' } }, (value) => {
      const effort = asText((value as LooseJson)['effort']);
      return ['', 'none', 'low', 'medium', 'high', 'xhigh'].includes(effort)
        ? undefined
        : {
            message: `Unsupported value: '${effort}' is not supported with the 'gpt-5.6-terra' model. Supported values are: 'none', 'low', 'medium', 'high', and 'xhigh'.`,
            param: 'reasoning.effort',
            code: 'unsupported_value',
          };
    }),
    aboutField(
      'max_output_tokens',
      'https://platform.openai.com/docs/api-reference/responses/create',
      { max_output_tokens: 8 },
      (value) =>
        Number(value) >= 16
          ? undefined
          : {
              message: `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${Number(value)} instead.`,
              param: 'max_output_tokens',
              code: 'integer_below_min_value',
            },
    ),
    ...toolRules(
      (body) =>
        asObjects(body['tools'])
          .filter(({ type }) => asText(type) === 'function')
          .map((tool, at) => ({
            name: asText(tool['name']),
            parameters: tool['parameters'],
            path: `tools[${at}]`,
          })),
      (list, name) => (given) => ({
        ...given,
        tools: list.map((one, at) => ({ type: 'function', name: name ?? `tool_${at}`, parameters: one })),
      }),
    ),
    {
      name: 'ids of at most 64 characters',
      source: 'AnswerDotAI/fastllm#45',
      bad: (given) => JSON.parse(JSON.stringify(given).replaceAll('call_1', 'i'.repeat(65))) as object,
      violates: ({ body }) =>
        firstViolation(itemsOf(body), ({ call_id: id }, at) => {
          const { length } = asText(id);
          return length <= 64
            ? undefined
            : {
                message: `Invalid 'input[${at}].call_id': string too long. Expected a string with maximum length 64, but got a string with length ${length} instead.`,
                param: `input[${at}].call_id`,
                code: 'string_above_max_length',
              };
        }),
    },
    {
      name: 'calls have outputs',
      source: 'lace-ai/gai#49, https://platform.openai.com/docs/guides/function-calling',
      bad: (given) => ({ ...given, input: toArray(given['input']).slice(0, -1) }),
      violates: ({ body }) =>
        firstViolation(itemsOf(body), ({ type, call_id: id }) =>
          asText(type) !== 'function_call' || outputsIn(body).has(asText(id))
            ? undefined
            : { message: `No tool output found for function call ${asText(id)}.`, param: 'input' },
        ),
    },
    {
      name: 'outputs have calls',
      source: 'https://platform.openai.com/docs/guides/function-calling',
      bad: plusItems({ type: 'function_call_output', call_id: 'call_9', output: 'x' }),
      violates({ body }) {
        const calls = new Set(
          itemsOf(body)
            .filter(({ type }) => asText(type) === 'function_call')
            .map((one) => asText(one['call_id'])),
        );
        const lost = [...outputsIn(body)].find((id) => !calls.has(id));
        return lost === undefined
          ? undefined
          : { message: `No tool call found for function call output with call_id ${lost}.`, param: 'input' };
      },
    },
    {
      name: 'sealed reasoning',
      source: 'openai/codex#8145, continuedev/continue#10643, Wei-Shaw/sub2api#2863',
      bad: plusItems({ type: 'reasoning', summary: [], encrypted_content: 'gAAAAA==' }),
      violates: ({ body, seals }) =>
        firstViolation(itemsOf(body), ({ type, encrypted_content: sealed }) =>
          asText(type) !== 'reasoning' || seals.verifies(asText(sealed))
            ? undefined
            : {
                message: `The encrypted content ${asText(sealed).slice(0, 4)}...${asText(sealed).slice(-4)} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
                code: 'invalid_encrypted_content',
              },
        ),
    },
    fits(
      window,
      () => 0,
      'https://platform.openai.com/docs/guides/error-codes (context_length_exceeded)',
      () => ({
        message:
          'Your input exceeds the context window of this model. Please adjust your input and try again.',
        param: 'input',
        code: 'context_length_exceeded',
      }),
    ),
  ],
  callId: (unique) => `call_${unique.toString(36).padStart(24, '0')}`,
  // A message before calls is a comment, the last one the answer: earendil-works/pi#1819.
  dress: (event, { calls }) => [withPhase(event, calls.length > 0 ? 'commentary' : 'final_answer')],
};

function withPhase(event: JsonObject, phase: string): JsonObject {
  return JSON.parse(JSON.stringify(event), (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'message'
      ? { ...value, phase }
      : value,
  ) as JsonObject;
}
