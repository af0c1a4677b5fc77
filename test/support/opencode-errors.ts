/** The refusals OpenCode's gateways were seen to send (upstream facts 3.1 to 3.3), and what is to become of each. */
import type { ApiErrorType } from '../../lib/anthropic/events.ts';
import type { Answer } from '../../lib/emulator/answer.ts';
import type { FailureClass } from '../../lib/proxy/policy/failures.ts';

export interface Refusing {
  name: string;
  status: number;
  body: string;
  headers?: Record<string, string>;
  failure: FailureClass;
  /** What the client hears when nobody else could answer. */
  told: { status: number; type: ApiErrorType; permanent: boolean; retryAfter?: string };
}

const gateway = (type: string, message: string, more: object = {}): string =>
  JSON.stringify({ type: 'error', error: { type, message }, ...more });
const console = (error: object): string => JSON.stringify({ error });

const credentials = { status: 401, type: 'authentication_error', permanent: true } as const;
const quota = { status: 429, type: 'rate_limit_error', permanent: true } as const;
const gone = { status: 410, type: 'api_error', permanent: true } as const;
const client = { status: 400, type: 'invalid_request_error', permanent: false } as const;
const limited = { status: 429, type: 'rate_limit_error', permanent: false } as const;
const broken = { status: 500, type: 'api_error', permanent: false } as const;
const overloaded = { status: 503, type: 'overloaded_error', permanent: false } as const;

