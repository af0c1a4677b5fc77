/** What a client gets at its launch, for tests of `begin` and `prepare`. */
import type { Client, Launch, Prepared, Ready } from '../../lib/clients/client.ts';
import { offeredModels } from '../../lib/clients/offered-models.ts';
import { settings } from './settings.ts';

export const url = 'http://127.0.0.1:4711';
export const token = 'a-secret-launch-token';
export const folder = '/run/me/occ/clients/one';

export function launchOf(more: Partial<Launch> = {}): Launch {
  return {
    args: [],
    env: { PATH: '/bin', HOME: '/home/me' },
    home: '/home/me',
    cwd: '/work',
    platform: 'linux',
    attach: false,
    autoMode: false,
    keepEnv: false,
    noColor: false,
    runtimeDir: '/run/me/occ',
    stateDir: '/home/me/.local/state/occ',
    ...more,
  };
}

export async function prepare(
  client: Client,
  launch: Partial<Launch> = {},
  more: Partial<Ready> = {},
): Promise<Prepared> {
  const begun = await client.begin(launchOf(launch));
  const configured = more.settings ?? settings();
  return begun.prepare({
    settings: configured,
    url,
    token,
    choice: { id: client.automatic },
    models: () => offeredModels(configured, client.automatic),
    sessions: '/run/me/occ/sessions',
    folder,
    ...more,
  });
}
