/** Removes the secrets of an attempt from its outcome: some upstreams repeat the key that they refuse. */
import type { Settings } from '../config/settings.ts';
import { withoutKnown } from '../redact.ts';
import type { Outcome } from './policy/failures.ts';

/** The shortest secret in characters. Shorter values are placeholders, such as `ollama` for some local servers. */
const shortestSecret = 12;

/** Headers that may carry a credential. */
export const secretName = /auth|key|token|cookie|secret/i;
/** Parameters of an address that may carry one. */
const secretParameter = /auth|key|token|secret|sig|password|^code$/i;

/** Headers whose values are no secrets. Errors name them, and what an error names can be changed. Any other may be one. */
const plainHeader =
  /^(?:anthropic-(?!.*key)|openai-(?:beta|organization|project)$|accept|content-|user-agent$|(?:http-)?referer$|x-title$|x-opencode-)/i;

/** What is sent to a provider. */
export interface Sent {
  key?: string | undefined;
  headers?: Readonly<Record<string, string>>;
  /** Addresses, whose queries may contain a secret. */
  endpoints?: readonly (string | undefined)[];
}

/** The key, the credentials in configured headers, without a scheme such as `Bearer`, and those in queries. */
export function secretsOf({ key, headers = {}, endpoints = [] }: Sent): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    plainHeader.test(name) ? [] : [value.replace(/^[A-Za-z]+\s+/, '')],
  );
  const inQueries = endpoints.flatMap((url) => (url === undefined ? [] : secretsInQuery(url)));
  return [...(key === undefined ? [] : [key]), ...inHeaders, ...inQueries].filter(
    (text) => text.length >= shortestSecret,
  );
}

function secretsInQuery(url: string): string[] {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].flatMap(([name, value]) =>
    secretParameter.test(name) ? [value] : [],
  );
}

/** The outcome with every one of `secrets` removed from its message. */
export function withoutSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return outcome;
  const message = withoutKnown(secrets)(outcome.error.message);
  if (message === outcome.error.message) return outcome;
  return { ...outcome, error: { ...outcome.error, message } } as Outcome;
}

/** Returns a function that replaces every key, token and secret header of the settings with •••, in text or JSON. */
export function redactorFor({ providers, authToken }: Settings): (text: string) => string {
  const secrets = Object.values(providers).flatMap(({ keys, headers, endpoints }) =>
    secretsOf({ headers, endpoints: Object.values(endpoints) }).concat(
      keys.flatMap((key) => secretsOf({ key: key.reveal() })),
    ),
  );
  if (authToken !== undefined) secrets.push(authToken.reveal());
  return withoutKnown(secrets);
}
