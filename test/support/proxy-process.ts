/**
 * A proxy in a separate process, for memory measurements. IPC messages: `{ url, format }` of an emulator starts the proxy,
 * which replies `{ port }`; `'memory'` is answered with `{ bytes }`. The process exits when its parent disconnects.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { silent } from '../../lib/log/log.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import { settingsFor, token } from './proxy.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.once('disconnect', () => process.exit());
process.on('message', (message: 'memory' | { url: string; format: WireFormat }) => {
  if (message === 'memory') return void bytesInUse().then((bytes) => process.send?.({ bytes }));
  const settings = settingsFor(message.url, { format: message.format });
  void startProxy({ settings: () => settings, token, host: '127.0.0.1', port: 0, log: silent }).then(
    ({ port }) => process.send?.({ port }),
  );
});
