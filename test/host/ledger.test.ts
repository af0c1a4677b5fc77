/** The ledger of real proxies: what their lines say, and what they never say. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import { openHost, type HostOptions } from '../../lib/host/host.ts';
import { say, usage as tokens } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { projectHeader, toProjectHeader } from '../../lib/proxy/project.ts';
import { scratch, written } from '../ledger/scratch.ts';
import { defaults, modelOf, requestBody, settingsFor } from '../support/proxy.ts';

async function host(t: TestContext, stateDir: string, settings: Settings, more: Partial<HostOptions> = {}) {
  const opened = await openHost({
    settings,
    trial: false,
    host: '127.0.0.1',
    port: 0,
    token: 'a-token',
    stateDir,
    listenFailure: 1,
    onLogFailure: () => {},
    ...more,
  });
  t.after(() => opened.close(0));
  return opened;
}

/** A host starts an emulator of its own for the provider of that name. */
const elsewhere = (url: string): Settings =>
  settingsFor(url, { models: [modelOf('first', { provider: 'other' })] });

async function ask(url: string, headers: Record<string, string> = {}, body = requestBody()): Promise<string> {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'a-token', ...headers },
    body: JSON.stringify(body),
  });
  return response.text();
}

test('one line a request: who asked, who answered, what each attempt used, and no text', async (t) => {
  const stateDir = scratch(t);
  const emulator = await startEmulator({
    script: ({ conversation }) =>
      conversation.model === 'first'
        ? refuse(529)
        : [say('a secret answer'), tokens({ input: 1200, cached: 200, output: 30, reasoning: 10 })],
  });
  t.after(() => emulator.close());
  const settings = settingsFor(emulator.url, {
    models: [
      modelOf('first', { provider: 'other' }),
      modelOf('second', { wire_format: 'messages', provider: 'other' }),
    ],
  });
  const opened = await host(t, stateDir, settings, { project: '/home/me/köd' });
  await ask(opened.proxy.url, {
    'x-claude-code-session-id': 'session-1',
    'x-claude-code-agent-id': 'agent-1',
    'x-claude-code-request-class': 'main',
  });
  await opened.close(0);
  const [line, ...others] = written(join(stateDir, 'ledger'));
  assert.deepEqual(others, []);
  assert(line);
  const { at, id, by, ms, first_ms, token_ms, uses, ...rest } = line;
  assert.ok(Date.parse(at) > 0 && id.startsWith('req_') && /^[0-9a-f]{8}$/.test(by) && ms >= 0);
  assert.ok(first_ms === undefined || first_ms > 0);
  assert.ok(token_ms === undefined || token_ms > 0);
  assert.deepEqual(rest, {
    v: 1,
    session: 'session-1',
    agent: 'agent-1',
    project: '/home/me/köd',
    class: 'main',
    tier: 'sonnet',
    asked: 'claude-sonnet-5',
    model: 'other/second',
    format: 'messages',
    ending: 'answered',
    attempts: 2,
    fallback_from: 'other/first',
  });
  assert.deepEqual(uses, [
    {
      model: 'other/second',
      input: 1000,
      cache_read: 200,
      output: 30,
      cost: 0,
      cost_source: 'provider',
    },
  ]);
  const everything = readdirSync(join(stateDir, 'ledger'))
    .map((name) => readFileSync(join(stateDir, 'ledger', name), 'utf8'))
    .join('');
  assert.doesNotMatch(everything, /hello|a secret answer|a-token/);
});

test('a client that several share says its folder itself, which goes to no upstream', async (t) => {
  const stateDir = scratch(t);
  const emulator = await startEmulator();
  t.after(() => emulator.close());
  const opened = await host(t, stateDir, elsewhere(emulator.url), { project: '/of/the/proxy' });
  await ask(opened.proxy.url, { [projectHeader]: toProjectHeader('/home/me/a b%23/ü') });
  await ask(opened.proxy.url, { [projectHeader]: '%E0%A4%A' });
  await opened.close(0);
  const lines = written(join(stateDir, 'ledger'));
  assert.deepEqual(
    lines.map(({ project }) => project),
    ['/home/me/a b%23/ü', '/of/the/proxy'],
  );
  assert.equal(emulator.requests.length, 2);
  for (const { headers } of emulator.requests) assert.equal(headers[projectHeader], undefined);
});

test('two proxies write to the same ledger and lose no record', async (t) => {
  const stateDir = scratch(t);
  const emulator = await startEmulator();
  t.after(() => emulator.close());
  const settings = elsewhere(emulator.url);
  const [one, two] = [await host(t, stateDir, settings), await host(t, stateDir, settings)];
  await Promise.all(Array.from({ length: 60 }, (_, at) => ask((at % 2 === 0 ? one : two).proxy.url)));
  await Promise.all([one.close(0), two.close(0)]);
  const lines = written(join(stateDir, 'ledger'));
  assert.equal(new Set(lines.map(({ id }) => id)).size, 60);
  assert.equal(new Set(lines.map(({ by }) => by)).size, 2);
});

test('ledger.enabled: false records nothing, and a request is answered when nothing can be recorded', async (t) => {
  const off = scratch(t);
  const emulator = await startEmulator();
  t.after(() => emulator.close());
  const settings = elsewhere(emulator.url);
  const quiet = await host(t, off, { ...settings, ledger: { enabled: false, days: 1 } });
  await ask(quiet.proxy.url);
  await quiet.close(0);
  assert.equal(readdirSync(off).includes('ledger'), false);

  const reasons: string[] = [];
  const state = scratch(t);
  mkdirSync(state, { recursive: true });
  // A file where the folder should be.
  writeFileSync(join(state, 'ledger'), '');
  const broken = await host(t, state, settings, {
    onLedgerFailure: (reason) => reasons.push(reason),
  });
  assert.match(await ask(broken.proxy.url), /message_stop/);
  assert.match(await ask(broken.proxy.url), /message_stop/);
  await broken.close(0);
  assert.equal(reasons.length, 1);
});

test('the defaults record', () => assert.deepEqual(defaults.ledger, { enabled: true, days: 400 }));
