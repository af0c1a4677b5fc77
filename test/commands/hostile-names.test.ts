/** Names of a configuration, a client and an upstream that a terminal would act on: no command prints one, no file holds one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { unprintable, withoutStyles } from '../support/unprintable.ts';
import { fakeClient, home, recordIn } from './program.ts';

/** Sets the title, ends the title, clears the screen in C1, turns the direction, and starts a line of its own. */
const hostile = (name: string): string => `${name}\u001b]0;x\u0007\u009b2J\u202e\u007f\rb\n✓ forged`;

test('no command prints and no file holds what a terminal acts on', async (t) => {
  const at = home(t);
  at.program('claude', fakeClient('process.exit(0)'));
  const upstream = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        error: { message: hostile('no such thing'), type: hostile('type'), code: hostile('code') },
      }),
    );
  }).listen(0, '127.0.0.1');
  t.after(() => upstream.close());
  await new Promise((resolve) => upstream.once('listening', resolve));
  const { port } = upstream.address() as AddressInfo;
  const entry = { provider: 'near', model_id: hostile('model') };
  const config = at.write(
    'config.json',
    JSON.stringify({
      port: 0,
      models: { default: entry, [hostile('scenario')]: { ...entry, [hostile('setting')]: 1 } },
      fallbacks: { default: [{ provider: 'near', model_id: hostile('other') }] },
      providers: {
        near: { wire_format: 'chat', base_url: `http://127.0.0.1:${port}/v1`, headers: { 'x-a': 'b' } },
      },
      [hostile('key')]: 1,
    }),
  );
  const broken = at.write(
    'broken.json',
    JSON.stringify({ models: { default: { provider: hostile('nobody'), model_id: '' } } }),
  );
  const env = { FORCE_COLOR: '1', OCC_CONFIG: config };
  const printed: [command: string, text: string][] = [];
  const run = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await at.run(args, env);
    printed.push([args.join(' '), stdout + stderr]);
    return stdout;
  };
  await run('start');
  const record = recordIn(at.dir);
  assert(record, 'a record');
  for (const model of [hostile('client'), hostile('scenario'), 'claude-sonnet-5']) {
    const answer = await fetch(`${record.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({
        model,
        max_tokens: 10,
        messages: [{ role: 'user', content: 'hello' }],
        tools: [{ name: hostile('tool'), input_schema: { type: 'object' } }],
      }),
    });
    const { error } = (await answer.json()) as { error: { message: string } };
    assert.deepEqual(unprintable(error.message), [], 'the error that the client shows');
  }
  const variables = JSON.parse((await at.run(['env', '--json'], env)).stdout) as unknown;
  const models = (await (await fetch(`${record.url}/v1/models`)).json()) as {
    data: { display_name: string }[];
  };
  assert.notEqual(models.data.length, 0);
  for (const shown of [...stringsIn(variables), ...models.data.map(({ display_name }) => display_name)])
    assert.deepEqual(unprintable(shown), [], 'what the client shows');
  await run('status');
  await run('status', '--json');
  await run('logs');
  await run('logs', '--json');
  await run('why');
  await run('why', '--json');
  await run('route', '-m', hostile('client'));
  await run('config', 'check');
  await run('config', 'check', '--config', broken);
  await run('config', 'show');
  await run('config', 'get', 'models');
  await run('config', 'get', hostile('key'));
  await run('models', '--all');
  await run('use', hostile('model'));
  await run('usage');
  await run('launch', '--attach', '--dry-run', '--', hostile('argument'));
  await run('launch', '--attach', '-m', hostile('model'), '-p', 'hello');
  await run(hostile('command'));
  await run('stop');
  for (const [command, text] of printed) {
    assert.notEqual(text, '', command);
    assert.deepEqual(
      unprintable(withoutStyles(text)),
      [],
      `occ ${JSON.stringify(command)}: ${JSON.stringify(text)}`,
    );
  }
  const logged = printed.filter(([command]) => /^(?:status|logs|why|route|config check)$/.test(command));
  for (const [command, text] of logged) assert.doesNotMatch(text, /^✓ forged/m, command);
  for (const file of filesIn(join(at.dir, '.local/state/occ')))
    assert.deepEqual(unprintable(withoutStyles(readFileSync(file, 'utf8'))), [], file);
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
