/** Lists of pairs in OpenTelemetry's variables: `key=value,key=value`, with percent-encoded values. Pure. */

/**
 * The pairs, or undefined if one of them cannot be read: then the specification has the whole value ignored. Blanks around
 * keys and values do not count.
 */
export function readPairs(text: string): [key: string, value: string][] | undefined {
  const pairs: [string, string][] = [];
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = decoded(pair.slice(0, Math.max(0, at)).trim());
    const value = decoded(pair.slice(at + 1).trim());
    if (key === undefined || key === '' || value === undefined) return undefined;
    pairs.push([key, value]);
  }
  return pairs;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
