/** The main module of a forked proxy, which keeps no state after it exits. `forked-proxy.ts` sends its settings. */
import { startProxy } from '../../../lib/proxy/server.ts';
import type { Settings } from '../../../lib/config/settings.ts';
import { token } from '../proxy.ts';

process.once('message', (settings: Settings) => {
  void startProxy({ settings: () => settings, token, host: '127.0.0.1', port: 0, log: () => {} }).then(
    ({ url }) => process.send?.(url),
  );
});
process.once('disconnect', () => process.exit(0));
