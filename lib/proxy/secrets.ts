/** Removes the secrets of an attempt from its outcome: some upstreams repeat the key that they refuse. */
import type { Settings } from '../config/settings.ts';
import type { Outcome } from './policy/failures.ts';

/** The shortest secret in characters. Shorter values are placeholders, such as `ollama` for some local servers. */
const shortestSecret = 12;
/** Headers that may carry a credential. */
export const secretName = /auth|key|token|cookie|secret/i;

/** The key and the credentials in configured headers, without a scheme such as `Bearer`. */
export function secretsOf(key: string | undefined, headers: Readonly<Record<string, string>>): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    secretName.test(name) ? [value.replace(/^[A-Za-z]+\s+/, '')] : [],
  );
  return [...(key === undefined ? [] : [key]), ...inHeaders].filter((text) => text.length >= shortestSecret);
}

/** The outcome with every one of `secrets` removed from its message. */
export function withoutSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return outcome;
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '•••'), outcome.error.message);
  if (message === outcome.error.message) return outcome;
  return { ...outcome, error: { ...outcome.error, message } } as Outcome;
}

/** Returns a function that replaces every key, token and secret header of the settings with •••, in text or JSON. */
export function redactorFor({ providers, authToken }: Settings): (text: string) => string {
  const secrets = Object.values(providers).flatMap(({ keys, headers }) =>
    secretsOf(undefined, headers).concat(keys.flatMap((key) => secretsOf(key.reveal(), {}))),
  );
  if (authToken !== undefined) secrets.push(authToken.reveal());
  const written = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  return (text) => [...written].reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}
