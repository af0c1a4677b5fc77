/** The text of a first configuration: the template with a random token, and with what the user chose. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../../json.ts';
import { packageFile } from '../../package-root.ts';
import type { FileEntry } from '../file/config-file.ts';
import { schemaReference } from '../file/published-schema.ts';
import { withValue } from './amend.ts';

/** 256 bits, as for the tokens of `occ launch`. */
const tokenBytes = 32;

/** Where a key comes from. The text of a configuration never names a key that is in a variable. */
export type KeySource =
  | { kind: 'value'; key: string }
  | { kind: 'variable'; name: string }
  /** Run by the shell; it prints the key. */
  | { kind: 'command'; command: string }
  | { kind: 'none' };

export interface FirstConfig {
  key: KeySource;
  /** A provider that is not built in. */
  provider?: { name: string; baseUrl: string; wireFormat: string };
  /** Scenario → model, with a `default`. */
  models: Readonly<Record<string, FileEntry>>;
  fallbacks: Readonly<Record<string, readonly FileEntry[]>>;
}

/** Without `first`, the template's own models, with the key of OPENCODE_API_KEY. */
export function firstConfig(first?: FirstConfig): string {
  const template = readFileSync(packageFile('templates/config.jsonc'), 'utf8');
  const text = withValue(template, ['auth_token'], randomBytes(tokenBytes).toString('base64url'));
  if (first === undefined) return text;
  const { key, provider, models, fallbacks } = first;
  const keyed =
    provider === undefined
      ? withKey(text, key)
      : withProvider(withKey(text, { kind: 'none' }), provider, key);
  return withFallbacks(withModels(keyed, models), fallbacks);
}

/** The line of the template that the key of the built-in providers takes the place of. */
const keyLine = '"api_key": "${OPENCODE_API_KEY}"';

function withKey(text: string, key: KeySource): string {
  const [[name, value] = ['api_key', '']] = Object.entries(keyFields(key));
  return replaceOnce(text, keyLine, `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
}

function keyFields(key: KeySource): JsonObject {
  if (key.kind === 'none') return {};
  if (key.kind === 'command') return { api_key_command: key.command };
  return { api_key: key.kind === 'variable' ? `\${${key.name}}` : key.key };
}

/** The example of the template, which the section takes the place of. */
const exampleSection = /^ {2}\/\/ "providers": \{\n(?: {2}\/\/.*\n)+/m;

function withProvider(
  text: string,
  { name, baseUrl, wireFormat }: NonNullable<FirstConfig['provider']>,
  key: KeySource,
): string {
  const section = { wire_format: wireFormat, base_url: baseUrl, ...keyFields(key) };
  const rendered = JSON.stringify({ [name]: section }, null, 2).replaceAll('\n', '\n  ');
  return replaceOnce(text, exampleSection, `  "providers": ${rendered},\n`);
}

/** Keeps the template's line and comment of each scenario if there is a model for all of them. */
function withModels(text: string, models: FirstConfig['models']): string {
  const scenarios = Object.entries(models);
  if (scenarios.length === 1) return withValue(text, ['models'], toJson(models));
  return scenarios.reduce((changed, [name, entry]) => withEntry(changed, ['models', name], entry), text);
}

function withFallbacks(text: string, fallbacks: FirstConfig['fallbacks']): string {
  const lists = Object.entries(fallbacks);
  if (lists.length === 0) return withValue(text, ['fallbacks'], {});
  return lists.reduce(
    (changed, [name, list]) =>
      list.reduce((line, entry, index) => withEntry(line, ['fallbacks', name, index], entry), changed),
    text,
  );
}

/** Changes the fields of an entry of the template in their places. */
function withEntry(text: string, path: readonly (string | number)[], entry: FileEntry): string {
  return Object.entries(toJson(entry) as JsonObject).reduce(
    (changed, [field, value]) => withValue(changed, [...path, field], value ?? null),
    text,
  );
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** A function as replacement, because `$` in a text has a meaning there. */
function replaceOnce(text: string, search: string | RegExp, replacement: string): string {
  const found = typeof search === 'string' ? text.includes(search) : search.test(text);
  if (!found) throw new Error('the template of the configuration has changed');
  return text.replace(search, () => replacement);
}

/** The file to which `occ config set` adds the first value. */
export function emptyConfig(): string {
  return `${JSON.stringify({ $schema: schemaReference }, null, 2)}\n`;
}
