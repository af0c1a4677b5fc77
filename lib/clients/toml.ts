/** A basic string of TOML 1.0. It has the escapes of JSON, and needs one more. */
export function quoteToml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', String.raw`\u007f`);
}
