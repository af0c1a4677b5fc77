/** Anthropic's format, spoken to clients. The canonical language is the same, so the body is the request. */
import type { ServedFormat } from '../../served.ts';
import { countPath } from './endpoints.ts';
import { messagesPrinter } from './printer.ts';
import { requireLimit, toRequest } from './read.ts';

export const served: ServedFormat = {
  read: ({ pathname, body }) => {
    const request = toRequest(body);
    if (pathname !== countPath) requireLimit(body);
    return { request, left: [], printer: () => messagesPrinter };
  },
  count: (tokens) => ({ input_tokens: tokens }),
};
