/** `allowed_hosts`: the names by which others reach this machine, and what is said about any other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { type Settings } from '../../lib/config/settings.ts';
import { proxyOver, settingsFor, token, type ProxyUnderTest } from '../support/proxy.ts';

const withHosts = (...allowedHosts: string[]) => ({
  change: (settings: Settings): Settings => ({ ...settings, allowedHosts }),
});

interface Asked {
  /** The target of the request line. */
  target?: string;
  headers?: readonly string[];
  address?: string;
}

/** Sends a request byte for byte, as UTF-8, and returns the status and the body. */
async function ask(
  { proxy }: ProxyUnderTest,
  host: string,
  { target = '/v1/models', headers = [], address = '127.0.0.1' }: Asked = {},
): Promise<{ status: number; text: string; message: string }> {
  const socket = connect(proxy.port, address);
  const lines = [`host: ${host}`, `x-api-key: ${token}`, 'connection: close', ...headers];
  socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
  await once(socket, 'close');
  const text = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  const { error } = JSON.parse(text) as { error?: { message: string } };
  return { status: Number(answer.slice(9, 12)), text, message: error?.message ?? '' };
}

test('an allowed host is accepted with any port, in any case and form', async () => {
  await using over = await proxyOver(
    withHosts('My-NAS.local', 'host.docker.internal.', 'bücher.example', '192.168.7.7', '[fd00::1]'),
  );
  const { port } = over.proxy;
  for (const host of [
    'my-nas.local',
    `MY-NAS.LOCAL:${port}`,
    `my-nas.local.:${port}`,
    'host.docker.internal:80',
    `xn--bcher-kva.example:${port}`,
    'bücher.example',
    '192.168.7.7',
    `[fd00::1]:${port}`,
    '[FD00:0:0:0:0:0:0:1]',
    `localhost.:${port}`,
    'app.localhost',
  ])
    assert.equal((await ask(over, host)).status, 200, host);
});

test('an allowed host allows no other: no subdomain, no parent, no name that contains it', async () => {
  await using over = await proxyOver(withHosts('my-nas.local'));
  for (const host of [
    'evil.my-nas.local',
    'local',
    'my-nas',
    'my-nas.local.evil.example',
    'xmy-nas.local',
    'my-nas.local@evil.example',
    'evil.example@my-nas.local',
    'my-nas.local/x',
    'my-nas.local:1:2',
    '*',
    '*.local',
    '',
    '[::ffff:10.0.0.1]',
  ]) {
    const { status, text } = await ask(over, host);
    assert.equal(status, 403, `${host} ${text}`);
  }
});

test('the refusal names the key and the command that adds the host', async () => {
  await using over = await proxyOver(withHosts('one.example', 'two.example'));
  const { status, message } = await ask(over, 'My-NAS.local:3456');
  assert.equal(status, 403);
  assert.match(message, /"my-nas\.local".* add it to allowed_hosts\n/);
  assert.match(message, /\nNext: occ config set allowed_hosts\.2 my-nas\.local \(request req_/);
  assert.match((await ask(over, '[fd00::7]')).message, /Next: occ config set allowed_hosts\.2 fd00::7 /);
});

test('no command contains a host that a shell would act on', async () => {
  await using over = await proxyOver();
  for (const host of ["a';rm${IFS}-rf;'", '$(reboot)', '`reboot`', '-rf', '\u001b]0;x\u0007b', '&x']) {
    const { status, message, text } = await ask(over, host);
    // Node itself refuses control characters.
    assert.ok(status === 403 || status === 400, `${host}: ${status}`);
    assert.doesNotMatch(message, /config set/, message);
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(text, /\u001b/);
  }
});

test('a target in absolute form is judged by its own host, and answered like its path', async () => {
  await using over = await proxyOver(withHosts('my-nas.local'));
  for (const [host, target, expected] of [
    ['localhost', 'http://localhost/v1/models', 200],
    ['localhost', 'HTTP://My-NAS.local:3456/health?x=1', 200],
    ['localhost', 'http://evil.example/v1/models', 403],
    ['evil.example', 'http://localhost/v1/models', 403],
    ['localhost', 'http://localhost@evil.example/v1/models', 403],
    ['localhost', 'ftp://evil.example/', 403],
    ['localhost', 'http://localhost/nowhere', 404],
  ] as const) {
    const { status, text } = await ask(over, host, { target });
    assert.equal(status, expected, `${host} ${target} ${text}`);
  }
});

test('a page of an allowed host is still a web page', async () => {
  await using over = await proxyOver(withHosts('my-nas.local'));
  const from = async (origin: string) =>
    (await ask(over, 'my-nas.local:3456', { headers: [`origin: ${origin}`] })).status;
  assert.equal(await from('http://my-nas.local:3456'), 200);
  for (const origin of ['http://my-nas.local', 'http://my-nas.local:8080', 'http://evil.example', 'null'])
    assert.equal(await from(origin), 403, origin);
});

test('a new list applies to the next request', async () => {
  let settings: Settings | undefined;
  await using over = await proxyOver({ settings: () => settings ?? settingsFor('http://127.0.0.1:9') });
  assert.equal((await ask(over, 'my-nas.local')).status, 403);
  settings = settingsFor('http://127.0.0.1:9', withHosts('my-nas.local'));
  assert.equal((await ask(over, 'my-nas.local')).status, 200);
});

const outer = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === 'IPv4' && !each.internal)?.address;

test(`a proxy on every address has a loopback URL, and is asked by each address${outer === undefined ? ' (not run: this machine has one address)' : ''}`, async () => {
  await using over = await proxyOver({ host: '0.0.0.0' });
  assert.equal(over.url, `http://127.0.0.1:${over.proxy.port}`);
  assert.equal((await fetch(`${over.url}/health`)).status, 200);
  if (outer === undefined) return;
  assert.equal((await ask(over, `${outer}:1`, { address: outer })).status, 200);
  assert.equal((await ask(over, `${outer}:1`)).status, 403, 'not the address that was asked');
});

test('a proxy on every IPv6 address has a loopback URL', async (t) => {
  for (const host of ['::', '[::]']) {
    const over = await proxyOver({ host }).catch(() => undefined);
    if (over === undefined) return t.skip('no IPv6');
    await using ipv6 = over;
    assert.equal(ipv6.url, `http://[::1]:${ipv6.proxy.port}`);
    assert.equal((await fetch(`${ipv6.url}/health`)).status, 200);
    assert.equal((await ask(ipv6, `127.0.0.1:${ipv6.proxy.port}`)).status, 200);
  }
});
