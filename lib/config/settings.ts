/** What the configuration becomes: one immutable snapshot of settings (contract 3). The file's own schema is in json-schema.ts. */
import type { ThinkingConfig } from '../anthropic/request.ts';
import type { WireFormat } from '../wire/codec.ts';
import type { Quirks } from '../wire/quirks.ts';

/** One model as the configuration names it: an entry of `models`, `fallbacks` or the overrides. Missing means: as the catalogue knows. */
export interface ModelEntry {
  provider: string;
  model_id: string;
  temperature?: number;
  max_tokens?: number;
  reasoning_effort?: string;
  thinking?: ThinkingConfig;
  /** Only read on `models.long_context`: tokens above which a request counts as long. */
  context_threshold?: number;
  context_window?: number;
  /** Tokens kept free below the window when a model is judged big enough. */
  context_margin?: number;
  max_output_tokens?: number;
  supports_tools?: boolean;
  vision?: boolean;
  wire_format?: WireFormat;
  quirks?: Partial<Quirks>;
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

export interface Retry {
  /** Extra tries of the same model. */
  attempts: number;
  baseMs: number;
  maxMs: number;
  /** Over all models of one request. */
  maxAttemptsTotal: number;
}

/** One immutable snapshot of everything the proxy was told. Each request sees exactly one. */
export interface Settings {
  /** The file it came from; absent when there is none. */
  file?: string;
  host: string;
  port: number;
  authToken?: Secret;
  hotReload: boolean;
  models: Readonly<Record<string, ModelEntry>>;
  fallbacks: Readonly<Record<string, readonly ModelEntry[]>>;
  modelOverrides: Readonly<Record<string, ModelEntry>>;
  modelFamilyOverrides: Readonly<Record<string, ModelEntry>>;
  respectRequestedModel: boolean;
  enableStreamingScenarioRouting: boolean;
  providers: Readonly<Record<string, Provider>>;
  retry: Retry;
  circuitBreaker: { failures: number; resetMs: number };
  heartbeatMs: number;
  logging: {
    level: 'debug' | 'info' | 'warn' | 'error';
    requests: boolean;
    maxBytes: number;
    maxFiles: number;
    captures: { enabled: boolean; maxFiles: number; maxBytes: number };
  };
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
