/** The user's settings with the emulator in place of the providers, so that the configured time limits apply. */
import type { LoadedSettings } from '../../config/load.ts';
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { withEmulator } from '../../emulator/settings.ts';
import type { WireFormat } from '../../wire/codec.ts';
import { limitRemedy } from '../checks/limit-places.ts';
import type { BenchOptions } from './bench.ts';

/** The quirks of the OpenCode Go models that the emulator imitates. */
const quirks = {
  chat: { thinking: 'effort', replayReasoning: 'always' },
  messages: { thinking: 'adaptive', unsignedThinking: true, wrongStartUsage: true },
  responses: { thinking: 'effort' },
  gemini: { thinking: 'effort', signedCalls: true },
} as const satisfies Partial<Record<WireFormat, ModelEntry['quirks']>>;

const emulatedFormats = Object.keys(quirks) as (keyof typeof quirks)[];

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
    emulatedFormats.map((format) => {
      const entry: ModelEntry = {
        provider: 'emulator',
        model_id: `doctor-${format}`,
        wire_format: format,
        quirks: quirks[format],
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
