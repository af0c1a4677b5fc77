/** One model entry and its provider into a route: configuration over catalogue over what is assumed of a stranger. */
import { isLoopback } from '../loopback.ts';
import type { ModelEntry, Provider } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { wireFormats, type Route, type WireFormat } from '../wire/codec.ts';
import { defaultQuirks, type Quirks, type ThinkingDialect } from '../wire/quirks.ts';
import { findFamily, guessFormat } from './families.ts';
import { findAtOtherProvider, findModel, type CatalogModel } from './models.ts';

/** Tokens assumed of a model nobody has described: small enough for most, and the configuration can say more. */
export const assumed = { contextWindow: 128_000, maxOutputTokens: 32_000 } as const;

/**
 * The route of an entry. The format is the entry's `wire_format`, else what the provider's `models` say, else the
 * catalogue's, else the provider's default. A format that was asked for in so many words and has no endpoint is an
 * OccError `no_endpoint` (exit 78); one that the catalogue would prefer gives way to the provider's default.
 */
export function toRoute(entry: ModelEntry, provider: Provider): Route {
  const id = entry.model_id;
  const said = provider.models?.[id] ?? {};
  const known = findModel(provider.name, id);
  const { format, endpoint } = chooseEndpoint(entry, said, known, provider);
  const family = findFamily(provider.name, id, format);
  const like = known ?? similar(provider, id);
  const { temperature, max_tokens, reasoning_effort, thinking, context_margin } = { ...said, ...entry };
  return {
    provider: provider.name,
    modelId: known?.id ?? id,
    format,
    endpoint,
    auth: provider.auth[format] ?? 'bearer',
    headers: provider.headers,
    contextWindow: entry.context_window ?? said.context_window ?? like?.context ?? assumed.contextWindow,
    ...(context_margin !== undefined && { contextMargin: context_margin }),
    maxOutputTokens:
      entry.max_output_tokens ?? said.max_output_tokens ?? like?.output ?? assumed.maxOutputTokens,
    images: entry.vision ?? said.vision ?? like?.inputs.includes('image') ?? false,
    documents: like?.inputs.includes('pdf') ?? false,
    tools: entry.supports_tools ?? said.supports_tools ?? true,
    efforts: like?.reasons === false ? [] : like?.efforts.length ? like.efforts : (family.efforts ?? []),
    ...(temperature !== undefined && { temperature }),
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
    ...(reasoning_effort !== undefined && { reasoningEffort: reasoning_effort }),
    ...(thinking !== undefined && { thinking }),
    quirks: { ...defaultQuirks, ...catalogued(like, format, family.quirks), ...said.quirks, ...entry.quirks },
  };
}

/** What the catalogue makes of a model's thinking where its family says nothing, and of one that does not think. */
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
  if (format === 'messages') return model.toggle || model.efforts.length > 0 ? 'adaptive' : 'none';
  if (model.efforts.length > 0) return 'effort';
  return model.toggle && format === 'chat' ? 'type' : 'none';
}

/** A model on this machine has the window it was started with, whatever its namesake in a data centre has. */
function similar(provider: Provider, id: string): CatalogModel | undefined {
  const local = Object.values(provider.endpoints).some((url) => isLoopback(new URL(url).hostname));
  return local ? undefined : findAtOtherProvider(id);
}

function chooseEndpoint(
  entry: ModelEntry,
  said: Partial<ModelEntry>,
  known: CatalogModel | undefined,
  provider: Provider,
): { format: WireFormat; endpoint: string } {
  const asked = entry.wire_format ?? said.wire_format;
  const preferred = known?.format ?? guessFormat(provider.name, entry.model_id) ?? provider.defaultFormat;
  const candidates = asked === undefined ? [preferred, provider.defaultFormat, ...wireFormats] : [asked];
  for (const format of candidates) {
    const endpoint = provider.endpoints[format];
    if (endpoint !== undefined) return { format, endpoint };
  }
  const has = wireFormats.filter((format) => provider.endpoints[format] !== undefined);
  throw new OccError(
    'no_endpoint',
    `${provider.name}/${entry.model_id}: ${provider.name} has no endpoint for ${asked ?? 'any wire format'}${has.length > 0 ? `, only for ${has.join(', ')}` : ''}`,
    {
      exitCode: exitCodes.config,
      remedy: `give ${provider.name} the URL, or the model a wire_format it has`,
    },
  );
}
