/** Text from a stranger, made fit to be shown and logged: one line, bounded, and cleared of anything that looks like a key. */

/** Characters that are looked at; the result is far shorter. */
const longestText = 256 * 1024;

const longestMessage = 600;

/** One line a person can read, without anything that might be a secret. */
export function redactedLine(text: string): string {
  const line = redactSecrets(text.slice(0, longestText).replace(/[\s\p{Cc}]+/gu, ' ')).trim();
  // A character of two halves is not cut in two.
  return line.length > longestMessage
    ? `${line.slice(0, longestMessage).replace(/[\uD800-\uDBFF]$/, '')}…`
    : line;
}

/**
 * Keys and tokens in the spellings of the known vendors, and whatever stands where a key would. What is looked back at is
 * bounded: an upstream's page of blanks must not cost a minute.
 */
const secrets = new RegExp(
  [
    // OpenAI, Anthropic, OpenCode, OpenRouter, DeepSeek, Groq, xAI, Cerebras, Perplexity, NVIDIA, Fireworks, GitHub, Stripe
    String.raw`\b(?:sk|oc_sk|pk|rk|gsk|xai|csk|pplx|nvapi)[-_][A-Za-z0-9._-]{6,}`,
    String.raw`\b(?:st|hf|fw|r8|tgp|gh[opsur]|github_pat)_[A-Za-z0-9._-]{6,}`,
    String.raw`\bAIza[A-Za-z0-9_-]{20,}`,
    String.raw`\bAKIA[A-Z0-9]{12,}`,
    // JSON web tokens
    String.raw`(?<![\w-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9._-]+`,
    // Zhipu; a token of 256 bits
    String.raw`\b[0-9a-f]{32}\.[A-Za-z0-9]{8,}`,
    String.raw`\b[0-9a-f]{64}\b`,
    String.raw`(?<=\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9+/=._~-]{6,}`,
    String.raw`(?<=\b(?:api|auth|access|secret)[-_ ]?(?:key|token)(?: provided| is)?["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?=[^\s"',;]*\d)[^\s"',;]{6,}|[^\s"',;]{16,})`,
    // In an address: as a parameter, and before the host
    String.raw`(?<=[?&](?:key|token)=)[^\s"'&]+`,
    String.raw`(?<=://)[^\s/@"']+(?=@)`,
  ].join('|'),
  'gi',
);

export function redactSecrets(text: string): string {
  return text.replace(secrets, '•••');
}
