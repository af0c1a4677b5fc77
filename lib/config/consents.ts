/**
 * Stores answers of the user that occ does not ask for again, beside its log. If they cannot be read or written, occ
 * asks again.
 */
import { makePrivateDirectory } from './paths.ts';

export interface Consents {
  recall(name: 'fetchAgreedTo'): string | undefined;
  remember(name: 'fetchAgreedTo', value: string): void;
}

/** Opens `memory.json` in the state directory, with mode 0600. */
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
