/**
 * The error type that an error inside an answer stands for. Such an error has no HTTP status, so its type, code or Google's
 * `status` has to say what it is.
 */
import type { ApiErrorType } from '../../anthropic/events.ts';

/** Names in lower case without separators, and without `error` or `exception` at the end. */
const names: Readonly<Record<ApiErrorType, string>> = {
  invalid_request_error:
    'invalidrequest badrequest invalidargument failedprecondition outofrange unprocessableentity validation invalidprompt ' +
    'invalidparameter contextlengthexceeded',
  authentication_error:
    'authentication authenticationfailed auth unauthorized unauthenticated invalidapikey incorrectapikey invalidkey ' +
    'invalidauthentication unrecognizedclient',
  billing_error:
    'billing insufficientquota insufficientbalance credits insufficientcredits paymentrequired arrearage',
  permission_error: 'permission permissiondenied forbidden accessdenied',
  not_found_error: 'notfound modelnotfound resourcenotfound',
  request_too_large: 'requesttoolarge payloadtoolarge',
  // `resource_exhausted`: Google. `rate_limited`: Mistral. `throttling…`, by its start: Bedrock and DashScope.
  rate_limit_error:
    'ratelimit ratelimitexceeded ratelimited ratelimitreached toomanyrequests resourceexhausted throttled ' +
    'providerratelimitexceeded requestquotaexceeded tokenquotaexceeded',
  api_error: 'api server internal internalserver internalfailure unknown modelstream',
  timeout_error: 'timeout requesttimeout gatewaytimeout upstreamtimeout deadlineexceeded modeltimeout',
  // `server_is_overloaded`, `slow_down`: OpenAI. `engine_overloaded_error`: Moonshot. `unavailable`: Google.
  overloaded_error:
    'overloaded serverisoverloaded serveroverloaded engineoverloaded modeloverloaded slowdown unavailable ' +
    'serviceunavailable modelnotready insufficientsystemresource',
};

const byName: ReadonlyMap<string, ApiErrorType> = new Map(
  Object.entries(names).flatMap(([type, list]) =>
    list.split(' ').map((name) => [name, type as ApiErrorType] as const),
  ),
);

/** The most characters of a name that is looked up. */
const maxName = 100;

function typeNamed(name: string): ApiErrorType | undefined {
  if (name.length > maxName) return undefined;
  const plain = name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const known = byName.get(plain) ?? byName.get(plain.replace(/(?:error|exception)$/, ''));
  return known ?? (plain.startsWith('throttling') ? 'rate_limit_error' : undefined);
}

/** Types that many servers give to every error, beside a code that says more. */
const general: ReadonlySet<ApiErrorType> = new Set(['api_error', 'invalid_request_error']);

/** The type that the first of `said` with a known meaning has; one that says more than the general ones comes first. */
export function typeSaid(said: readonly string[]): ApiErrorType | undefined {
  const types = said.flatMap((name) => typeNamed(name) ?? []);
  return types.find((type) => !general.has(type)) ?? types[0];
}

/** True for a type that says more than that the server or the request failed. */
export function isExactType(type: ApiErrorType | undefined): type is ApiErrorType {
  return type !== undefined && !general.has(type);
}

/** MiniMax's codes in `base_resp` (platform.minimax.io, error codes). Other vendors use the same numbers otherwise. */
const miniMaxTypes: ReadonlyMap<number, ApiErrorType> = new Map<number, ApiErrorType>([
  [1001, 'timeout_error'],
  [1002, 'rate_limit_error'],
  [1004, 'authentication_error'],
  [1008, 'billing_error'],
  [1039, 'rate_limit_error'],
  [1041, 'rate_limit_error'],
  [2013, 'invalid_request_error'],
  [2049, 'authentication_error'],
]);

/** The type of an error that MiniMax reports in `base_resp` of a 200. */
export function miniMaxType(code: number): ApiErrorType | undefined {
  return miniMaxTypes.get(code);
}
