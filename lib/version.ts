/** The version of this program, and the user agent it sends. */
import { readFileSync } from 'node:fs';
import { packageFile } from './package-root.ts';

const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };

export const version = manifest.version;

/** Sent to every upstream. occ never impersonates another client. */
export const userAgent = `occ/${version}`;
