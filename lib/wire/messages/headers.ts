/** The headers that Anthropic's API requires besides the key: https://docs.anthropic.com/en/api/versioning. */
export const versionHeaders = { 'anthropic-version': '2023-06-01' } as const;
