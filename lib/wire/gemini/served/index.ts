/** Google's generateContent, spoken to clients. */
import type { ServedFormat } from '../../served.ts';
import { readRequest } from './read.ts';
import { same } from './same.ts';

export const served: ServedFormat = {
  translated: true,
  read: readRequest,
  count: (tokens) => ({ totalTokens: tokens }),
  same,
};
