import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openHost, requireKey } from '../../lib/host/host.ts';
import { renderTiers, renderSummary } from '../../lib/commands/launch/page.ts';
import { defaultChoice, choose } from '../../lib/clients/choice.ts';
import { defaultClient } from '../../lib/clients/clients.ts';
import { codex } from '../../lib/clients/codex.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { provider, settings } from '../clients/settings.ts';
import { builtOcc } from '../support/built.ts';
import { hangMs } from '../support/limits.ts';
import { home } from './program.ts';

test('start prints the address and the variables, and exits with 0 on SIGTERM', async (t) => {
  const { start } = home(t);
  const occ = start(['start', '--foreground', '--port', '0', '--emulator']);
  await occ.waitFor('Ctrl-C ends it');
  occ.kill('SIGTERM');
  const { code, stdout, stderr } = await occ.ended;
  assert.equal(code, 0);
  const lines = stdout.trim().split('\n');
  assert.match(lines[0] ?? '', /^# occ listens on http:\/\/127\.0\.0\.1:\d+ \(pid \d+\)$/);
  assert.ok(lines.includes('export ANTHROPIC_AUTH_TOKEN=unused'));
  assert.ok(lines.includes('unset ANTHROPIC_API_KEY'));
  assert.ok(lines.includes('export CLAUDE_CODE_AUTO_MODE_SERVER=0'));
  assert.doesNotMatch(stderr, /spend the key/, 'the emulator needs no key');
});

test('start warns that every user can spend the key if no auth_token is configured', async (t) => {
  const { start } = home(t);
  const occ = start(['start', '--foreground', '--port', '0'], { OCC_API_KEY: 'sk-x' });
  await occ.waitFor('Ctrl-C ends it');
  occ.kill('SIGTERM');
  assert.match((await occ.ended).stderr, /every user of this machine can spend the key/);
});

test('the first Ctrl-C lets a live stream finish, the second cuts it', async (t) => {
  const hanging = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(': nothing yet\n\n');
  });
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    hanging.closeAllConnections();
    hanging.close();
  });
  const { port } = hanging.address() as AddressInfo;
  const { start, write } = home(t);
  const config = write(
    'config.json',
    JSON.stringify({
      providers: {
        slow: { wire_format: 'chat', base_url: `http://127.0.0.1:${port}/v1`, api_key: 'sk-slow-12345678' },
      },
      models: { default: { provider: 'slow', model_id: 'slow' } },
      heartbeat_ms: 100,
    }),
  );
  const occ = start(['start', '-f', '-p', '0', '-c', config, '--json']);
  await occ.waitFor('Ctrl-C ends it');
  const url = occ.stdout().match(/"url": "([^"]+)"/)?.[1] ?? '';
  const body = {
    model: 'occ-sonnet',
    max_tokens: 10,
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  };
  const answer = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'any' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
  occ.kill('SIGINT');
  await occ.waitFor('letting 1 live stream finish');
  occ.kill('SIGINT');
  const { code, stdout } = await occ.ended;
  assert.equal(code, 130);
  assert.equal((JSON.parse(stdout) as { schema: number }).schema, 1);
  assert.equal(stdout.includes('AUTH_TOKEN'), false);
  await answer.text().catch(() => '');
});

test('start prints the configured token, and does not start without a key', async (t) => {
  const { start, run, write } = home(t);
  const config = write('config.json', JSON.stringify({ auth_token: 'a-token-of-my-own' }));
  const occ = start(['start', '-f', '-p', '0', '-c', config, '--emulator']);
  await occ.waitFor('Ctrl-C ends it');
  occ.kill('SIGINT');
  const { stdout, stderr, code } = await occ.ended;
  assert.equal(code, 0);
  assert.match(stdout, /export ANTHROPIC_AUTH_TOKEN=a-token-of-my-own/);
  assert.equal(stderr.includes('every user'), false);
  assert.equal((await run(['start', '-f', '-p', '0'])).code, 78);
});

