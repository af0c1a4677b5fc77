/** The emulator beside a proxy: started when a configured model is one of its, or when nothing else is to be asked. */
import type { Settings } from '../config/settings.ts';
import type { Log } from '../log/log.ts';

export interface LazyEmulator {
  /** The settings in which its models are answered; starts it if they need it and it does not run yet. */
  apply(settings: Settings): Promise<Settings>;
  close(): Promise<void>;
}

/** `trial`: nothing but the emulator is asked. Rejects with the system's error when it cannot listen. */
export function lazyEmulator(trial: boolean, log: Log): LazyEmulator {
  let started: Promise<{ url: string; close(): Promise<void> }> | undefined;

  async function start(): Promise<{ url: string; close(): Promise<void> }> {
    const { startEmulator } = await import('../emulator/server.ts');
    return startEmulator({ log });
  }

  return {
    async apply(settings) {
      if (!trial && !usesEmulator(settings)) return settings;
      const { emulatorSettings, withEmulator } = await import('../emulator/settings.ts');
      const { url } = await (started ??= start());
      return (trial ? emulatorSettings : withEmulator)(settings, url);
    },
    async close() {
      const emulator = await started?.catch(() => undefined); // what never started is closed
      await emulator?.close();
    },
  };
}

/** True when a configured model is one of the emulator's. */
export function usesEmulator({ models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings): boolean {
  const entries = [models, modelOverrides, modelFamilyOverrides].flatMap((named) => Object.values(named));
  return [...entries, ...Object.values(fallbacks).flat()].some(({ provider }) => provider === 'emulator');
}
