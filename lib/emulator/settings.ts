/** Adds the provider `emulator` to settings, and makes the settings of a trial run, in which it is the only provider. */
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import { emulatedFormats } from './formats.ts';
import { chat } from './formats/chat.ts';
import { messages } from './formats/messages.ts';

const served = Object.values(emulatedFormats);

/** Its name in the configuration. */
const emulatorProvider = 'emulator';

/** Milliseconds; the defaults of every provider. */
const timeouts = { headersMs: 300_000, firstEventMs: 300_000, idleMs: 300_000 };

/** The provider with its endpoints at `url`. It needs no key. Other configured values are kept. */
function toProvider(url: string, configured: Provider | undefined): Provider {
  return {
    timeouts,
    ...configured,
    name: emulatorProvider,
    endpoints: Object.fromEntries(served.map(({ format, endpoint }) => [format, url + endpoint])),
    auth: Object.fromEntries(served.map(({ format }) => [format, 'none'])),
    keys: [],
    headers: {},
    defaultFormat: 'chat',
  };
}

/** Settings in which the provider `emulator` is at `url`. */
export function withEmulator(settings: Settings, url: string): Settings {
  return {
    ...settings,
    providers: {
      ...settings.providers,
      [emulatorProvider]: toProvider(url, settings.providers[emulatorProvider]),
    },
  };
}

/**
 * The settings of a trial run (`--emulator`), in which the emulator is the only provider. Configured entries of the emulator
 * are kept. Every other scenario gets a default model, and "default" gets a fallback in the other wire format, so that both
 * formats and the fallback can be tried.
 */
export function emulatorSettings(settings: Settings, url: string): Settings {
  const fallbacks: Record<string, readonly ModelEntry[]> = { default: [messagesModel] };
  for (const [name, entries] of Object.entries(settings.fallbacks)) {
    const own = entries.filter(isEmulated);
    if (own.length > 0) fallbacks[name] = own;
  }
  return {
    ...settings,
    models: { ...trialModels, ...emulated(settings.models) },
    fallbacks,
    modelOverrides: emulated(settings.modelOverrides),
    modelFamilyOverrides: emulated(settings.modelFamilyOverrides),
    providers: { [emulatorProvider]: toProvider(url, settings.providers[emulatorProvider]) },
  };
}

function isEmulated({ provider }: ModelEntry): boolean {
  return provider === emulatorProvider;
}

function emulated(entries: Readonly<Record<string, ModelEntry>>): Record<string, ModelEntry> {
  return Object.fromEntries(Object.entries(entries).filter(([, entry]) => isEmulated(entry)));
}

const chatModel: ModelEntry = {
  provider: emulatorProvider,
  model_id: 'emulator-chat',
  wire_format: 'chat',
  context_window: 200_000,
  max_output_tokens: 64_000,
  supports_tools: true,
  vision: true,
  quirks: chat.quirks,
};

const messagesModel: ModelEntry = {
  ...chatModel,
  model_id: 'emulator-messages',
  wire_format: 'messages',
  context_window: 1_000_000,
  quirks: messages.quirks,
};

const trialModels: Readonly<Record<string, ModelEntry>> = {
  default: chatModel,
  background: chatModel,
  think: chatModel,
  complex: chatModel,
  vision: chatModel,
  fast: chatModel,
  long_context: messagesModel,
};
