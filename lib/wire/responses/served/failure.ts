/** The error in `response.failed`. */
import type { ApiErrorType } from '../../../anthropic/events.ts';
import type { ServedError } from '../../served.ts';
import { isPromptTooLong } from './too-long.ts';

/**
 * Clients decide by the code whether they try again: Codex does for every code that it does not know, and neither for
 * `invalid_prompt` nor `insufficient_quota`; it compacts the conversation for `context_length_exceeded`.
 */
export function failureOf({ type, message }: ServedError): { code: string; message: string } {
  return { code: isPromptTooLong(message) ? 'context_length_exceeded' : codes[type], message };
}

const codes: Readonly<Record<ApiErrorType, string>> = {
  invalid_request_error: 'invalid_prompt',
  authentication_error: 'invalid_prompt',
  billing_error: 'insufficient_quota',
  permission_error: 'invalid_prompt',
  not_found_error: 'invalid_prompt',
  request_too_large: 'invalid_prompt',
  rate_limit_error: 'rate_limit_exceeded',
  api_error: 'server_error',
  timeout_error: 'server_error',
  overloaded_error: 'server_error',
};
