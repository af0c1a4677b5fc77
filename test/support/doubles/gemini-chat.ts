/** Gemini 3 behind Google's OpenAI-compatible endpoint: the signature of a call is in `extra_content`. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asText, type LooseJson } from '../loose-json.ts';
import { callsOf, goodChat, messagesOf, resultsFollow, toolsOf } from './chat-rules.ts';
import type { Double } from './double.ts';
import { standIn } from './gemini-request.ts';
import { firstViolation, fits, schemasIn, wantsKey } from './rules.ts';

const window = 1_048_576;

function withSignature(signature: string | undefined): (good: JsonObject) => object {
  const extra =
    signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
  return (good) => {
    const [system, user, , result] = toArray(good['messages']);
    const call = { id: 'abcdefgh1', type: 'function', function: { name: 'Read', arguments: '{}' }, ...extra };
    return {
      ...good,
      messages: [system, user, { role: 'assistant', content: '', tool_calls: [call] }, result],
    };
  };
}

function signatureOf(call: LooseJson): string {
  return asText(call['extra_content']?.['google']?.['thought_signature']);
}

/** The messages after the last text of the user. */
function currentTurn(body: LooseJson): { message: LooseJson; at: number }[] {
  const messages = messagesOf(body).map((message, at) => ({ message, at }));
  const begun = messages.findLastIndex(({ message }) => asText(message['role']) === 'user');
  return messages.slice(begun + 1);
}

export const geminiChat: Double = {
  name: 'gemini-chat',
  format: 'chat',
  model: 'gemini-3.5-pro',
  entry: { context_window: window, max_output_tokens: 65_536 },
  good: [withSignature(standIn)(goodChat) as typeof goodChat],
  // The body is a list with one error: TokenRhythm/opensquilla#225.
  envelope: ({ message, status = 400, code }) => ({
    status,
    body: [{ error: { code: status, message, status: code ?? 'INVALID_ARGUMENT' } }],
  }),
  rules: [
    wantsKey('authorization', 'https://ai.google.dev/gemini-api/docs/openai', {
      status: 400,
      message: 'Missing or invalid Authorization header.',
    }),
    {
      name: 'signed calls of the current turn',
      source: 'TokenRhythm/opensquilla#225, lbjlaq/Antigravity-Manager#938',
      bad: withSignature(undefined),
      violates: ({ body }) =>
        firstViolation(currentTurn(body), ({ message, at }) => {
          const [call] = callsOf(message);
          return !call || signatureOf(call) !== ''
            ? undefined
            : {
                message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${asText(call['function']?.['name'])}\` , position ${at + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
              };
        }),
    },
    {
      name: 'signatures',
      source: 'charmbracelet/crush#1698',
      bad: withSignature('c29tZW9uZQ=='),
      violates: ({ body, seals }) =>
        firstViolation(messagesOf(body).flatMap(callsOf), (call) => {
          const seal = signatureOf(call);
          return seal === '' || seal === standIn || seals.verifies(seal)
            ? undefined
            : { message: 'Corrupted thought signature.' };
        }),
    },
    {
      name: 'arrays have items',
      source: 'https://ai.google.dev/api/caching#Schema',
      bad: {
        tools: [
          {
            type: 'function',
            function: { name: 'a', parameters: { type: 'object', properties: { a: { type: 'array' } } } },
          },
        ],
      },
      violates: ({ body }) =>
        firstViolation(toolsOf(body), ({ parameters, at }) =>
          [...schemasIn(parameters)].some(
            ([schema]) => schema['type'] === 'array' && schema['items'] === undefined,
          )
            ? {
                message: `* GenerateContentRequest.tools[0].function_declarations[${at}].parameters.properties[a].items: missing field.\n`,
              }
            : undefined,
        ),
    },
    resultsFollow('google-gemini/gemini-cli#5443', () => ({
      message:
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    })),
    fits(
      window,
      () => 0,
      'https://ai.google.dev/gemini-api/docs/long-context',
      (prompt) => ({
        message: `The input token count (${prompt}) exceeds the maximum number of tokens allowed (${window}).`,
      }),
    ),
  ],
  // Thoughts are hidden unless asked for in `extra_body`, and a call comes whole in one delta.
  thinks: () => false,
  callId: (unique) => `function-call-${unique.toString().padStart(19, '1')}`,
  dress(event, { seals, calls }) {
    const choice = toObject(toArray(event['choices'])[0]);
    const delta = toObject(choice['delta']);
    const [call] = toArray(delta['tool_calls']).map(toObject);
    if (!call) return [event];
    const made = calls[Number(call['index'])];
    if (call['id'] === undefined || !made) return [];
    const whole = {
      ...call,
      function: { name: made.name, arguments: JSON.stringify(made.input) },
      ...(call['index'] === 0 && {
        extra_content: { google: { thought_signature: seals.make(JSON.stringify(made.input)) } },
      }),
    };
    return [{ ...event, choices: [{ ...choice, delta: { ...delta, tool_calls: [whole] } }] }];
  },
};
