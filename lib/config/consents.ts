/**
 * occ's own small memory, beside its log: what a person has answered once and should not be asked again. Never needed:
 * where it cannot be read or written, everything is simply asked anew.
 */
import { makePrivateDirectory } from './paths.ts';

export interface Consents {
  recall(name: 'fetchAgreedTo'): string | undefined;
  remember(name: 'fetchAgreedTo', value: string): void;
}

/** Opens `memory.json` in the state directory, readable by its owner alone. */
export async function openConsents(stateDir: string): Promise<Consents> {
  const { default: Conf } = await import('conf');
  const store = attempt(() => {
    makePrivateDirectory(stateDir);
    return new Conf<Record<string, string>>({
      cwd: stateDir,
      configName: 'memory',
      configFileMode: 0o600,
      clearInvalidConfig: true,
    });
  });
  return {
    recall: (name) => attempt(() => store?.get(name)),
    remember: (name, value) => attempt(() => store?.set(name, value)),
  };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
