/** The text of a first configuration: the template with a random token. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withValue } from './amend.ts';
import { schemaReference } from '../file/published-schema.ts';

/** 256 bits, as for the tokens of `occ launch`. */
const tokenBytes = 32;

export function firstConfig(): string {
  const template = readFileSync(fileURLToPath(import.meta.resolve('#templates/config.jsonc')), 'utf8');
  return withValue(template, ['auth_token'], randomBytes(tokenBytes).toString('base64url'));
}

/** The file to which `occ config set` adds the first value. */
export function emptyConfig(): string {
  return `${JSON.stringify({ $schema: schemaReference }, null, 2)}\n`;
}
