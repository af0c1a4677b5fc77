/** What LM Studio says at either endpoint: refusals of the engine inside its own words, and of the window that is loaded. */
import type { Rule, Violation } from './double.ts';
import { tokensIn } from './rules.ts';

const window = 65_536;

/** lmstudio-ai/lmstudio-bug-tracker#1999, lmstudio-ai/lmstudio-bug-tracker#2168 */
export function fromEngine({ message }: Violation): Violation {
  const error = { code: 400, message, type: 'invalid_request_error' };
  return {
    message: `Engine protocol predict request returned 400: ${JSON.stringify({ error })}. Error Data: n/a, Additional Data: n/a`,
    type: 'api_error',
  };
}

export const loadedWindow: Rule = {
  name: 'the prompt fits the window',
  source: 'lmstudio-ai/lmstudio-bug-tracker#546, lmstudio-ai/lmstudio-bug-tracker#237',
  bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
  violates({ body }) {
    const prompt = tokensIn(body);
    return prompt < window
      ? undefined
      : {
          message: `Trying to keep the first ${prompt} tokens when context the overflows. However, the model is loaded with context length of only ${window} tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input.`,
          type: 'api_error',
        };
  },
};
