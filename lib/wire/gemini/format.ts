/** Google's generateContent. */
import type { Format } from '../format.ts';

export const gemini = {
  order: 4,
  path: '/models',
  idInPath: true,
  prefix: '/google/v1beta',
  auth: 'x-goog-api-key',
  urlKey: {
    name: 'gemini_base_url',
    description: 'The URL of the Gemini endpoint; it ends in /models.',
  },
  thinking: { efforts: 'effort', toggle: 'configured' },
  support: async () => (await import('./support.ts')).support,
} as const satisfies Format;
