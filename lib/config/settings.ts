/** The settings that result from the configuration, as one immutable snapshot. */
import type { WireFormat } from '../wire/codec.ts';
import type { FileEntry } from './file/config-file.ts';
import type { configSchema } from './file/schema.ts';
import type { ValueOf } from './file/schema-node.ts';

/**
 * A model as an entry of `models`, `fallbacks` or the overrides describes it. Where a field is missing, the provider's
 * `models` and then the catalogue apply.
 */
export interface ModelEntry extends Omit<
  FileEntry,
  'model_ref' | 'anthropic_tools_disabled' | 'wire_format'
> {
  provider: string;
  model_id: string;
  wire_format?: WireFormat;
}

/** Milliseconds; absent `streamingMs` means no total cap (contract 3, Timeouts). */
export interface Timeouts {
  /** Until the headers. */
  headersMs: number;
  /** Until the first upstream event that is not a comment. */
  firstEventMs: number;
  /** The longest silence between two upstream bytes. */
  idleMs: number;
  /** A total cap for one streaming attempt. */
  streamingMs?: number;
}

/** A provider, ready to be asked: every URL and key found, whatever way it was spelled. */
export interface Provider {
  name: string;
  /** Whole URLs, as the format's codec expects them; a format that is missing is not served. */
  endpoints: Partial<Record<WireFormat, string>>;
  auth: Partial<Record<WireFormat, 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none'>>;
  /** In the order of use; empty when none is configured. */
  keys: readonly Secret[];
  /** Why there is no key, in words, for the error that says so, and what to do about it. */
  missingKey?: string;
  keyRemedy?: string;
  headers: Readonly<Record<string, string>>;
  defaultFormat: WireFormat;
  /** Header that carries a stable id of the conversation (OpenCode: `x-opencode-session`). */
  sessionHeader?: string;
  timeouts: Timeouts;
  /** What the configuration says of this provider's models; an entry that names one adds to it. */
  models?: Readonly<Record<string, Partial<ModelEntry>>>;
}

/** A value that prints as ••• wherever it is turned into text; `reveal` is the only way to it. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** Every key with a default becomes a setting with a camel-case name; objects of such keys stay objects. */
type SettingsOf<P> = {
  [
    Key in keyof P as P[Key] extends { aliasOf: string }
      ? never
      : P[Key] extends { default: unknown } | { properties: unknown }
        ? CamelCase<Key & string>
        : never
  ]: P[Key] extends { properties: infer Inner } ? SettingsOf<Inner> : ValueOf<P[Key]>;
};
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The settings that need no interpretation; the description of the file explains each. */
export type PlainSettings = SettingsOf<typeof configSchema.properties>;
export type Retry = PlainSettings['retry'];

/** One immutable snapshot of everything the proxy was told. Each request sees exactly one. */
export interface Settings extends PlainSettings {
  /** The file it came from; absent when there is none. */
  file?: string;
  authToken?: Secret;
  models: Readonly<Record<string, ModelEntry>>;
  fallbacks: Readonly<Record<string, readonly ModelEntry[]>>;
  modelOverrides: Readonly<Record<string, ModelEntry>>;
  modelFamilyOverrides: Readonly<Record<string, ModelEntry>>;
  providers: Readonly<Record<string, Provider>>;
  /** Every environment variable a key was or could be read from; a launched child does not get them (contract 2a). */
  keyVariables: readonly string[];
  /** What a person should know: unknown keys, fields without effect, defaults that surprise. */
  warnings: readonly Problem[];
}

/** Something wrong or odd in the configuration. */
export interface Problem {
  /** JSON path: `models.default.provider`. */
  path: string;
  message: string;
  remedy?: string;
  /** Line of the file, from 1; missing where it stands in no line of it. */
  line?: number;
  /** The environment variable that is at fault, where it is not the file. */
  variable?: string;
}
