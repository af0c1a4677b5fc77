/** Tests reloading the settings of a running proxy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveSettings, type ReloadSource } from '../../lib/host/live-settings.ts';
import { toSecret } from '../../lib/config/providers/credentials.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { defaults, modelOf, proxyOver, requestBody } from '../support/proxy.ts';

const quiet: Settings = { ...defaults, hotReload: false };

function startWith(
  load: ReloadSource['load'],
  { first = quiet, bound }: { first?: Settings; bound?: ReloadSource['bound'] } = {},
) {
  const log: LogEntry[] = [];
  const reported: string[] = [];
  const live = liveSettings({
    given: first,
    first,
    apply: async (settings) => settings,
    reloadSource: { load, files: [], report: (line) => reported.push(line), ...(bound && { bound }) },
    log: (entry) => log.push(entry),
    onChange: () => {},
  });
  return { live, log, reported };
}

test('a proxy that listens beyond loopback keeps its token until a restart', async () => {
  const authToken = toSecret('a-token-of-my-own');
  const first: Settings = { ...quiet, host: '0.0.0.0', authToken };
  const bound = { host: '0.0.0.0', port: 3456 };
  const { live, reported } = startWith(async () => ({ ...quiet, host: '127.0.0.1' }), { first, bound });
  await live.reload();
  assert.equal(live.current().authToken, authToken);
  assert.match(live.error()?.message ?? '', /no auth_token any more/);
  assert.match(reported.join('\n'), /stay in force/);
});

test('a deleted file does not restore the defaults', async () => {
  const first: Settings = { ...quiet, file: '/home/me/.config/occ/config.json', heartbeatMs: 5 };
  const { live } = startWith(async () => quiet, { first });
  await live.reload();
  assert.equal(live.current().heartbeatMs, 5);
  assert.equal(live.error()?.message, '/home/me/.config/occ/config.json is gone');
});

test('a change during a reload causes one more reload afterwards', async () => {
  let reading = 0;
  let reads = 0;
  let finish = (): void => {};
  const requested = new Promise<void>((resolve) => (finish = resolve));
  const { live } = startWith(async () => {
    reads++;
    assert.equal(++reading, 1);
    await requested;
    reading--;
    return { ...quiet, port: reads };
  });
  const first = live.reload();
  for (let i = 0; i < 5; i++) void live.reload();
  finish();
  await first;
  assert.equal(reads, 2);
  assert.equal(live.current().port, 2);
  assert.equal(live.error(), undefined);
});

test('closing aborts a reload and keeps the settings', async () => {
  const { live, log } = startWith(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('not waited for')));
      }),
  );
  const reading = live.reload();
  live.close();
  await reading;
  await live.reload();
  assert.equal(live.current(), quiet);
  assert.deepEqual([log, live.error()], [[], undefined]);
});

test('a request keeps the settings it started with', async () => {
  let settings: Settings | undefined;
  await using over = await proxyOver({
    settings: () => settings ?? assert.fail('not yet'),
    answers: [
      { ...refuse(529), faults: { headersAfterMs: 300 } },
      [say('from the old one')],
      [say('from the new one')],
    ],
  });
  const of = (...ids: string[]): Settings => {
    const [first = modelOf(''), ...rest] = ids.map((id) => modelOf(id));
    return { ...over.settings, models: { default: first }, fallbacks: { default: rest } };
  };
  settings = of('old', 'old-fallback');
  const begun = over.send(requestBody());
  await over.emulator.received(1);
  settings = of('new', 'new-fallback');
  assert.equal((await begun).text, 'from the old one');
  assert.equal((await over.send(requestBody())).text, 'from the new one');
  assert.deepEqual(over.requestedModels(), ['old', 'old-fallback', 'new']);
});
