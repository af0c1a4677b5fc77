/** The paths of OpenAI Responses, and the shape of its errors. */
import type { ApiErrorType } from '../../../anthropic/events.ts';
import type { Endpoint, ServedEndpoints, ServedError } from '../../served.ts';
import { isPromptTooLong } from './too-long.ts';

const stored =
  'This proxy stores no answers, so none can be fetched, cancelled or deleted by its id. Send the whole conversation as `input` with each request.';

const compacted =
  'Only the servers of OpenAI can compact a conversation in this way. Let the client summarize the conversation itself.';

export const endpoints: ServedEndpoints = {
  find(pathname): Endpoint | undefined {
    const path = /^(?:\/v1)?\/responses(\/.*)?$/.exec(pathname);
    if (!path) return undefined;
    const rest = path[1] ?? '';
    if (rest === '' || rest === '/') return { does: 'answer', method: 'POST' };
    if (rest === '/compact') return { does: 'refuse', why: compacted };
    return { does: 'refuse', why: stored };
  },
  error: ({ type, message, param }: ServedError) => ({
    error: { message, type: errorTypes[type], param: param ?? null, code: codeOf(type, message) },
  }),
};

/** The names that OpenAI's API has for the types of errors. */
const errorTypes: Readonly<Record<ApiErrorType, string>> = {
  invalid_request_error: 'invalid_request_error',
  authentication_error: 'authentication_error',
  billing_error: 'insufficient_quota',
  permission_error: 'permission_error',
  not_found_error: 'invalid_request_error',
  request_too_large: 'invalid_request_error',
  rate_limit_error: 'rate_limit_error',
  api_error: 'server_error',
  timeout_error: 'server_error',
  overloaded_error: 'server_error',
};

function codeOf(type: ApiErrorType, message: string): string | null {
  if (isPromptTooLong(message)) return 'context_length_exceeded';
  return codes[type] ?? null;
}

const codes: Partial<Record<ApiErrorType, string>> = {
  authentication_error: 'invalid_api_key',
  billing_error: 'insufficient_quota',
  not_found_error: 'model_not_found',
  rate_limit_error: 'rate_limit_exceeded',
  overloaded_error: 'server_is_overloaded',
};
