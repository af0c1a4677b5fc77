/** The user's settings with the emulator in place of the providers, so that the configured time limits apply. */
import type { LoadedSettings } from '../../config/load.ts';
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { emulatedFormats } from '../../emulator/formats.ts';
import { withEmulator } from '../../emulator/settings.ts';
import { wireFormats } from '../../wire/formats.ts';
import { limitRemedy } from '../checks/limit-places.ts';
import type { BenchOptions } from './bench.ts';

/** The emulated formats and their quirks, in the order of the formats. */
const emulated = wireFormats.flatMap((format) => {
  const quirks = emulatedFormats[format]?.quirks;
  return quirks ? [{ format, quirks }] : [];
});

/**
 * Benches with the emulator at `url`: one for each format and each of `providers`, with that provider's timeouts. Providers
 * with the same timeouts share one.
 */
export function emulatedBenches(
  loaded: LoadedSettings,
  url: string,
  providers: readonly Provider[],
): BenchOptions[] {
  const { settings } = loaded;
  const distinct = new Map(providers.map((provider) => [JSON.stringify(provider.timeouts), provider]));
  return [...distinct.values()].flatMap((provider) =>
    emulated.map(({ format, quirks }) => {
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
