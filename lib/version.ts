/** The version of this program, and the user agent it sends. */
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('#package.json') as { version: string };

export const version = manifest.version;

/** Sent to every upstream. occ never impersonates another client. */
export const userAgent = `occ/${version}`;
