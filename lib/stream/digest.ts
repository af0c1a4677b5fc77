/**
 * Computes a short hash for ids that are derived from a text. Two 53-bit hashes avoid accidental collisions; the hash is
 * not cryptographic, so a deliberate collision is possible. It is plain arithmetic because codecs must not import
 * node:crypto.
 */

/** 22 lower-case letters and digits. The result for a text must never change: ids sent earlier depend on it. */
export function digest(text: string): string {
  return `${cyrb53(text, 0x9e3779b9)}${cyrb53(text, 0x85ebca6b)}`;
}

/** The cyrb53 hash (public domain) in base 36, padded to 11 characters. */
function cyrb53(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(11, '0');
}
