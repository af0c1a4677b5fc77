/** The endpoints that clients of Anthropic's format call, and the errors they read. */
import type { Endpoint, ServedEndpoints, ServedError } from '../../served.ts';

/** Where a request is counted, which needs no limit for its answer. */
export const countPath = '/v1/messages/count_tokens';

const paths: Readonly<Record<string, Endpoint>> = {
  '/v1/messages': { does: 'answer', method: 'POST' },
  [countPath]: { does: 'count', method: 'POST' },
};

export const endpoints: ServedEndpoints = {
  find: (pathname) => (Object.hasOwn(paths, pathname) ? paths[pathname] : undefined),
  error: ({ type, message, requestId }: ServedError) => ({
    type: 'error',
    error: { type, message },
    request_id: requestId,
  }),
};
