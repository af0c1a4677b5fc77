/** Secrets that are planted in every place a key can come from, and the search for them. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a secret was planted. */
export type Place =
  | 'root key'
  | 'environment'
  | 'key list'
  | 'variable'
  | 'default of a variable'
  | 'command'
  | 'header'
  | 'header from a variable'
  | 'query'
  | 'proxy password'
  | 'auth_token'
  | 'in a vendor’s form';

/** One secret for each place: no vendor's form, which a pattern would find, and with characters that encodings change. */
export function plantAll(): Record<Place, string> {
  const places: Place[] = [
    'root key',
    'environment',
    'key list',
    'variable',
    'default of a variable',
    'command',
    'header',
    'header from a variable',
    'query',
    'proxy password',
    'auth_token',
    'in a vendor’s form',
  ];
  return Object.fromEntries(
    places.map((place) => [
      place,
      place === 'in a vendor’s form' ? `sk-${plant().replace(/\W/g, '')}` : plant(),
    ]),
  ) as Record<Place, string>;
}

function plant(): string {
  return Array.from(randomBytes(40), (byte, at) =>
    at % 5 === 4 ? '/+=~'.charAt(byte % 4) : letters.charAt(byte % 62),
  ).join('');
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Characters in a row that give a secret away. */
const window = 10;

/** A secret in the forms in which it could be written, as pieces that none of them may contain. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // The bytes before it shift the letters of base64; those at both ends depend on what is beside it.
  const shifted = [0, 1, 2].map((by) =>
    Buffer.concat([Buffer.alloc(by), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  const whole = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('/', '\\/'),
    bytes.toString('hex'),
    ...shifted,
    ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  const pieces = whole.flatMap((text) =>
    Array.from({ length: text.length - window + 1 }, (_, at) => text.slice(at, at + window)),
  );
  return [...new Set(pieces)];
}

/** What says a secret, and where it may be: `place in where`. */
export function search(
  secrets: Readonly<Record<string, string>>,
  said: ReadonlyMap<string, string>,
): string[] {
  const forms = Object.entries(secrets).map(([place, secret]) => ({ place, pieces: formsOf(secret) }));
  return [...said].flatMap(([where, text]) =>
    forms.flatMap(({ place, pieces }) => {
      const found = pieces.find((piece) => text.includes(piece));
      return found === undefined ? [] : [`${place} in ${where}: ${around(text, found)}`];
    }),
  );
}

function around(text: string, found: string): string {
  const at = text.indexOf(found);
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + 40));
}

/** Every file below a folder, by its path within it. */
export function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .map((path): [string, string] => [path, readFileSync(join(folder, path), 'latin1')]);
  return new Map(files);
}
