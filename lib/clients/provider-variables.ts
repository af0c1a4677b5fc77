/** The variables that decide where Claude Code sends its requests and as whom. A launch sets or removes all of them. */

/** Each of these alone takes the client to another API, past ANTHROPIC_BASE_URL (measured for the first two). */
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

/** True for what a person's own settings may not change in a launched client. */
export function isRoutingVariable(name: string): boolean {
  return (
    credentials.has(name) ||
    routingSwitches.has(name) ||
    /^ANTHROPIC_DEFAULT_[A-Z]+_MODEL(_NAME)?$/.test(name)
  );
}
