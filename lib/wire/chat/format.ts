/** OpenAI Chat Completions, which most vendors and local servers offer. */
import type { Format } from '../format.ts';

export const chat = {
  order: 1,
  path: '/chat/completions',
  prefix: '/openai/v1',
  auth: 'bearer',
  thinking: { efforts: 'effort', toggle: 'type' },
  support: async () => (await import('./support.ts')).support,
} as const satisfies Format;
