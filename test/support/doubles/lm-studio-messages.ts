/** LM Studio's Messages endpoint without its desktop application: users and assistants only, the engine's words as JSON. */
import { asObjects } from '../loose-json.ts';
import type { Double } from './double.ts';
import { grammarRule } from './llama-cpp.ts';
import { fromEngine, loadedWindow } from './lm-studio-words.ts';
import { noSystemMessages, unsigned } from './messages-field-rules.ts';
import { goodMessages, withSchema } from './messages-rules.ts';
import { inOtherWords } from './rules.ts';

export const lmStudioMessages: Double = {
  name: 'lm-studio-messages',
  format: 'messages',
  model: 'qwen/qwen3.6-35b-a3b',
  good: [goodMessages],
  // lmstudio-ai/lmstudio-bug-tracker#1999
  envelope: ({ message, status = 400, type = 'invalid_request_error' }) => ({
    status,
    body: { type: 'error', error: { type, message } },
  }),
  rules: [
    noSystemMessages('lmstudio-ai/lmstudio-bug-tracker#2204', () => ({
      message: "Invalid discriminator value. Expected 'user' | 'assistant'",
    })),
    inOtherWords(
      grammarRule(
        (body) => asObjects(body['tools']).map(({ input_schema: schema }) => schema),
        (schema) => withSchema(schema),
      ),
      fromEngine,
    ),
    loadedWindow,
  ],
  callId: (unique) => String(unique).padStart(9, '1'),
  dress: unsigned,
};
