/** The person's own settings with the emulator in place of the providers: what they shorten is shortened here too. */
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { withEmulator } from '../../emulator/settings.ts';
import type { BenchOptions } from './bench.ts';
import { timeoutRemedy } from '../checks/limit-places.ts';
import type { LoadedSettings } from '../../config/load.ts';
import { wireFormats, type WireFormat } from '../../wire/codec.ts';

/** As odd as the models of OpenCode Go that it imitates. */
const quirks = {
  chat: { thinking: 'effort', replayReasoning: 'always' },
  messages: { thinking: 'adaptive', unsignedThinking: true, wrongStartUsage: true },
  responses: { thinking: 'effort' },
  gemini: { thinking: 'effort', signedCalls: true },
} as const satisfies Record<WireFormat, ModelEntry['quirks']>;

/**
 * Benches on the emulator at `url`, one for each format and each of `providers`, whose timeouts hold; providers with the
 * same timeouts are one.
 */
export function emulatedBenches(
  loaded: LoadedSettings,
  url: string,
  providers: readonly Provider[],
): BenchOptions[] {
  const { settings } = loaded;
  const distinct = new Map(providers.map((provider) => [JSON.stringify(provider.timeouts), provider]));
  return [...distinct.values()].flatMap((like) =>
    wireFormats.map((format) => {
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
        settings: onlyModel(withEmulator(withTimeouts(settings, like), url), entry),
        remedyFor: (setting) => timeoutRemedy(loaded, like.name, setting),
      };
    }),
  );
}

function withTimeouts(settings: Settings, { timeouts }: Provider): Settings {
  const { emulator } = settings.providers;
  if (emulator === undefined) return settings;
  return { ...settings, providers: { ...settings.providers, emulator: { ...emulator, timeouts } } };
}

/** The settings in which one model is all there is; whatever is asked goes to it. */
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
