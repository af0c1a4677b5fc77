/**
 * Stores answers of the user that occ does not ask for again, and notices that it does not repeat, beside its log. If they
 * cannot be read or written, occ asks and reports it again.
 */
import { makePrivateDirectory } from './paths.ts';

/**
 * `fetchAgreedTo`: the package that may be fetched. `storedModelSaid`: the client's stored model that was reported to the user.
 */
type Name = 'fetchAgreedTo' | 'storedModelSaid';

export interface Consents {
  recall(name: Name): string | undefined;
  remember(name: Name, value: string): void;
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
