/** Error responses observed on OpenCode's gateways, with the expected failure class and the error that the client gets. */
import type { ApiErrorType } from '../../lib/anthropic/events.ts';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { FailureClass } from '../../lib/proxy/policy/failures.ts';

export interface OpenCodeError {
  name: string;
  status: number;
  body: string;
  headers?: Record<string, string>;
  failure: FailureClass;
  /** The error that the client gets if no other model can answer. */
  expected: { status: number; type: ApiErrorType; permanent: boolean; retryAfter?: string };
}

const gateway = (type: string, message: string, more: object = {}): string =>
  JSON.stringify({ type: 'error', error: { type, message }, ...more });
const console = (error: object): string => JSON.stringify({ error });

const credentials = { status: 424, type: 'authentication_error', permanent: true } as const;
const balance = { status: 402, type: 'billing_error', permanent: true } as const;
const quota = { status: 429, type: 'rate_limit_error', permanent: true } as const;
const gone = { status: 424, type: 'api_error', permanent: true } as const;
const client = { status: 400, type: 'invalid_request_error', permanent: false } as const;
const limited = { status: 429, type: 'rate_limit_error', permanent: false } as const;
const broken = { status: 500, type: 'api_error', permanent: false } as const;
const overloaded = { status: 503, type: 'overloaded_error', permanent: false } as const;

