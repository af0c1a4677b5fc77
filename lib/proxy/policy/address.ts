/**
 * What is wrong with a configured address that answers 404 or 405: most often the version is missing, as in
 * `http://127.0.0.1:11434` for `http://127.0.0.1:11434/v1`. Pure.
 */
import type { Provider } from '../../config/settings.ts';
import { isPlainWord } from '../../shell-word.ts';
import { formats, type WireFormat, type WireRoute } from '../../wire/formats.ts';
import type { AddressFault, Outcome } from './failures.ts';
import { describeNetworkFault } from './network-faults.ts';

/** Where an attempt was sent. */
interface At {
  route: Pick<WireRoute, 'format' | 'endpoint' | 'modelId'>;
  provider: Pick<Provider, 'name' | 'gateway'>;
}

/** A fault, and the base URL without it. */
export interface BetterAddress {
  fault: AddressFault;
  baseUrl: string;
}

/** The ends of addresses that people copy from a vendor's page, the longest first. */
const endings = [
  ...Object.values(formats).map(({ path }) => path),
  '/completions',
  '/chat',
  '/embeddings',
].toSorted((a, b) => b.length - a.length);

const twice = /(\/v\d+(?:beta)?)\1(?=\/|$)/;
const version = /\/v\d+(?:beta)?(?=\/|$)/;

/** Judges the complete URL of an endpoint; undefined if nothing is wrong with its path. */
export function betterAddress(format: WireFormat, endpoint: string): BetterAddress | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { origin, pathname } = new URL(endpoint);
  const { path: suffix, version: added = '' } = formats[format];
  const base = withoutEnding(pathname.replace(/\/+$/, ''), suffix) ?? pathname;
  const found = (fault: AddressFault, path: string): BetterAddress => ({
    fault,
    baseUrl: origin + path.replace(/\/+$/, ''),
  });
  const bare = added === '' ? base : (withoutEnding(base, added) ?? base);
  for (const ending of endings) {
    const shorter = withoutEnding(bare, ending);
    if (shorter !== undefined) return found('two_endpoints', shorter);
  }
  if (twice.test(base)) return found('two_versions', base.replace(twice, '$1'));
  const usual = format === 'gemini' ? '/v1beta' : '/v1';
  return version.test(base) ? undefined : found('no_version', base.replace(/\/+$/, '') + usual);
}

function withoutEnding(path: string, ending: string): string | undefined {
  return path.endsWith(ending) ? path.slice(0, -ending.length) : undefined;
}

/**
 * The outcome with the fault of the address behind it. A server that knows the model's name or talks about models is one of
 * the API, so its address is right. LM Studio says `Unexpected endpoint or method` with the status 200.
 */
export function withAddressFault(given: Outcome, { route, provider }: At): Outcome {
  const outcome = withTlsFault(given, route.endpoint);
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return outcome;
  const { message } = outcome.error;
  const unknown =
    outcome.type === 'refused' && (outcome.error.status === 404 || outcome.error.status === 405);
  if (!unknown && !/^unexpected endpoint\b/i.test(message)) return outcome;
  // Frameworks repeat the path: `Cannot POST /models/…`.
  const words = message.replace(/\/\S+/g, '');
  if (!isOwnAddress(provider) || /\bmodels?\b/i.test(words) || words.includes(route.modelId)) return outcome;
  const better = betterAddress(route.format, route.endpoint);
  return better === undefined ? outcome : { ...outcome, address: better.fault };
}

/** What servers answer to HTTP where they expect TLS: nginx, Go, Apache. */
const plainHttp =
  /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL/i;

/** True for the answer of a server that expects TLS to a request without. */
export function saysNeedsTls(status: number | undefined, text: string): boolean {
  return status === 400 && plainHttp.test(text);
}

/** The outcome with the fault of the address behind it, if a refusal says that the server expects TLS. */
function withTlsFault(outcome: Outcome, endpoint: string): Outcome {
  if (outcome.type !== 'refused' || !saysNeedsTls(outcome.error.status, outcome.error.message))
    return outcome;
  const network = { kind: 'needs_tls', status: 400 } as const;
  const message = describeNetworkFault(network, new URL(endpoint).host);
  return {
    type: 'failed',
    trouble: 'connect',
    error: { type: 'api_error', message },
    at: 'before_content',
    network,
  };
}

/** The addresses of the built-in providers and of the emulator are not the user's. */
function isOwnAddress({ name, gateway }: Pick<Provider, 'name' | 'gateway'>): boolean {
  return gateway !== true && name !== 'emulator';
}

/**
 * The command that sets the better address; undefined if there is none, or if the address may contain a secret, since commands
 * reach the log: a password, a query, or a long part of the path.
 */
export function addressCommand(
  { name, defaultFormat }: Pick<Provider, 'name' | 'defaultFormat'>,
  format: WireFormat,
  endpoint: string,
): string | undefined {
  const better = betterAddress(format, endpoint);
  if (better === undefined || !/^[\w-]+$/.test(name) || !isHarmless(endpoint)) return undefined;
  const key = formats[format].urlKey?.name;
  const setting =
    format === defaultFormat || key === undefined
      ? `base_url ${better.baseUrl}`
      : `${key} ${better.baseUrl}${formats[format].path}`;
  return `occ config set providers.${name}.${setting}`;
}

/** Characters in a part of a path above which it may be a key. */
const longestPart = 24;

function isHarmless(endpoint: string): boolean {
  const { username, password, search, pathname, href } = new URL(endpoint);
  const parts = pathname.split('/');
  return (
    username + password + search === '' &&
    isPlainWord(href) &&
    parts.every((part) => part.length <= longestPart)
  );
}

/** What is wrong, as the end of a sentence about the failure. */
export function describeAddressFault(fault: AddressFault): string {
  return byFault[fault];
}

const byFault: Readonly<Record<AddressFault, string>> = {
  no_version: 'is a version such as /v1 missing at the end of base_url?',
  two_versions: 'base_url contains the version twice',
  two_endpoints: 'base_url must end before the path of the endpoint, such as /chat/completions',
};
