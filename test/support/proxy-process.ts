/**
 * The proxy in a process of its own, for what can only be measured there. Told over IPC: `{ url }` of an emulator to
 * begin with, then `'memory'`; answers with `{ port }` and `{ bytes }`. Ends when its parent does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WireFormat } from '../../lib/wire/codec.ts';
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
process.on('message', (said: 'memory' | { url: string; format: WireFormat }) => {
  if (said === 'memory') return void bytesInUse().then((bytes) => process.send?.({ bytes }));
  const settings = settingsFor(said.url, { format: said.format });
  void startProxy({ settings: () => settings, token, host: '127.0.0.1', port: 0, log: silent }).then(
    ({ port }) => process.send?.({ port }),
  );
});
