/** Anthropic's Messages API. */
import type { Format } from '../format.ts';
import { versionHeaders } from './headers.ts';

export const messages = {
  order: 2,
  path: '/messages',
  prefix: '/anthropic/v1',
  // A base URL for Anthropic clients has no version, since the clients add /v1/messages; others include the version.
  version: '/v1',
  auth: 'x-api-key',
  headers: versionHeaders,
  urlKey: { name: 'anthropic_base_url', description: 'The complete URL of the Messages endpoint.' },
  thinking: { efforts: 'adaptive', toggle: 'adaptive' },
  // The client's body is passed on unchanged, until something in it is refused.
  unknownModel: { betas: true, thinking: 'claude', midSystem: 'system', topK: 'free' },
  support: async () => (await import('./support.ts')).support,
} as const satisfies Format;
