/** What Google requires: the signatures of the current turn's calls, or the documented placeholder. */
import { asText } from '../loose-json.ts';
import type { Rule } from './double.ts';
import { standIn, turnsOf, withCall } from './gemini-request.ts';
import { firstViolation } from './rules.ts';

export const signedCalls: readonly Rule[] = [
  {
    name: 'signed calls of the current turn',
    source:
      'mpfaffenberger/code_puppy#165, lbjlaq/Antigravity-Manager#938, https://ai.google.dev/gemini-api/docs/thought-signatures',
    bad: withCall({ functionCall: { name: 'Read', args: {} } }),
    violates({ body }) {
      const turns = turnsOf(body);
      const begun = turns.findLastIndex(
        ({ role, parts }) =>
          role === 'user' &&
          parts.some(({ text }) => text !== undefined) &&
          !parts.some(({ functionResponse }) => functionResponse),
      );
      return firstViolation(turns, ({ parts }, at) => {
        const first = at > begun ? parts.find(({ functionCall }) => functionCall) : undefined;
        return !first || asText(first['thoughtSignature']) !== ''
          ? undefined
          : {
              message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${asText(first['functionCall']?.['name'])}\` , position ${at + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
            };
      });
    },
  },
  {
    name: 'signatures',
    source: 'charmbracelet/crush#1698, https://ai.google.dev/gemini-api/docs/thought-signatures (stand-in)',
    bad: withCall({ functionCall: { name: 'Read', args: {} }, thoughtSignature: 'c29tZW9uZQ==' }),
    violates: ({ body, seals }) =>
      firstViolation(
        turnsOf(body).flatMap(({ parts }) => parts),
        ({ thoughtSignature }) => {
          const seal = asText(thoughtSignature);
          return ['', standIn, 'context_engineering_is_the_way_to_go'].includes(seal) || seals.verifies(seal)
            ? undefined
            : { message: 'Corrupted thought signature.' };
        },
      ),
  },
];
