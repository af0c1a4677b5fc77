/** Starts the emulator beside a proxy, if a configured model belongs to it or the run is a trial run. */
import type { Settings } from '../config/settings.ts';
import type { Log } from '../log/log.ts';

export interface LazyEmulator {
  /** Directs the emulator's models to the emulator, which is started first if needed. */
  apply(settings: Settings): Promise<Settings>;
  close(): Promise<void>;
}

/** With `trial`, all requests go to the emulator. `apply` rejects with the system's error if it cannot listen. */
export function lazyEmulator(trial: boolean, log: Log): LazyEmulator {
  let started: Promise<{ url: string; close(): Promise<void> }> | undefined;

  async function start(): Promise<{ url: string; close(): Promise<void> }> {
    const [{ startEmulator }, { promptCache }] = await Promise.all([
      import('../emulator/server.ts'),
      import('../emulator/prompt/cache.ts'),
    ]);
    return startEmulator({ log, promptCache: promptCache() });
  }

  return {
    async apply(settings) {
      if (!trial && !usesEmulator(settings)) return settings;
      const { emulatorSettings, withEmulator } = await import('../emulator/settings.ts');
      const { url } = await (started ??= start());
      return (trial ? emulatorSettings : withEmulator)(settings, url);
    },
    async close() {
      const emulator = await started?.catch(() => undefined);
      await emulator?.close();
    },
  };
}

/** True if a configured model belongs to the emulator. */
export function usesEmulator({ models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings): boolean {
  const entries = [models, modelOverrides, modelFamilyOverrides].flatMap((named) => Object.values(named));
  return [...entries, ...Object.values(fallbacks).flat()].some(({ provider }) => provider === 'emulator');
}