export const openCodeErrors: readonly Refusing[] = [
  {
    name: 'a model nobody knows',
    status: 401,
    body: gateway('ModelError', 'Model first is not supported'),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'a model that is not on this endpoint',
    status: 401,
    body: gateway('ModelError', 'Model first is not supported for format oa-compat'),
    failure: 'format',
    told: gone,
  },
  {
    name: 'a missing key',
    status: 401,
    body: gateway('AuthError', 'Missing API key.'),
    failure: 'credentials',
    told: credentials,
  },
  {
    name: 'a wrong key at the Console',
    status: 401,
    body: console({ type: 'server_error', message: 'Upstream request failed: Invalid credential' }),
    failure: 'credentials',
    told: credentials,
  },
  {
    name: 'a blocked account',
    status: 401,
    body: gateway('INFERENCE_ACCESS_BLOCKED', 'blocked'),
    failure: 'credentials',
    told: credentials,
  },
  {
    name: 'the vendor’s own key error behind the gateway',
    status: 401,
    body: console({
      message: 'Incorrect API key provided: zen.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'an empty balance',
    status: 401,
    body: gateway('CreditsError', 'Insufficient balance. Manage your billing here'),
    failure: 'quota',
    told: quota,
  },
  {
    name: 'a monthly cap',
    status: 401,
    body: gateway('MonthlyLimitError', 'cap'),
    failure: 'quota',
    told: quota,
  },
  {
    name: 'a member’s cap',
    status: 401,
    body: gateway('UserLimitError', 'cap'),
    failure: 'quota',
    told: quota,
  },
  { name: 'a bare 402', status: 402, body: '', failure: 'quota', told: quota },
  {
    name: 'no funds at the Console',
    status: 402,
    body: console({ message: 'Upstream request failed: Insufficient account funds' }),
    failure: 'quota',
    told: quota,
  },
  {
    name: 'a region that is not allowed',
    status: 403,
    body: gateway('RegionError', 'region'),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'a data policy',
    status: 403,
    body: gateway('DataPolicyError', 'policy'),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'a free model outside OpenCode',
    status: 403,
    body: gateway('FreeTierError', "OpenCode's free tier can only be used from within OpenCode"),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'access switched off',
    status: 403,
    body: console({ message: 'Model access is disabled' }),
    failure: 'gone',
    told: gone,
  },
  { name: 'a wall that is no JSON', status: 403, body: 'error code: 1010', failure: 'gone', told: gone },
  {
    name: 'a page that is not there',
    status: 404,
    body: '<html><title>404</title></html>',
    failure: 'gone',
    told: gone,
  },
  {
    name: 'a model that was removed',
    status: 410,
    body: gateway('ModelDeprecated', 'removed'),
    failure: 'gone',
    told: gone,
  },
  {
    name: 'a plan spent for hours',
    status: 429,
    body: gateway('GoUsageLimitError', '5-hour usage limit reached. Resets in 7hr 29min.', {
      metadata: { workspace: 'wrk_1', limitName: '5 hour' },
    }),
    headers: { 'retry-after': '42694' },
    failure: 'quota',
    told: quota,
  },
  {
    name: 'a plan spent for seconds',
    status: 429,
    body: gateway('GoUsageLimitError', 'usage limit reached'),
    headers: { 'retry-after': '30' },
    failure: 'quota',
    told: { ...quota, permanent: false, retryAfter: '30' },
  },
  {
    name: 'a free allowance spent',
    status: 429,
    body: gateway('FreeUsageLimitError', 'spent', { metadata: {} }),
    headers: { 'retry-after': '3600' },
    failure: 'quota',
    told: quota,
  },
  {
    name: 'too many requests a minute',
    status: 429,
    body: gateway('RateLimitError', 'slow down'),
    headers: { 'retry-after': '60' },
    failure: 'transient',
    told: { ...limited, retryAfter: '60' },
  },
  {
    name: 'a saturated vendor',
    status: 429,
    body: console({
      message: 'Provider rate limit exceeded',
      type: 'rate_limit_error',
      param: null,
      code: 'provider_rate_limit_exceeded',
    }),
    failure: 'transient',
    told: limited,
  },
  {
    name: 'a limit without an error object',
    status: 429,
    body: JSON.stringify({
      param: null,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
      message: 'Rate limit exceeded. Please retry after a brief wait.',
    }),
    failure: 'transient',
    told: limited,
  },
  {
    name: 'the gateway’s own fault',
    status: 500,
    body: gateway('error', 'Internal server error'),
    failure: 'transient',
    told: broken,
  },
  {
    name: 'a bad gateway',
    status: 502,
    body: '<html><title>502 Bad Gateway</title></html>',
    failure: 'transient',
    told: { status: 502, type: 'api_error', permanent: false },
  },
  {
    name: 'an outage',
    status: 503,
    body: console({ message: 'Inference is temporarily unavailable' }),
    failure: 'transient',
    told: overloaded,
  },
  {
    name: 'an overload',
    status: 529,
    body: gateway('overloaded_error', 'Overloaded'),
    failure: 'transient',
    told: { status: 529, type: 'overloaded_error', permanent: false },
  },
  {
    name: 'an origin that Cloudflare cannot reach',
    status: 524,
    body: 'error code: 524',
    failure: 'transient',
    told: { status: 524, type: 'api_error', permanent: false },
  },
  {
    name: 'a missing session id',
    status: 400,
    body: gateway('MissingSessionID', 'Request is missing x-opencode-session'),
    failure: 'client',
    told: client,
  },
  {
    name: 'a protocol the model does not speak',
    status: 400,
    body: gateway('ModelProtocolUnsupported', 'Model does not support this protocol.'),
    failure: 'format',
    told: gone,
  },
  {
    name: 'a mistake labelled a server error',
    status: 400,
    body: console({ type: 'server_error', message: 'Upstream request failed: bad field' }),
    failure: 'client',
    told: client,
  },
  {
    name: 'a tool schema that is refused',
    status: 400,
    body: console({ param: 'tools', type: 'invalid_request_error', message: '[unsupported_tool_schema]' }),
    failure: 'client',
    told: client,
  },
  {
    name: 'a 400 without an error',
    status: 400,
    body: '{"model":"qwen3.7-plus"}',
    failure: 'client',
    told: client,
  },
  {
    name: 'a 422',
    status: 422,
    body: console({ message: 'unprocessable' }),
    failure: 'client',
    told: client,
  },
  {
    name: 'a prompt that is too long',
    status: 400,
    body: console({
      message: "This model's maximum context length is 131072 tokens. However, you requested 200000 tokens",
      code: 'context_length_exceeded',
    }),
    failure: 'client',
    told: client,
  },
  {
    name: 'a body that is too large',
    status: 413,
    body: '<html><title>413</title></html>',
    failure: 'client',
    told: client,
  },
];

/** The emulator's answer that refuses so. */
export function refusing({ status, body, headers }: Refusing): Answer {
  const isJson = body.startsWith('{');
  return {
    reply: {
      status,
      body,
      headers: { 'content-type': isJson ? 'text/plain;charset=UTF-8' : 'text/html', ...headers },
    },
  };
}
