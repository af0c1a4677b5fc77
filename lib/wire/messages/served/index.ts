/** Anthropic's format, spoken to clients. The canonical language is the same, so the body is the request. */
import type { ServedFormat } from '../../served.ts';
import { messagesPrinter } from './printer.ts';
import { toRequest } from './read.ts';

export const served: ServedFormat = {
  read: ({ body }) => ({ request: toRequest(body), left: [], printer: () => messagesPrinter }),
  count: (tokens) => ({ input_tokens: tokens }),
};
