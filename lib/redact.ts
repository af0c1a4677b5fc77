/** Removes API keys from untrusted text and shortens it to one line for messages and logs. */

/** Characters of the input in which the line is looked for. */
const maxInput = 64 * 1024;

/** Characters in which secrets are looked for: more than the result has, so that none is cut off at its end. */
const maxSearched = 4096;

/** Characters of the result. */
const maxLine = 600;

/** The text as one line of at most 600 characters, without secrets and control characters. */
export function redactedLine(text: string): string {
  const words = text
    .slice(0, maxInput)
    .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  const line = redactSecrets(words.slice(0, maxSearched));
  // Does not split a surrogate pair.
  return line.length > maxLine || words.length > maxSearched
    ? `${line.slice(0, maxLine).replace(/[\uD800-\uDBFF]$/, '')}…`
    : line;
}

/**
 * Keys and tokens in the formats of known vendors, and any value where a key is expected. The lookbehinds are bounded,
 * because an unbounded one takes quadratic time on a long run of white space.
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
    // Zhipu; 256-bit hex tokens
    String.raw`\b[0-9a-f]{32}\.[A-Za-z0-9]{8,}`,
    String.raw`\b[0-9a-f]{64}\b`,
    String.raw`(?<=\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9+/=._~-]{6,}`,
    String.raw`(?<=\b(?:api|auth|access|secret)[-_ ]?(?:key|token)(?: provided| is)?["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?=[^\s"',;]*\d)[^\s"',;]{6,}|[^\s"',;]{16,})`,
    // In a URL: a query parameter, and the user information before the host
    String.raw`(?<=[?&][\w.-]{0,40}(?:key|token|secret|password|sig|signature)=)[^\s"'&#]+`,
    String.raw`(?<=://)[^\s/@"']+(?=@)`,
  ].join('|'),
  'gi',
);

/** The text with `•••` in place of every secret. */
export function redactSecrets(text: string): string {
  return text.replace(secrets, '•••');
}

/**
 * Replaces secrets that are known, also where they are encoded: for a URL, in quoted text, in base64 after any bytes, and in
 * hexadecimal. An upstream may repeat a key in any of them.
 */
export function withoutKnown(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length > 0);
  if (forms.length === 0) return (text) => text;
  // The longest first, so that nothing is left of a form that contains another one.
  const longest = forms.toSorted((a, b) => b.length - a.length);
  // A backslash may precede any character that is no letter, once for each time the text was quoted.
  const patterns = longest.map((form) => form.replace(/[^A-Za-z0-9]/g, String.raw`\\{0,64}\$&`));
  const found = new RegExp(patterns.join('|'), 'gi');
  return (text) => text.replace(found, '•••');
}

function formsOf(secret: string): string[] {
  if (/\p{Surrogate}/u.test(secret)) return [secret];
  const inUrl = encodeURIComponent(secret);
  const forms = [secret, inUrl, encodeURIComponent(inUrl)];
  // Keys are Latin-1: a header carries nothing else.
  if (/[\u0100-\uffff]/.test(secret)) return forms;
  // The bytes before it decide how its letters fall; the letters at both ends depend on what is beside it.
  const base64 = [0, 1, 2].map((before) => btoa(`${'\0'.repeat(before)}${secret}`).slice(before && 4, -4));
  const hex = Array.from(secret, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(
    '',
  );
  return [...forms, hex, ...base64, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

/**
 * A name that an upstream gave to something, for the log: anything that is not in the form of a name could be text of a
 * request or an answer, which is never logged.
 */
export function nameForLog(name: string): string {
  return /^[\w.:$/-]{1,64}$/.test(name) ? redactSecrets(name) : 'unknown';
}
