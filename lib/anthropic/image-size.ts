/** How large a base64 image is, read from its first bytes, and what Anthropic's rule makes of that in tokens. */
import type { ImageSource } from './request.ts';

/** Anthropic: width × height / 750, after an image is scaled to 1568 pixels on its longer side; about 1,600 at most. */
const pixelsPerToken = 750;
const longestSide = 1568;
const mostTokens = 1600;
/** The frame of a JPEG may stand behind a thumbnail of this size; whoever hides it deeper pays for a full image. */
const headCharacters = 256 * 1024;

interface Size {
  width: number;
  height: number;
}

/** Tokens of one image; what a full-sized one costs where the size cannot be read. */
export function imageTokens(source: ImageSource | undefined): number {
  const size = source?.type === 'base64' ? imageSize(source.data) : undefined;
  if (size === undefined) return mostTokens;
  const scale = Math.min(1, longestSide / Math.max(size.width, size.height));
  const tokens = (size.width * size.height * scale * scale) / pixelsPerToken;
  return Math.min(mostTokens, Math.max(1, Math.ceil(tokens)));
}

/** Pixels of a PNG, GIF, WebP or JPEG; undefined for anything else. */
export function imageSize(base64: unknown): Size | undefined {
  const bytes = headOf(base64);
  if (bytes === undefined) return undefined;
  const size = pngSize(bytes) ?? gifSize(bytes) ?? webpSize(bytes) ?? jpegSize(bytes);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function headOf(base64: unknown): DataView | undefined {
  if (typeof base64 !== 'string') return undefined;
  try {
    const binary = atob(base64.slice(0, headCharacters).replace(/=+$/, ''));
    return new DataView(Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer);
  } catch {
    return undefined; // no base64
  }
}

function begins(bytes: DataView, word: string, at = 0): boolean {
  if (bytes.byteLength < at + word.length) return false;
  return word.split('').every((letter, i) => bytes.getUint8(at + i) === letter.charCodeAt(0));
}

function pngSize(bytes: DataView): Size | undefined {
  if (!begins(bytes, '\u0089PNG\r\n') || bytes.byteLength < 24) return undefined;
  return { width: bytes.getUint32(16), height: bytes.getUint32(20) };
}

function gifSize(bytes: DataView): Size | undefined {
  if (!begins(bytes, 'GIF8') || bytes.byteLength < 10) return undefined;
  return { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) };
}

function webpSize(bytes: DataView): Size | undefined {
  if (!begins(bytes, 'RIFF') || !begins(bytes, 'WEBP', 8) || bytes.byteLength < 30) return undefined;
  if (begins(bytes, 'VP8 ', 12)) {
    return { width: bytes.getUint16(26, true) & 0x3fff, height: bytes.getUint16(28, true) & 0x3fff };
  }
  if (begins(bytes, 'VP8L', 12)) {
    const bits = bytes.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (!begins(bytes, 'VP8X', 12)) return undefined;
  // Two numbers of three bytes each, both less one.
  return {
    width: (bytes.getUint32(24, true) & 0xffffff) + 1,
    height: (bytes.getUint32(26, true) >>> 8) + 1,
  };
}

/** Segments of a JPEG are skipped until the one that starts a frame. */
function jpegSize(bytes: DataView): Size | undefined {
  if (!begins(bytes, '\u00ff\u00d8')) return undefined;
  for (let at = 2; at + 9 <= bytes.byteLength;) {
    if (bytes.getUint8(at) !== 0xff) return undefined;
    const marker = bytes.getUint8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + bytes.getUint16(at + 2);
  }
  return undefined;
}