export const openCodeErrors: readonly OpenCodeError[] = [
  {
    name: 'an unknown model',
    status: 401,
    body: gateway('ModelError', 'Model first is not supported'),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a model that is not on this endpoint',
    status: 401,
    body: gateway('ModelError', 'Model first is not supported for format oa-compat'),
    failure: 'format',
    expected: gone,
  },
  {
    name: 'a missing key',
    status: 401,
    body: gateway('AuthError', 'Missing API key.'),
    failure: 'credentials',
    expected: credentials,
  },
  {
    name: 'a wrong key at the Console',
    status: 401,
    body: console({ type: 'server_error', message: 'Upstream request failed: Invalid credential' }),
    failure: 'credentials',
    expected: credentials,
  },
  {
    name: 'a blocked account',
    status: 401,
    body: gateway('INFERENCE_ACCESS_BLOCKED', 'blocked'),
    failure: 'credentials',
    expected: credentials,
  },
  {
    name: 'a key error of the vendor, passed on by the gateway',
    status: 401,
    body: console({
      message: 'Incorrect API key provided: zen.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'an empty balance',
    status: 401,
    body: gateway('CreditsError', 'Insufficient balance. Manage your billing here'),
    failure: 'balance',
    expected: balance,
  },
  {
    name: 'a monthly cap',
    status: 401,
    body: gateway('MonthlyLimitError', 'cap'),
    failure: 'allowance',
    expected: quota,
  },
  {
    name: 'a member’s cap',
    status: 401,
    body: gateway('UserLimitError', 'cap'),
    failure: 'allowance',
    expected: quota,
  },
  { name: 'a bare 402', status: 402, body: '', failure: 'balance', expected: balance },
  {
    name: 'insufficient funds at the Console',
    status: 402,
    body: console({ message: 'Upstream request failed: Insufficient account funds' }),
    failure: 'balance',
    expected: balance,
  },
  {
    name: 'a region that is not allowed',
    status: 403,
    body: gateway('RegionError', 'region'),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a data policy',
    status: 403,
    body: gateway('DataPolicyError', 'policy'),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a free model outside OpenCode',
    status: 403,
    body: gateway('FreeTierError', "OpenCode's free tier can only be used from within OpenCode"),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'disabled model access',
    status: 403,
    body: console({ message: 'Model access is disabled' }),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a block page that is not JSON',
    status: 403,
    body: 'error code: 1010',
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'an HTML 404 page',
    status: 404,
    body: '<html><title>404</title></html>',
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a model that was removed',
    status: 410,
    body: gateway('ModelDeprecated', 'removed'),
    failure: 'gone',
    expected: gone,
  },
  {
    name: 'a usage limit that resets in hours',
    status: 429,
    body: gateway('GoUsageLimitError', '5-hour usage limit reached. Resets in 7hr 29min.', {
      metadata: { workspace: 'wrk_1', limitName: '5 hour' },
    }),
    headers: { 'retry-after': '42694' },
    failure: 'allowance',
    expected: quota,
  },
  {
    name: 'a usage limit that resets in seconds',
    status: 429,
    body: gateway('GoUsageLimitError', 'usage limit reached'),
    headers: { 'retry-after': '30' },
    failure: 'allowance',
    expected: { ...quota, permanent: false, retryAfter: '30' },
  },
  {
    name: 'an exhausted free tier',
    status: 429,
    body: gateway('FreeUsageLimitError', 'spent', { metadata: {} }),
    headers: { 'retry-after': '3600' },
    failure: 'allowance',
    expected: quota,
  },
  {
    name: 'too many requests per minute',
    status: 429,
    body: gateway('RateLimitError', 'slow down'),
    headers: { 'retry-after': '60' },
    failure: 'rate',
    expected: { ...limited, retryAfter: '60' },
  },
  {
    name: 'a rate limit of the vendor',
    status: 429,
    body: console({
      message: 'Provider rate limit exceeded',
      type: 'rate_limit_error',
      param: null,
      code: 'provider_rate_limit_exceeded',
    }),
    failure: 'rate',
    expected: limited,
  },
  {
    name: 'a rate limit without an error object',
    status: 429,
    body: JSON.stringify({
      param: null,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
      message: 'Rate limit exceeded. Please retry after a brief wait.',
    }),
    failure: 'rate',
    expected: limited,
  },
  {
    name: 'an internal error of the gateway',
    status: 500,
    body: gateway('error', 'Internal server error'),
    failure: 'transient',
    expected: broken,
  },
  {
    name: 'a bad gateway',
    status: 502,
    body: '<html><title>502 Bad Gateway</title></html>',
    failure: 'transient',
    expected: { status: 502, type: 'api_error', permanent: false },
  },
  {
    name: 'an outage',
    status: 503,
    body: console({ message: 'Inference is temporarily unavailable' }),
    failure: 'transient',
    expected: overloaded,
  },
  {
    name: 'an overload',
    status: 529,
    body: gateway('overloaded_error', 'Overloaded'),
    failure: 'transient',
    expected: { status: 529, type: 'overloaded_error', permanent: false },
  },
  {
    name: 'an origin that Cloudflare cannot reach',
    status: 524,
    body: 'error code: 524',
    failure: 'transient',
    expected: { status: 524, type: 'api_error', permanent: false },
  },
  {
    name: 'a missing session id',
    status: 400,
    body: gateway('MissingSessionID', 'Request is missing x-opencode-session'),
    failure: 'client',
    expected: client,
  },
  {
    name: 'an unsupported protocol',
    status: 400,
    body: gateway('ModelProtocolUnsupported', 'Model does not support this protocol.'),
    failure: 'format',
    expected: gone,
  },
  {
    name: 'a client error labelled as a server error',
    status: 400,
    body: console({ type: 'server_error', message: 'Upstream request failed: bad field' }),
    failure: 'client',
    expected: client,
  },
  {
    name: 'a rejected tool schema',
    status: 400,
    body: console({ param: 'tools', type: 'invalid_request_error', message: '[unsupported_tool_schema]' }),
    failure: 'client',
    expected: client,
  },
  {
    name: 'a 400 without an error',
    status: 400,
    body: '{"model":"qwen3.7-plus"}',
    failure: 'client',
    expected: client,
  },
  {
    name: 'a 422',
    status: 422,
    body: console({ message: 'unprocessable' }),
    failure: 'client',
    expected: { ...client, status: 422 },
  },
  {
    name: 'a prompt that is too long',
    status: 400,
    body: console({
      message: "This model's maximum context length is 131072 tokens. However, you requested 200000 tokens",
      code: 'context_length_exceeded',
    }),
    failure: 'client',
    expected: client,
  },
  {
    name: 'a body that is too large',
    status: 413,
    body: '<html><title>413</title></html>',
    failure: 'client',
    expected: client,
  },
];

/** An answer of the emulator with this error. */
export function errorAnswer({ status, body, headers }: OpenCodeError): Answer {
  const isJson = body.startsWith('{');
  return {
    reply: {
      status,
      body,
      headers: { 'content-type': isJson ? 'text/plain;charset=UTF-8' : 'text/html', ...headers },
    },
  };
}
