/** The endpoints that clients of Chat Completions call, and the errors they read. Importing this does not load the format. */
import type { Endpoint, ServedEndpoints, ServedError } from '../../served.ts';
import { errorBody } from './error.ts';

const answer: Endpoint = { does: 'answer', method: 'POST' };
const stored: Endpoint = {
  does: 'refuse',
  why: 'occ stores no completions, so there are none to list, read, change or delete. Send the whole conversation to POST /v1/chat/completions.',
};

/** Clients whose base URL lacks `/v1` call the second one. */
const paths = ['/v1/chat/completions', '/chat/completions'];

export const endpoints: ServedEndpoints = {
  find(pathname) {
    if (paths.includes(pathname)) return answer;
    return paths.some((path) => pathname.startsWith(`${path}/`)) ? stored : undefined;
  },
  error: (error: ServedError) => errorBody(error),
};
