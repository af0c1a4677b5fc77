/**
 * Lists the variables that decide where Claude Code sends requests and with which credentials. A launch sets or removes all.
 */

/** Each of these alone makes the client ignore ANTHROPIC_BASE_URL (measured for the first two). */
export const routingSwitches: ReadonlySet<string> = new Set([
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_MANTLE',
  'CLAUDE_CODE_USE_GATEWAY',
  'CLAUDE_CODE_USE_ANTHROPIC_AWS',
  'CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD',
  'ANTHROPIC_UNIX_SOCKET',
]);

const credentials = new Set([
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_API_KEY',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_API_BASE_URL',
  'CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST',
]);

/** True for variables that the user's settings may not change in a launched client. */
export function isRoutingVariable(name: string): boolean {
  return (
    credentials.has(name) ||
    routingSwitches.has(name) ||
    /^ANTHROPIC_DEFAULT_[A-Z]+_MODEL(_NAME)?$/.test(name)
  );
}
