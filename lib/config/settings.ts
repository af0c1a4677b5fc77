/** The settings that result from the configuration, as one immutable snapshot. */
import type { WireFormat } from '../wire/formats.ts';
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

/** In milliseconds. */
export interface Timeouts {
  /** Until the response headers; for a response that is not streamed, until its end. */
  headersMs: number;
  /** Until the first event that is not a comment. */
  firstEventMs: number;
  /** The longest pause between two bytes of the response. */
  idleMs: number;
  /** The total time of one streaming attempt; absent means no limit. */
  streamingMs?: number;
}

/** A provider with its resolved URLs and keys. */
export interface Provider {
  name: string;
  /** Complete URLs, as the codec of the format expects them; a missing format is not supported. */
  endpoints: Partial<Record<WireFormat, string>>;
  auth: Partial<Record<WireFormat, 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none'>>;
  /** In the order of use; empty if none is configured. */
  keys: readonly Secret[];
  /** Why a required key is missing, for the error message. */
  missingKey?: string;
  /** The key is missing because the command that prints it was not run. */
  keyCommandNotRun?: boolean;
  /** The key is missing because the command that prints it was ended before it had finished. */
  keyCommandLate?: boolean;
  keyRemedy?: string;
  /**
   * Runs the command that prints the key of a provider that no model names, and resolves to the provider with its key, or
   * with the reason why there is none. Concurrent calls run it once; a failure is kept for a minute. Never rejects.
   */
  withKey?: () => Promise<Provider>;
  headers: Readonly<Record<string, string>>;
  /** It uses keys of its own at the vendors, whose errors about those keys it passes on. */
  gateway?: boolean;
  defaultFormat: WireFormat;
  /** The header for a stable id of the conversation (OpenCode: `x-opencode-session`). */
  sessionHeader?: string;
  timeouts: Timeouts;
  /** Fields of models, by id. A model entry takes precedence over them. */
  models?: Readonly<Record<string, Partial<ModelEntry>>>;
}

/** A value that prints as •••; only `reveal` returns it. */
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

/** The immutable settings of the proxy. Each request uses one snapshot to its end. */
export interface Settings extends PlainSettings {
  /** The configuration file; absent without one. */
  file?: string;
  /** Its absolute path if `--config` named it: other commands read it only with the same option. */
  configOption?: string;
  authToken?: Secret;
  models: Readonly<Record<string, ModelEntry>>;
  fallbacks: Readonly<Record<string, readonly ModelEntry[]>>;
  modelOverrides: Readonly<Record<string, ModelEntry>>;
  modelFamilyOverrides: Readonly<Record<string, ModelEntry>>;
  providers: Readonly<Record<string, Provider>>;
  /** Every environment variable that may contain a key. A launched child does not inherit them. */
  keyVariables: readonly string[];
  /** Unknown keys, keys without effect, settings that are probably not intended. */
  warnings: readonly Problem[];
}

/** An error or a warning about the configuration. */
export interface Problem {
  /** `models.default.provider`; "" for the whole file. */
  path: string;
  message: string;
  remedy?: string;
  /** A key that occ does not know, or a name that is almost a scenario: most likely a typing error. */
  unknown?: true;
  /** Line of the file, from 1. */
  line?: number;
  /** The environment variable that causes the problem, instead of the file. */
  variable?: string;
}
