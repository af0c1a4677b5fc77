/**
 * The proxy of `occ start` with the configuration of a home directory, from the sources of this checkout: `all` as users run
 * it, or `none` without recordings in memory and without a ledger.
 */
import { join } from 'node:path';
import { loadSettings } from '../../../lib/config/load.ts';
import { exitCodes } from '../../../lib/errors.ts';
import { openHost } from '../../../lib/host/host.ts';
import { notRecorded } from '../../../lib/proxy/recording/recorder.ts';
import { ready, reply } from './reply.ts';

const [home = '', records] = process.argv.slice(2);
const { settings } = await loadSettings({ configFile: undefined, env: {}, home });
const fail = (reason: string): void => {
  throw new Error(reason);
};
const { proxy } = await openHost({
  settings: { ...settings, ledger: { ...settings.ledger, enabled: records === 'all' } },
  trial: false,
  host: settings.host,
  port: settings.port,
  stateDir: join(home, '.local/state/occ'),
  sessionFolder: join(home, 'sessions'),
  listenFailure: exitCodes.failed,
  onLogFailure: fail,
  onLedgerFailure: fail,
  ...(records === 'none' && { recorder: notRecorded }),
});
ready(proxy.port);
reply(() => undefined);
