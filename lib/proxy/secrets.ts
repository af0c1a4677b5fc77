/** The very secrets an attempt was made with, taken out of whatever its upstream says: some repeat the key they refuse. */
import type { Outcome } from './policy/failures.ts';

/** Shorter ones are no secrets but words, such as the `ollama` that some local servers want for a key. */
const shortestSecret = 12;
const secretName = /auth|key|token|cookie|secret/i;

/** The key, and the values of configured headers that carry one, without a scheme such as `Bearer`. */
export function secretsOf(key: string | undefined, headers: Readonly<Record<string, string>>): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    secretName.test(name) ? [value.replace(/^[A-Za-z]+\s+/, '')] : [],
  );
  return [...(key === undefined ? [] : [key]), ...inHeaders].filter((text) => text.length >= shortestSecret);
}

/** The outcome, whose message holds none of `secrets`. */
export function withoutSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return outcome;
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '•••'), outcome.error.message);
  if (message === outcome.error.message) return outcome;
  return { ...outcome, error: { ...outcome.error, message } } as Outcome;
}
