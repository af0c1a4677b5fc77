/**
 * Looks at a picture: names the colours of its left and right half. Reads PNG with 8 bits of red, green and blue, unfiltered.
 */
import { inflateSync } from 'node:zlib';
import { isObject, toArray, type Json } from '../json.ts';

const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [255, 0, 0],
  green: [0, 128, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  white: [255, 255, 255],
  black: [0, 0, 0],
};

/** `['red', 'blue']`; undefined for what is no such picture. */
export function coloursOf(base64: string): [string, string] | undefined {
  const png = Buffer.from(base64, 'base64');
  if (png.length < 45 || png.toString('latin1', 12, 16) !== 'IHDR' || png[24] !== 8 || png[25] !== 2)
    return undefined;
  const width = png.readUInt32BE(16);
  const data = dataOf(png);
  const row = data && unpacked(data);
  if (!row) return undefined;
  return [nameAt(row, Math.floor(width / 4)), nameAt(row, Math.floor((width * 3) / 4))];
}

/** Bytes of an unpacked picture. */
const maxBytes = 16 * 1024 * 1024;

function unpacked(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

function dataOf(png: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts);
}

/** The name of the colour of a pixel in the first row. */
function nameAt(row: Buffer, x: number): string {
  const pixel = [0, 1, 2].map((i) => row[1 + x * 3 + i] ?? 0);
  const distance = (colour: readonly number[]): number =>
    colour.reduce((sum, value, i) => sum + (value - (pixel[i] ?? 0)) ** 2, 0);
  const [nearest] = Object.entries(colours).toSorted(([, a], [, b]) => distance(a) - distance(b));
  return nearest?.[0] ?? 'black';
}

/** The first PNG in the body of a request, in base64, wherever the format has it. */
export function pictureIn(value: Json | undefined): string | undefined {
  if (typeof value === 'string')
    return /^(?:data:image\/png;base64,)?(iVBORw0KGgo[A-Za-z0-9+/=]+)$/.exec(value)?.[1];
  const parts = isObject(value) ? Object.values(value) : toArray(value);
  for (const part of parts) {
    const found = pictureIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
