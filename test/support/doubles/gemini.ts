/** Google's generateContent with Gemini 3: signed calls, a subset of OpenAPI as schema, results directly after calls. */

import { toArray, toObject } from '../../../lib/json.ts';
import type { Double } from './double.ts';
import { goodGemini, geminiShape, standIn, turnsOf, withCall } from './gemini-request.ts';
import { schemaRules } from './gemini-schemas.ts';
import { signedCalls } from './gemini-signatures.ts';
import { firstViolation, fits, onlyFields, wantsKey } from './rules.ts';

const window = 1_048_576;

export const gemini: Double = {
  name: 'gemini',
  format: 'gemini',
  model: 'gemini-3.5-pro',
  entry: { context_window: window, max_output_tokens: 65_536 },
  good: [goodGemini],
  envelope: ({ message, status = 400, code }) => ({
    status,
    body: { error: { code: status, message, status: code ?? 'INVALID_ARGUMENT' } },
  }),
  rules: [
    wantsKey('x-goog-api-key', 'https://ai.google.dev/gemini-api/docs/troubleshooting', {
      status: 403,
      code: 'PERMISSION_DENIED',
      message: "Method doesn't allow unregistered callers (callers without established identity).",
    }),
    onlyFields(
      geminiShape,
      'https://ai.google.dev/api/generate-content (the words of nanbingxyz/5ire#42)',
      [{ cache_control: {} }, withCall({ text: 'a', signature: 'b' })],
      ({ path }) => {
        const [name = '', ...rest] = path.toReversed();
        const at = rest
          .toReversed()
          .map((one) => (typeof one === 'number' ? `[${one}]` : `.${one}`))
          .join('')
          .slice(1);
        return {
          message: `Invalid JSON payload received. Unknown name "${name}"${at === '' ? '' : ` at '${at}'`}: Cannot find field.`,
        };
      },
    ),
    ...schemaRules,
    {
      name: 'contents have parts',
      source: 'https://ai.google.dev/api/caching#Content',
      bad: [{ contents: [{ role: 'user', parts: [] }] }, { contents: [] }],
      violates({ body }) {
        const turns = turnsOf(body);
        if (turns.length === 0)
          return { message: '* GenerateContentRequest.contents: contents is not specified\n' };
        return firstViolation(turns, ({ parts }, at) =>
          parts.length > 0
            ? undefined
            : {
                message: `* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.\n`,
              },
        );
      },
    },
    {
      name: 'results directly after calls',
      source: 'https://ai.google.dev/gemini-api/docs/function-calling, google-gemini/gemini-cli#5443',
      bad: [
        { contents: goodGemini.contents.slice(0, 2).concat([{ role: 'user', parts: [{ text: 'And?' }] }]) },
        withCall(
          { functionCall: { name: 'Read', args: {} }, thoughtSignature: standIn },
          { functionCall: { name: 'Read', args: {} } },
        ),
      ],
      violates({ body }) {
        const turns = turnsOf(body);
        return firstViolation(turns, ({ parts }, at) => {
          const calls = parts.filter(({ functionCall }) => functionCall).length;
          const results = (turns[at + 1]?.parts ?? []).filter(
            ({ functionResponse }) => functionResponse,
          ).length;
          return calls === 0 || calls === results
            ? undefined
            : {
                message:
                  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
              };
        });
      },
    },
    {
      name: 'calls directly after a user or a result',
      source: 'https://ai.google.dev/gemini-api/docs/function-calling',
      bad: { contents: goodGemini.contents.slice(1) },
      violates: ({ body }) =>
        firstViolation(turnsOf(body), ({ role, parts }, at) =>
          role === 'model' &&
          parts.some(({ functionCall }) => functionCall) &&
          turnsOf(body)[at - 1]?.role !== 'user'
            ? {
                message:
                  'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
              }
            : undefined,
        ),
    },
    ...signedCalls,
    fits(
      window,
      () => 0,
      'https://ai.google.dev/gemini-api/docs/long-context',
      (prompt) => ({
        message: `The input token count (${prompt}) exceeds the maximum number of tokens allowed (${window}).`,
      }),
    ),
  ],
  callId: (unique) => unique.toString(36).padStart(8, '0'),
  // The first call of an answer is signed; its thinking is a summary without a signature of its own.
  dress(event, { seals, thinking, calls }) {
    const candidate = toObject(toArray(event['candidates'])[0]);
    const { parts } = toObject(candidate['content']);
    const signed = toArray(parts).flatMap((one) => {
      const { thoughtSignature: had, ...rest } = toObject(one);
      if (rest['thought'] === true) return rest['text'] === '' ? [] : [rest];
      return [
        had === undefined ? rest : { ...rest, thoughtSignature: seals.make(`${thinking}${calls.length}`) },
      ];
    });
    return [{ ...event, candidates: [{ ...candidate, content: { role: 'model', parts: signed } }] }];
  },
};
