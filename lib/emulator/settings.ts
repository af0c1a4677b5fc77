/** How the road finds the emulator: the provider `emulator`, and a configuration of nothing else for trial runs. */
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import { chat } from './formats/chat.ts';
import { messages } from './formats/messages.ts';
import { responses } from './formats/responses.ts';

/** The name under which a configuration refers to it. */
const emulatorProvider = 'emulator';

/** Milliseconds; the same as for any provider (contract 3, Timeouts). */
const timeouts = { headersMs: 300_000, firstEventMs: 300_000, idleMs: 300_000 };

/** The provider at `url`, as `startEmulator` names it. It needs no key. What is configured of it otherwise stays. */
function toProvider(url: string, configured: Provider | undefined): Provider {
  return {
    timeouts,
    ...configured,
    name: emulatorProvider,
    endpoints: {
      chat: `${url}/v1${chat.suffix}`,
      messages: `${url}/v1${messages.suffix}`,
      responses: `${url}/v1${responses.suffix}`,
      gemini: `${url}/v1beta/models`,
    },
    auth: {
      chat: 'none',
      messages: 'none',
      responses: 'none',
      gemini: 'none',
    },
    keys: [],
    headers: {},
    defaultFormat: 'chat',
  };
}

/** The same settings, in which models of the provider `emulator` are answered at `url`. */
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
 * The settings of a trial run (`--emulator`): nothing but the emulator is ever asked, whatever is configured. Entries
 * that name it are kept; every scenario without one gets a model of its own, and `default` a
 * fallback in the other wire format, so that both are used and a refusal can be seen to be survived.
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
  quirks: { thinking: 'effort', replayReasoning: 'always' },
};

/** As odd as the messages models of OpenCode Go that it imitates: empty signatures, wrong counts in the start. */
const messagesModel: ModelEntry = {
  ...chatModel,
  model_id: 'emulator-messages',
  wire_format: 'messages',
  context_window: 1_000_000,
  quirks: { thinking: 'adaptive', unsignedThinking: true, wrongStartUsage: true },
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
