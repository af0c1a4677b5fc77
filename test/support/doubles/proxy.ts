/** The real proxy in front of doubles. Each double is a provider of its name; the first one's model is the default. */
import { formats } from '../../../lib/wire/formats.ts';
import type { ModelEntry, Provider, Settings } from '../../../lib/config/settings.ts';
import { proxyOver, type ProxyOptions, type ProxyUnderTest } from '../proxy.ts';
import type { Double } from './double.ts';
import { serve, type Served } from './serve.ts';

export interface ProxyOverDoubles extends ProxyUnderTest, Pick<Served, 'recorded' | 'seals'> {}

export async function proxyOverDoubles(
  doubles: readonly Double[],
  options: Omit<ProxyOptions, 'emulator' | 'answers'> = {},
): Promise<ProxyOverDoubles> {
  const served = serve(doubles);
  const over = await proxyOver({
    ...options,
    emulator: { keep: 1, script: served.script },
    change: (settings) => {
      const changed = withDoubles(settings, doubles, served);
      return options.change ? options.change(changed) : changed;
    },
  });
  return { ...over, recorded: served.recorded, seals: served.seals };
}

/** The model that a client requests to get the answer of this double. */
export function modelNamed({ name, model }: Double): string {
  return `${name}/${model}`;
}

export function entryOf({ name, model, format, entry }: Double): ModelEntry {
  return { provider: name, model_id: model, wire_format: format, vision: true, ...entry };
}

function withDoubles(settings: Settings, doubles: readonly Double[], served: Served): Settings {
  const { emulator } = settings.providers;
  const [first] = doubles;
  if (!emulator?.endpoints.chat || !first) throw new Error('no emulator, or no double');
  const { origin } = new URL(emulator.endpoints.chat);
  const providers = doubles.map((double): [string, Provider] => [
    double.name,
    {
      ...emulator,
      name: double.name,
      endpoints: { [double.format]: served.endpoint(double, origin) },
      auth: { [double.format]: formats[double.format].auth },
      keys: [{ reveal: () => 'key-of-the-user', toString: () => '•••', toJSON: () => '•••' }],
      headers: double.headers ?? {},
      ...double.provider,
      defaultFormat: double.format,
      models: { [double.model]: entryOf(double) },
    },
  ]);
  return {
    ...settings,
    models: { default: entryOf(first) },
    fallbacks: {},
    providers: Object.fromEntries(providers),
  };
}
