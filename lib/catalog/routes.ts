/** Turns a model entry and its provider into a route: from the configuration, the catalogue, then the default limits. */
import { isLoopback } from '../loopback.ts';
import type { ModelEntry, Provider } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { hasDotSegment } from '../wire/id-in-path.ts';
import { formats, wireFormats, type WireFormat, type WireRoute } from '../wire/formats.ts';
import { defaultQuirks, type Quirks, type ThinkingDialect } from '../wire/quirks.ts';
import { findFamily, guessFormat } from './families.ts';
import { findAtOtherProvider, findModel, type CatalogModel } from './models.ts';

/** Limits in tokens for unknown models: low enough for most, and the configuration can raise them. */
export const defaultLimits = { contextWindow: 128_000, maxOutputTokens: 32_000 } as const;

/**
 * The format is the `wire_format` of the entry, of the provider's `models`, of the catalogue, or the default of the
 * provider, in this order. OccError `no_endpoint` (exit 78) if a configured format has no endpoint; if the format of the
 * catalogue has none, the default of the provider is used. OccError `model_id_invalid` (exit 78) for an id that would change
 * the path of the URL.
 */
export function toRoute(entry: ModelEntry, provider: Provider): WireRoute {
  const ofEntry = routes.get(entry) ?? new WeakMap<Provider, WireRoute>();
  const route = ofEntry.get(provider) ?? newRoute(entry, provider);
  routes.set(entry, ofEntry.set(provider, route));
  return route;
}

/** The routes of the entries in use: every request asks for those of all its candidates, and settings never change. */
const routes = new WeakMap<ModelEntry, WeakMap<Provider, WireRoute>>();

function newRoute(entry: ModelEntry, provider: Provider): WireRoute {
  const id = entry.model_id;
  const declared = provider.models?.[id] ?? {};
  const known = findModel(provider.name, id);
  const named = nameOf(entry, declared);
  const hosts = Object.values(provider.endpoints).map((url) => new URL(url).hostname);
  const place = { provider: provider.name, hosts };
  const guessed = known?.format ?? guessFormat(place, named);
  const { format, endpoint } = chooseEndpoint(entry, declared, guessed, provider);
  const family = findFamily(place, named, format);
  const like = known ?? atOtherProvider(provider, named);
  const isUnknown = like === undefined && Object.keys(family.quirks).length === 0;
  const { temperature, max_tokens, reasoning_effort, thinking, context_margin } = { ...declared, ...entry };
  return {
    provider: provider.name,
    modelId: known?.id ?? id,
    format,
    endpoint,
    auth: provider.auth[format] ?? 'bearer',
    headers: provider.headers,
    contextWindow: knownLimits(entry, provider).context ?? defaultLimits.contextWindow,
    ...(context_margin !== undefined && { contextMargin: context_margin }),
    maxOutputTokens: knownLimits(entry, provider).output ?? defaultLimits.maxOutputTokens,
    images: entry.vision ?? declared.vision ?? like?.inputs.includes('image') ?? false,
    documents: like?.inputs.includes('pdf') ?? false,
    tools: entry.supports_tools ?? declared.supports_tools ?? true,
    efforts: like?.reasons === false ? [] : like?.efforts.length ? like.efforts : (family.efforts ?? []),
    ...(temperature !== undefined && { temperature }),
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
    ...(reasoning_effort !== undefined && { reasoningEffort: reasoning_effort }),
    ...(thinking !== undefined && { thinking }),
    quirks: {
      ...defaultQuirks,
      ...(isUnknown && formats[format].unknownModel),
      ...catalogued(like, format, family.quirks),
      ...declared.quirks,
      ...entry.quirks,
    },
  };
}

/** The name by which the family is found: a configured family replaces the id. */
function nameOf(entry: ModelEntry, declared: Partial<ModelEntry>): string {
  return entry.family ?? declared.family ?? entry.model_id;
}

/** The limits in tokens that the configuration or the catalogue states; what is missing is assumed. */
export function knownLimits(entry: ModelEntry, provider: Provider): { context?: number; output?: number } {
  const declared = provider.models?.[entry.model_id] ?? {};
  const like = findModel(provider.name, entry.model_id) ?? atOtherProvider(provider, nameOf(entry, declared));
  const context = entry.context_window ?? declared.context_window ?? like?.context;
  const output = entry.max_output_tokens ?? declared.max_output_tokens ?? like?.output;
  return { ...(context !== undefined && { context }), ...(output !== undefined && { output }) };
}

/** Adds the thinking quirk of the catalogue if the family has none, and overrides it for models that do not think. */
function catalogued(
  model: CatalogModel | undefined,
  format: WireFormat,
  family: Partial<Quirks>,
): Partial<Quirks> {
  if (model === undefined) return family;
  if (!model.reasons) return { ...family, thinking: 'none', replayReasoning: 'never' };
  return { thinking: dialectOf(model, format), ...family };
}

function dialectOf(model: CatalogModel, format: WireFormat): ThinkingDialect {
  const { efforts, toggle } = formats[format].thinking;
  if (model.efforts.length > 0) return efforts;
  return model.toggle ? toggle : 'configured';
}

/** The same model at another provider. A local server has its own context window, so it gets none. */
function atOtherProvider(provider: Provider, id: string): CatalogModel | undefined {
  const local = Object.values(provider.endpoints).some((url) => isLoopback(new URL(url).hostname));
  return local ? undefined : findAtOtherProvider(id);
}

function chooseEndpoint(
  entry: ModelEntry,
  declared: Partial<ModelEntry>,
  guessed: WireFormat | undefined,
  provider: Provider,
): { format: WireFormat; endpoint: string } {
  const configured = entry.wire_format ?? declared.wire_format;
  const candidates =
    configured === undefined
      ? [guessed ?? provider.defaultFormat, provider.defaultFormat, ...wireFormats]
      : [configured];
  for (const format of candidates) {
    const endpoint = provider.endpoints[format];
    if (endpoint === undefined) continue;
    if (formats[format].idInPath === true && hasDotSegment(entry.model_id)) throw badId(entry, provider);
    return { format, endpoint };
  }
  const has = wireFormats.filter((format) => provider.endpoints[format] !== undefined);
  throw new OccError(
    'no_endpoint',
    `${provider.name}/${entry.model_id}: ${provider.name} has no endpoint for ${configured ?? 'any wire format'}${has.length > 0 ? `, only for ${has.join(', ')}` : ''}`,
    {
      exitCode: exitCodes.config,
      remedy: `configure this endpoint of ${provider.name}, or a wire_format of the model that it has`,
    },
  );
}

function badId({ model_id }: ModelEntry, { name }: Provider): OccError {
  return new OccError(
    'model_id_invalid',
    `${name}/${model_id}: found "." or ".." as a part of the id, which would change the path of the URL`,
    { exitCode: exitCodes.config, remedy: `use an id from the list of ${name}` },
  );
}
