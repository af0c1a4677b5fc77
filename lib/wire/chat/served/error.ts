/** Errors in OpenAI's shape: https://platform.openai.com/docs/guides/error-codes. */
import type { ApiErrorType } from '../../../anthropic/events.ts';
import type { ServedError } from '../../served.ts';

interface Naming {
  type: string;
  code: string | null;
}

/** Clients look at the status first and then at `code`. OpenAI has few types, most of which stand for several codes. */
const names: Readonly<Record<ApiErrorType, Naming>> = {
  invalid_request_error: { type: 'invalid_request_error', code: null },
  authentication_error: { type: 'invalid_request_error', code: 'invalid_api_key' },
  billing_error: { type: 'insufficient_quota', code: 'insufficient_quota' },
  permission_error: { type: 'invalid_request_error', code: 'permission_denied' },
  not_found_error: { type: 'invalid_request_error', code: 'not_found' },
  request_too_large: { type: 'invalid_request_error', code: 'request_too_large' },
  rate_limit_error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  api_error: { type: 'server_error', code: null },
  timeout_error: { type: 'server_error', code: 'timeout' },
  overloaded_error: { type: 'server_error', code: 'server_overloaded' },
};

/** By this code clients notice that the conversation has to be shortened. */
const overflow: Naming = { type: 'invalid_request_error', code: 'context_length_exceeded' };

export function errorBody({ type, message, param }: Pick<ServedError, 'type' | 'message' | 'param'>): {
  error: { message: string; type: string; param: string | null; code: string | null };
} {
  const isOverflow = type === 'invalid_request_error' && /\bprompt is too long\b/.test(message);
  const name = isOverflow ? overflow : names[type];
  return { error: { message, type: name.type, param: param ?? null, code: name.code } };
}
