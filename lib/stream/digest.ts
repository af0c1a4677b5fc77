/**
 * A short fingerprint of a text, for ids that must follow from it. Not cryptographic: it keeps honest things apart
 * (two lanes of 53 bits), it does not stop anyone who wants a collision. Pure, so that codecs stay free of node:crypto.
 */

/** 22 letters and digits; the same for the same text, everywhere and always. */
export function digest(text: string): string {
  return `${lane(text, 0x9e3779b9)}${lane(text, 0x85ebca6b)}`;
}

/** cyrb53 (public domain), printed in base 36 to a fixed width. */
function lane(text: string, seed: number): string {
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
