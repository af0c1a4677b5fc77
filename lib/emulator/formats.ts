/** The wire formats that the emulator serves, by their names and by their paths. */
import type { WireFormat } from '../wire/formats.ts';
import type { EmulatedFormat } from './formats/format.ts';
import * as table from './formats/table.ts';

/** A wire format that is missing here is not emulated. */
export const emulatedFormats: Readonly<Partial<Record<WireFormat, EmulatedFormat>>> = table;

/** The format served at a path, without its query. */
export function formatAt(path: string): EmulatedFormat | undefined {
  return Object.values(emulatedFormats).find(
    ({ suffix, wholeSuffix = suffix }) => path.endsWith(suffix) || path.endsWith(wholeSuffix),
  );
}
