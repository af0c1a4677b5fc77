/** What the end of a response means (P7), and what its failure says. */
import type { ApiError } from '../../anthropic/errors.ts';
import { errorInside } from '../decode/errors.ts';
import type { ApiErrorType, StopReason } from '../../anthropic/events.ts';
import { isObject, toObject, toText, type JsonObject } from '../../json.ts';

const incomplete: Readonly<Record<string, StopReason>> = {
  max_output_tokens: 'max_tokens',
  max_tokens: 'max_tokens',
  content_filter: 'refusal',
  model_context_window_exceeded: 'model_context_window_exceeded',
};

/** The stop reason of a response that did not fail; `odd` is a reason nobody knows, which counts as a limit. */
export function toStopReason(type: string, response: JsonObject): { reason: StopReason; odd?: string } {
  const said = toText(toObject(response['incomplete_details'])['reason']);
  if (said === '' && !isIncomplete(type, response)) return { reason: 'end_turn' };
  const reason = Object.hasOwn(incomplete, said) ? incomplete[said] : undefined;
  return reason ? { reason } : { reason: 'max_tokens', odd: said };
}

function isIncomplete(type: string, response: JsonObject): boolean {
  return type === 'response.incomplete' || response['status'] === 'incomplete';
}

/** OpenAI names a failure by its code alone. */
const typeByCode: Readonly<Record<string, ApiErrorType>> = {
  rate_limit_exceeded: 'rate_limit_error',
  insufficient_quota: 'billing_error',
  server_is_overloaded: 'overloaded_error',
  slow_down: 'overloaded_error',
  invalid_prompt: 'invalid_request_error',
};

/** The failure a finished response tells of; undefined when it did not fail. */
export function failureOf(type: string, response: JsonObject): ApiError | undefined {
  const { error, status } = response;
  const failed =
    type === 'response.failed' ||
    type === 'response.cancelled' ||
    status === 'failed' ||
    status === 'cancelled';
  const told = errorInside({ error: error ?? null });
  if (told) return byCode(told);
  if (!failed) return undefined;
  const how = type === 'response.cancelled' || status === 'cancelled' ? 'cancelled' : 'failed';
  return { status: 0, type: 'api_error', message: `the upstream ${how} its answer without saying why` };
}

/** The error under Anthropic's name for its code, which also is what policy judges it by. */
export function byCode(error: ApiError): ApiError {
  const { upstreamCode: code = '', overflow } = error;
  if (overflow || !Object.hasOwn(typeByCode, code)) return error;
  return { ...error, type: typeByCode[code] ?? error.type, upstreamType: error.upstreamType ?? code };
}

/** The response an event carries; a body that is the response itself carries itself. */
export function responseIn(json: JsonObject): JsonObject {
  return isObject(json['response']) ? json['response'] : json;
}
