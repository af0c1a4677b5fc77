/** The codecs by the name of their format. Importing this loads all of them, which takes some 45 ms; `formats.ts` loads none. */
import type { Codec } from './codec.ts';
import { formats, wireFormats, type WireFormat } from './formats.ts';

const loaded = await Promise.all(
  wireFormats.map(async (format) => [format, await formats[format].load()] as const),
);

export const codecs = Object.fromEntries(loaded) as Readonly<Record<WireFormat, Codec>>;
