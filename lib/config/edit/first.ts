/** The text of a first configuration: the template, with a token that nobody else knows. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withValue } from './amend.ts';
import { schemaReference } from '../file/published-schema.ts';

/** Bits of a token, as `occ launch` makes them: 256. */
const tokenBytes = 32;

export function firstConfig(): string {
  const template = readFileSync(fileURLToPath(import.meta.resolve('#templates/config.jsonc')), 'utf8');
  return withValue(template, ['auth_token'], randomBytes(tokenBytes).toString('base64url'));
}

/** The smallest file: for a single value that is set where no file is yet. */
export function emptyConfig(): string {
  return `${JSON.stringify({ $schema: schemaReference }, null, 2)}\n`;
}
