/** The user's settings with the emulator in place of the providers, so that the configured time limits apply. */
import type { LoadedSettings } from '../../config/load.ts';
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { emulatedFormats } from '../../emulator/formats.ts';
import { withEmulator } from '../../emulator/settings.ts';
import { wireFormats, type WireFormat } from '../../wire/formats.ts';
import type { Quirks } from '../../wire/quirks.ts';
import { servedEndpoints } from '../../wire/served-paths.ts';
import { limitRemedy } from '../checks/limit-places.ts';
import type { Language } from '../languages/language.ts';
import { spoken } from '../languages/spoken.ts';
import type { BenchOptions } from './bench.ts';

/** The emulated formats and their quirks, in the order of the formats. */
const emulated = wireFormats.flatMap((format) => {
  const quirks = emulatedFormats[format]?.quirks;
  return quirks ? [{ format, quirks }] : [];
});

interface Pair {
  format: WireFormat;
  quirks: Partial<Quirks>;
  /** Undefined for Anthropic's. */
  language: Language | undefined;
}

/**
 * Claude Code with each format, and clients of each other format with an upstream of the same and of the next format: the one
 * passes what it receives, the other translates it.
 */
const pairs: readonly Pair[] = emulated.flatMap(({ format, quirks }, index): Pair[] => {
  const claude = { format, quirks, language: undefined };
  if (format === 'messages' || !Object.hasOwn(servedEndpoints, format)) return [claude];
  const language = spoken(format);
  const next = emulated[(index + 1) % emulated.length] ?? claude;
  return [claude, { format, quirks, language }, { format: next.format, quirks: next.quirks, language }];
});

/**
 * Benches with the emulator at `url`: one for each pair of formats and each of `providers`, with that provider's timeouts.
 * Providers with the same timeouts share one.
 */
export function emulatedBenches(
  loaded: LoadedSettings,
  url: string,
  providers: readonly Provider[],
): BenchOptions[] {
  const { settings } = loaded;
  const distinct = new Map(providers.map((provider) => [JSON.stringify(provider.timeouts), provider]));
  return [...distinct.values()].flatMap((provider) =>
    pairs.map(({ format, quirks, language }): BenchOptions => {
      const entry: ModelEntry = {
        provider: 'emulator',
        model_id: `doctor-${format}`,
        wire_format: format,
        quirks,
      };
      return {
        live: false,
        provider: 'the emulator',
        model: `emulator/${entry.model_id}`,
        format,
        language,
        settings: onlyModel(withEmulator(withTimeouts(settings, provider), url), entry),
        remedyFor: (limit) => limitRemedy(loaded, provider.name, limit),
      };
    }),
  );
}

function withTimeouts(settings: Settings, { timeouts }: Provider): Settings {
  const { emulator } = settings.providers;
  if (emulator === undefined) return settings;
  return { ...settings, providers: { ...settings.providers, emulator: { ...emulator, timeouts } } };
}

/** Settings with one model, which answers every request. */
export function onlyModel(settings: Settings, entry: ModelEntry): Settings {
  return {
    ...settings,
    models: { default: entry },
    fallbacks: {},
    modelOverrides: {},
    modelFamilyOverrides: {},
    respectRequestedModel: true,
    enableStreamingScenarioRouting: true,
  };
}