test('reports a port in use with a remedy, and exits with 1', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { run } = home(t);
  const { code, stdout, stderr } = await run(['start', '-f', '-p', String(port), '--emulator']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use`));
  assert.match(stderr, /--port 0/);
});

test('a launch exits with 125 if the proxy cannot listen', async (t) => {
  const { dir } = home(t);
  // An address reserved for documentation (RFC 5737).
  const opening = openHost({ ...hostOptions(dir), host: '203.0.113.1' });
  await assert.rejects(opening, { exitCode: 125 });
});

test('an error before the proxy listens leaves nothing open', async (t) => {
  const { dir } = home(t);
  const adjust = (): never => {
    throw new TypeError('no');
  };
  await assert.rejects(openHost({ ...hostOptions(dir), adjust }), /no/);
});

function hostOptions(dir: string) {
  return {
    settings: settings(),
    trial: true,
    host: '127.0.0.1',
    port: 0,
    stateDir: join(dir, 'state'),
    listenFailure: 125,
    onLogFailure: () => {},
  } as const;
}

test('a missing key is an error with exit code 78', () => {
  const lacking = settings({ providers: { go: provider('go', { missingKey: 'none is set' }) } });
  assert.throws(() => requireKey(lacking, 'go', 'models.default'), {
    exitCode: 78,
    code: 'key_missing',
    message: 'models.default (go) has no key: none is set',
  });
  const go = { ...lacking.providers['go'], keyRemedy: 'occ config set api_key --stdin\nor export A_KEY' };
  const elsewhere = { ...lacking, configOption: '/c.json', providers: { go } } as typeof lacking;
  assert.throws(() => requireKey(elsewhere, 'go', 'models.default'), {
    remedy:
      'occ config set api_key --stdin --config /c.json\nor export A_KEY\nocc launch --emulator needs no key',
  });
  requireKey(settings(), 'go', 'models.default');
  requireKey(settings(), undefined, 'x');
});

test('the first and the last line of a launch', async () => {
  const style = await loadStyle(0);
  assert.equal(
    renderTiers(defaultClient, settings(), defaultChoice, '/log', style),
    'opus, fable → strong (zen); sonnet → middling (go); haiku → small (go); log: /log',
  );
  assert.match(
    renderTiers(defaultClient, settings(), choose('wide', settings()), '/log', style),
    /^selected → wide \(zen\); opus, fable → /,
  );
  assert.equal(
    renderTiers(codex, settings(), { id: codex.automatic }, '/log', style),
    'Codex: automatic → middling (go); log: /log',
  );
  assert.equal(
    renderTiers(codex, settings(), choose('opus', settings()), '/log', style),
    'Codex: selected → opus; automatic → middling (go); log: /log',
  );
  const none = {
    requests: 0,
    failures: 0,
    fallbacks: 0,
    live: 0,
    inputTokens: 0,
    outputTokens: 0,
    cost: undefined,
    cache: { input: 0, read: 0, possible: 0, breaks: 0, conversations: [] },
  };
  assert.equal(renderSummary(none, style), '0 requests, 0 tokens in, 0 out');
  assert.equal(
    renderSummary(
      {
        ...none,
        requests: 1,
        failures: 2,
        fallbacks: 3,
        inputTokens: 999_949,
        outputTokens: 1_250_000,
        cost: 0.01234,
        cache: { ...none.cache, input: 999_949, read: 969_949, possible: 989_949 },
      },
      style,
    ),
    '1 request, 999.9k tokens in, 1.3M out, cache: 97 % of input, $0.0123, 3 answered by a fallback, 2 failed',
  );
});

test('start names the file that cannot be written if the disk swallows what the proxy prints', async (t) => {
  const { dir } = home(t);
  // A limit of no bytes acts like a full disk. The output goes through pipes, which it does not concern.
  const script = 'ulimit -f 0; exec "$0" "$1" start --emulator --port 0';
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, builtOcc], {
    env: { PATH: process.env['PATH'], HOME: dir, TMPDIR: tmpdir() },
    encoding: 'utf8',
    timeout: hangMs,
  });
  assert.equal(status, 1, stderr);
  const log = join(dir, '.local/state/occ/start.log');
  assert.ok(stderr.includes(`the proxy cannot be started: cannot write ${log}: `), stderr);
  assert.match(stderr, /\(EFBIG\)\n {2}make room there/);
});
