/** Converts the provider sections of the configuration into providers with resolved URLs, headers and keys. */
import { formats, urlKeys, wireFormats, type WireFormat } from '../../wire/formats.ts';
import { completeEndpoint, deriveEndpoints, takesBearer, type BuiltIn, type Endpoints } from './endpoints.ts';
import { toFields, toProviderName, toWireFormat } from '../file/entries.ts';
import type { FileEntry, FileKeys, FileProvider } from '../file/config-file.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import { timeouts } from '../file/schema.ts';
import { OccError } from '../../errors.ts';
import { isLoopback } from '../../loopback.ts';
import { findKeys, notSet, remedyOfVariable, type FoundKeys, type KeyContext } from './keys.ts';
import type { ModelEntry, Provider, Timeouts } from '../settings.ts';

/** The section of one provider. */
export interface Section {
  name: string;
  segments: readonly Segment[];
  given: FileProvider;
}

/**
 * The providers by name, without those in `unready`. The key commands of the providers in `used` are run concurrently,
 * those of the others when a request needs the key.
 */
export async function toProviders(
  file: Parameters<typeof sectionsOf>[0] & FileKeys,
  unready: ReadonlySet<string>,
  used: ReadonlySet<string>,
  context: KeyContext,
): Promise<Record<string, Provider>> {
  const { go, zen, custom } = sectionsOf(file);
  const contextOf = ({ name }: Section): KeyContext => ({
    ...context,
    runCommands: context.runCommands && used.has(name),
  });
  const top: FileKeys = file;
  const pending = [
    ...[go, zen].map((section) => [section, toBuiltIn] as const),
    ...custom.map((section) => [section, toCustom] as const),
  ].filter(([{ name }]) => !unready.has(name));
  const providers = await Promise.all(
    pending.map(async ([section, make]) => {
      const provider = await make(section, contextOf(section), top);
      if (!provider.keyCommandNotRun || !context.runCommands) return provider;
      const again = (commandResults: KeyContext['commandResults']): Promise<Provider> =>
        make(section, { ...context, commandResults }, top);
      return withKeyOnDemand(provider, again, context.commandResults);
    }),
  );
  return Object.fromEntries([...providers, emulatorProvider()].map((provider) => [provider.name, provider]));
}

/** How long a failure of a key command is kept, in milliseconds. */
const failedMs = 60_000;

/** The provider with `withKey`, which shares one run of the command; a failed one is replaced after a minute. */
function withKeyOnDemand(
  provider: Provider,
  make: (results: KeyContext['commandResults']) => Promise<Provider>,
  known: KeyContext['commandResults'],
): Provider {
  let made: Promise<Provider> | undefined;
  let results = known;
  let failedAt: number | undefined;

  async function run(): Promise<Provider> {
    failedAt = undefined;
    const found = await make(results).catch((error: unknown): Provider => {
      return { ...provider, missingKey: error instanceof OccError ? error.message : String(error) };
    });
    if (found.missingKey !== undefined) failedAt = Date.now();
    results = new Map();
    return found;
  }

  return {
    ...provider,
    withKey() {
      if (failedAt !== undefined && Date.now() - failedAt >= failedMs) made = undefined;
      return (made ??= run());
    },
  };
}

/** opencode-go or opencode-zen. Its own keys take precedence over those at the root of the file. */
async function toBuiltIn(
  { name, given, segments }: Section,
  context: KeyContext,
  top: FileKeys,
): Promise<Provider> {
  const places = [
    { keys: given, segments },
    { keys: top, segments: [] },
  ];
  const found = await findKeys(places, context);
  const endpoints = deriveEndpoints(name as BuiltIn, toEndpoints(given), found.keys[0]?.reveal());
  return {
    name,
    endpoints,
    auth: {
      ...authOf(Object.keys(endpoints) as WireFormat[], (format) => formats[format].auth),
      messages: takesBearer(endpoints.messages) ? 'bearer' : 'x-api-key',
    },
    ...found,
    headers: {},
    defaultFormat: 'chat',
    gateway: true,
    sessionHeader: 'x-opencode-session',
    timeouts: toTimeouts(given),
  };
}

/** A custom provider. It needs no key if it runs on this machine or if its headers authenticate. */
async function toCustom({ name, given, segments }: Section, context: KeyContext): Promise<Provider> {
  const defaultFormat = toWireFormat(given.wire_format) ?? 'chat';
  const endpoints: Endpoints = {
    ...toEndpoints({ ...given, base_url: undefined }),
    ...(given.base_url !== undefined && { [defaultFormat]: completeEndpoint(defaultFormat, given.base_url) }),
  };
  const headers = given.headers ?? {};
  const unset = unsetHeader(headers, segments, context);
  if (unset !== undefined)
    return {
      ...(await toCustom({ name, segments, given: without(given, unset.header) }, context)),
      ...unset.found,
    };
  const keyless = given.auth === 'none' || authenticates(headers);
  const found: FoundKeys = keyless ? { keys: [] } : await findKeys([{ keys: given, segments }], context);
  const isLocal = Object.values(endpoints).every((url) => isLoopback(new URL(url).hostname));
  const unauthenticated = keyless || (isLocal && found.keys.length === 0 && !wantsKey(given));
  return {
    name,
    endpoints,
    auth: authOf(wireFormats, (format) => (unauthenticated ? 'none' : (given.auth ?? formats[format].auth))),
    keys: found.keys,
    ...(!unauthenticated && found),
    headers,
    defaultFormat,
    timeouts: toTimeouts(given),
    ...(given.models !== undefined && { models: toModels(given.models) }),
  };
}

