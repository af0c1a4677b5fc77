/** kill -9 in the middle of a burst of streams: the ledger of the built program opens clean and has every exchange that ended. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { say, usage, wait } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { requireBuilt } from '../support/built.ts';
import { waitUntil } from '../support/limits.ts';
import { requestBody } from '../support/proxy.ts';
import { home } from '../commands/program.ts';

before(requireBuilt);

test('kill -9 in a burst of 50 streams loses at most those in flight, and the next proxy goes on', async (t) => {
  // Every second stream ends; the others stay open until the proxy dies.
  const emulator = await startEmulator({
    keep: 200,
    script: ({ body }) =>
      JSON.stringify(body).includes('to the end')
        ? [say('hello'), usage({ input: 100, output: 7 })]
        : [say('hello'), wait(3_600_000), say('never')],
  });
  t.after(() => emulator.close());
  const machine = home(t);
  machine.write(
    'config.json',
    JSON.stringify({
      providers: { here: { base_url: `${emulator.url}/v1`, wire_format: 'chat' } },
      models: { default: { provider: 'here', model_id: 'm' } },
    }),
  );
  const start = async () => {
    const occ = machine.start(['start', '--foreground', '--port', '0', '--config', 'config.json']);
    await occ.waitFor('Ctrl-C ends it');
    const status = await machine.run(['status', '--json']);
    const { url } = JSON.parse(status.stdout) as { url: string };
    return { occ, url };
  };
  const post = (url: string, content: string): Promise<Response> =>
    fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'x' },
      body: JSON.stringify(requestBody({ messages: [{ role: 'user', content }] })),
    });
  const { occ, url } = await start();
  const ended = new Set<string>();
  const burst = Array.from({ length: 50 }, async (_, at) => {
    try {
      const response = await post(url, at % 2 === 0 ? 'to the end' : 'for ever');
      const text = await response.text();
      if (text.includes('message_stop')) ended.add(response.headers.get('request-id') ?? '');
    } catch {
      // The proxy was killed.
    }
  });
  await waitUntil(() => ended.size === 25 && emulator.requests.length === 50, 'half of the streams to end');
  const dir = join(machine.dir, '.local/state/occ/ledger');
  const lines = (): string[] =>
    (existsSync(dir) ? readdirSync(dir) : []).flatMap((name) =>
      readFileSync(join(dir, name), 'utf8').split('\n'),
    );
  const recorded = (): string[] =>
    lines().flatMap((line) => (line.endsWith('}') ? [(JSON.parse(line) as { id: string }).id] : []));
  await waitUntil(() => [...ended].every((id) => recorded().includes(id)), 'what has ended to be recorded');
  occ.kill('SIGKILL');
  await Promise.all([occ.ended, ...burst]);
  assert.deepEqual(recorded().toSorted(), [...ended].toSorted());

  // As if it had been killed within a write.
  const [file = ''] = readdirSync(dir);
  writeFileSync(join(dir, file), '{"v":1,"id":"req_torn', { flag: 'a' });
  const again = await start();
  await (await post(again.url, 'to the end')).text();
  again.occ.kill('SIGTERM');
  await again.occ.ended;
  const { stdout, stderr } = await machine.run(['usage', '--by', 'model', '--json', '--days', '2']);
  const { ledger } = JSON.parse(stdout) as {
    ledger: { groups: Record<string, number>[]; unreadable_lines: number };
  };
  assert.deepEqual(
    ledger.groups.map(({ requests, input_tokens, output_tokens }) => ({
      requests,
      input_tokens,
      output_tokens,
    })),
    [{ requests: 26, input_tokens: 2600, output_tokens: 182 }],
  );
  assert.equal(ledger.unreadable_lines, 1);
  assert.match(stderr, /1 line of the ledger is no record/);
});
