/** Reads the size of a base64 image from its first bytes and converts it to tokens by Anthropic's rule. */
import type { ImageSource } from './request.ts';

/** Anthropic's rule: width × height / 750 after scaling the longer side to at most 1568 pixels; about 1,600 at most. */
const pixelsPerToken = 750;
const maxSide = 1568;
const maxTokens = 1600;
/** Characters of base64 that hold the size of every format but JPEG. */
const headCharacters = 64;
/**
 * Characters of base64 in which the frame header of a JPEG is looked for: the first number is enough without a thumbnail. If
 * it comes later than the second, the image counts as full-sized.
 */
const jpegCharacters = [4096, 256 * 1024] as const;

interface Size {
  width: number;
  height: number;
}

/** Tokens of one image. If its size cannot be read, it counts as full-sized. */
export function imageTokens(source: ImageSource | undefined): number {
  const size = source?.type === 'base64' ? imageSize(source.data) : undefined;
  if (size === undefined) return maxTokens;
  const scale = Math.min(1, maxSide / Math.max(size.width, size.height));
  const tokens = (size.width * size.height * scale * scale) / pixelsPerToken;
  return Math.min(maxTokens, Math.max(1, Math.ceil(tokens)));
}

/** The size in pixels of a PNG, GIF, WebP or JPEG; undefined for anything else. */
export function imageSize(base64: unknown): Size | undefined {
  const head = headOf(base64, headCharacters);
  if (head === undefined) return undefined;
  const size =
    pngSize(head) ?? gifSize(head) ?? webpSize(head) ?? (isJpeg(head) ? jpegIn(base64) : undefined);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function jpegIn(base64: unknown): Size | undefined {
  for (const characters of jpegCharacters) {
    const head = headOf(base64, characters);
    const size = head && jpegSize(head);
    if (size) return size;
  }
  return undefined;
}

function headOf(base64: unknown, characters: number): DataView | undefined {
  if (typeof base64 !== 'string') return undefined;
  try {
    const binary = atob(base64.slice(0, characters).replace(/=+$/, ''));
    const bytes = new DataView(new ArrayBuffer(binary.length));
    for (let at = 0; at < binary.length; at++) bytes.setUint8(at, binary.charCodeAt(at));
    return bytes;
  } catch {
    return undefined; // invalid base64
  }
}

function startsWith(bytes: DataView, magic: string, at = 0): boolean {
  if (bytes.byteLength < at + magic.length) return false;
  return magic.split('').every((letter, i) => bytes.getUint8(at + i) === letter.charCodeAt(0));
}

function pngSize(bytes: DataView): Size | undefined {
  if (!startsWith(bytes, '\u0089PNG\r\n') || bytes.byteLength < 24) return undefined;
  return { width: bytes.getUint32(16), height: bytes.getUint32(20) };
}

function gifSize(bytes: DataView): Size | undefined {
  if (!startsWith(bytes, 'GIF8') || bytes.byteLength < 10) return undefined;
  return { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) };
}

function webpSize(bytes: DataView): Size | undefined {
  if (!startsWith(bytes, 'RIFF') || !startsWith(bytes, 'WEBP', 8) || bytes.byteLength < 30) return undefined;
  if (startsWith(bytes, 'VP8 ', 12)) {
    return { width: bytes.getUint16(26, true) & 0x3fff, height: bytes.getUint16(28, true) & 0x3fff };
  }
  if (startsWith(bytes, 'VP8L', 12)) {
    const bits = bytes.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (!startsWith(bytes, 'VP8X', 12)) return undefined;
  // Two 24-bit numbers, each the size minus one.
  return {
    width: (bytes.getUint32(24, true) & 0xffffff) + 1,
    height: (bytes.getUint32(26, true) >>> 8) + 1,
  };
}

function isJpeg(bytes: DataView): boolean {
  return startsWith(bytes, '\u00ff\u00d8');
}

/** Skips the segments of a JPEG until the one that starts a frame. */
function jpegSize(bytes: DataView): Size | undefined {
  for (let at = 2; at + 9 <= bytes.byteLength;) {
    if (bytes.getUint8(at) !== 0xff) return undefined;
    const marker = bytes.getUint8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + bytes.getUint16(at + 2);
  }
  return undefined;
}