/** A header that names a variable that is not set. Without this header, the provider counts as having no key. */
function unsetHeader(
  headers: Readonly<Record<string, string>>,
  segments: readonly Segment[],
  { missing }: KeyContext,
): { header: string; found: FoundKeys } | undefined {
  for (const header of Object.keys(headers)) {
    const path = renderPath([...segments, 'headers', header]);
    const variable = missing.get(path);
    if (variable === undefined) continue;
    const found = {
      keys: [],
      missingKey: notSet(variable, path),
      keyCommandNotRun: false,
      keyRemedy: remedyOfVariable(variable, path),
    };
    return { header, found };
  }
  return undefined;
}

function without(given: FileProvider, header: string): FileProvider {
  const headers = Object.entries(given.headers ?? {}).filter(([name]) => name !== header);
  return { ...given, headers: Object.fromEntries(headers) };
}

/** The provider `emulator` needs no key. It has no endpoints until the emulator runs (see `withEndpoints`). */
function emulatorProvider(): Provider {
  return {
    name: 'emulator',
    endpoints: {},
    auth: authOf(wireFormats, () => 'none'),
    keys: [],
    headers: {},
    defaultFormat: 'chat',
    timeouts: toTimeouts({}),
  };
}

function authOf(
  those: readonly WireFormat[],
  auth: (format: WireFormat) => NonNullable<Provider['auth'][WireFormat]>,
): Provider['auth'] {
  return Object.fromEntries(those.map((format) => [format, auth(format)]));
}

/** A copy of the provider with other endpoints. */
export function withEndpoints(provider: Provider, endpoints: Endpoints): Provider {
  return Object.freeze({ ...provider, endpoints: Object.freeze({ ...endpoints }) });
}

function toEndpoints(given: Omit<FileProvider, 'base_url'> & { base_url?: string | undefined }): Endpoints {
  return {
    ...(given.base_url !== undefined && { chat: given.base_url }),
    ...Object.fromEntries(
      urlKeys.flatMap(({ format, name }) => (given[name] === undefined ? [] : [[format, given[name]]])),
    ),
  };
}

function toTimeouts(given: FileProvider): Timeouts {
  const headersMs = given.timeout_ms ?? timeouts.timeout_ms.default;
  return {
    headersMs,
    firstEventMs: given.first_event_timeout_ms ?? headersMs,
    idleMs: given.stream_idle_timeout_ms ?? timeouts.stream_idle_timeout_ms.default,
    ...(given.streaming_timeout_ms !== undefined && { streamingMs: given.streaming_timeout_ms }),
  };
}

function wantsKey({ api_key, api_keys, api_key_command }: FileKeys): boolean {
  return Boolean(api_key) || (api_keys?.length ?? 0) > 0 || api_key_command !== undefined;
}

function authenticates(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) =>
    /^(?:authorization|x-api-key|api-key|x-goog-api-key)$/i.test(name),
  );
}

function toModels(given: NonNullable<FileProvider['models']>): Record<string, Partial<ModelEntry>> {
  const pairs: [string, FileEntry][] = Array.isArray(given)
    ? given.map((item) => (typeof item === 'string' ? [item, {}] : [item.model_id ?? '', item]))
    : Object.entries(given);
  return Object.fromEntries(pairs.filter(([id]) => id !== '').map(([id, fields]) => [id, toFields(fields)]));
}

/** The provider sections of a file; those of the built-in providers always exist. */
export function sectionsOf(file: {
  opencode_go?: FileProvider;
  opencode_zen?: FileProvider;
  openrouter?: FileProvider;
  providers?: Record<string, FileProvider>;
}): { go: Section; zen: Section; custom: Section[] } {
  const { openrouter } = file;
  const custom = Object.entries(file.providers ?? {}).map(([key, given]): Section => ({
    name: toProviderName(key),
    segments: ['providers', key],
    given,
  }));
  if (openrouter !== undefined && !custom.some(({ name }) => name === 'openrouter')) {
    const given = { base_url: 'https://openrouter.ai/api/v1', ...openrouter };
    custom.unshift({ name: 'openrouter', segments: ['openrouter'], given });
  }
  return {
    go: { name: 'opencode-go', segments: ['opencode_go'], given: file.opencode_go ?? {} },
    zen: { name: 'opencode-zen', segments: ['opencode_zen'], given: file.opencode_zen ?? {} },
    custom,
  };
}

export const builtInNames: ReadonlySet<string> = new Set(['opencode-go', 'opencode-zen', 'emulator']);
