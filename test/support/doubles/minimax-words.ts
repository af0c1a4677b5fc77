/** MiniMax's form of an error: 2013 is the code of every invalid request, at the end of the sentence, in either format. */
import type { Refusal, Violation } from './double.ts';

/** earendil-works/pi#5468, decolua/9router#2509 */
export function miniMaxError({ message, status = 400, type = 'bad_request_error' }: Violation): Refusal {
  return {
    status,
    body: {
      type: 'error',
      error: { type, message, http_code: String(status) },
      request_id: '069ffbad971944ccef596e3b925daa9a',
    },
  };
}

export function invalid(words: string): Violation {
  return { message: `invalid params, ${words} (2013)` };
}

/** wavetermdev/waveterm#3238, Kilo-Org/kilocode#11229 */
export function noKey(header: string): Violation {
  return {
    status: 401,
    type: 'authorized_error',
    message: `login fail: Please carry the API secret key in the '${header}' field of the request header (1004)`,
  };
}

export const overflow = invalid('context window exceeds limit');
