/** OpenAI Responses. */
import type { Format } from '../format.ts';

export const responses = {
  order: 3,
  path: '/responses',
  prefix: '/openai/v1',
  auth: 'bearer',
  urlKey: { name: 'responses_base_url', description: 'The complete URL of the Responses endpoint.' },
  thinking: { efforts: 'effort', toggle: 'configured' },
  support: async () => (await import('./support.ts')).support,
} as const satisfies Format;
