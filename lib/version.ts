/** What this program calls itself. */
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('#package.json') as { version: string };

export const version = manifest.version;

/** occ names itself to every upstream and never poses as another client (contract 2, upstream facts 1.4). */
export const userAgent = `occ/${version}`;
