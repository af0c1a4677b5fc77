/** The proxies of the environment: which one is used, and what the upstream and the proxy receive. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { test, type TestContext } from 'node:test';
import { isUsable, proxyFor, readProxies } from '../../lib/proxy/outbound-proxies.ts';
import { openUpstream } from '../../lib/proxy/upstream.ts';
import { answerJson, companyProxy, jsonServer, listening } from '../support/company-proxy.ts';

const provider = 'https://provider.example/v1';
const plain = 'http://provider.example/v1';

/** The address of the proxy for a URL, `direct`, or the reason why there is none. */
function way(env: Record<string, string>, url = provider): string {
  const choice = proxyFor(readProxies(env), new URL(url));
  if (choice === undefined) return 'direct';
  return isUsable(choice) ? `${choice.secure ? 'https://' : ''}${choice.address}` : choice.reason;
}

test('each scheme has its variable, lower case first, and ALL_PROXY is for both', () => {
  for (const [env, forHttps, forHttp] of [
    [{}, 'direct', 'direct'],
    [{ HTTPS_PROXY: 'http://a:1' }, 'a:1', 'direct'],
    [{ HTTP_PROXY: 'http://a:1' }, 'direct', 'a:1'],
    [{ https_proxy: 'http://b:2', HTTPS_PROXY: 'http://a:1' }, 'b:2', 'direct'],
    [{ https_proxy: ' ', HTTPS_PROXY: 'http://a:1' }, 'a:1', 'direct'],
    [{ ALL_PROXY: 'http://c:3' }, 'c:3', 'c:3'],
    [{ all_proxy: 'http://d:4', ALL_PROXY: 'http://c:3' }, 'd:4', 'd:4'],
    [{ ALL_PROXY: 'http://c:3', HTTP_PROXY: 'http://a:1' }, 'c:3', 'a:1'],
    [{ HTTPS_PROXY: 'http://a:1', ALL_PROXY: 'socks5://c:3', HTTP_PROXY: 'http://b:2' }, 'a:1', 'b:2'],
  ] as const)
    assert.deepEqual([way(env), way(env, plain)], [forHttps, forHttp], JSON.stringify(env));
});

test('a proxy in the forms in which people write it', () => {
  for (const [value, expected] of [
    ['proxy.corp.example:3128', 'proxy.corp.example:3128'],
    [' http://proxy.corp.example:3128/ ', 'proxy.corp.example:3128'],
    ['HTTP://Proxy.Corp.Example', 'proxy.corp.example:80'],
    ['https://proxy.corp.example', 'https://proxy.corp.example:443'],
    ['https://proxy.corp.example:8443', 'https://proxy.corp.example:8443'],
    ['http://me:secret@proxy.corp.example:3128', 'proxy.corp.example:3128'],
    ['me:secret@proxy.corp.example:3128', 'proxy.corp.example:3128'],
    ['http://me:se@cret@10.0.0.1:3128', '10.0.0.1:3128'],
    ['http://[fd00::1]:3128', '[fd00::1]:3128'],
    ['[fd00::1]:3128', '[fd00::1]:3128'],
    ['10.0.0.1', '10.0.0.1:80'],
  ] as const)
    assert.equal(way({ HTTPS_PROXY: value }), expected, value);
});

test('what is no HTTP proxy is refused in words, without its password', () => {
  for (const [value, expected] of [
    ['socks5://me:secret@p:1080', /^HTTPS_PROXY names a SOCKS proxy, which occ does not support/],
    ['SOCKS4A://p:1080', /SOCKS/],
    ['socks://p', /SOCKS/],
    ['ftp://p:21', /^HTTPS_PROXY names no http or https proxy/],
    ['http://me:se#secret@p:3128', /%23/],
    ['http://', /^HTTPS_PROXY names no http or https proxy/],
    ['p:port', /^HTTPS_PROXY names no http or https proxy/],
    ['p:99999', /^HTTPS_PROXY names no http or https proxy/],
  ] as const) {
    const reason = way({ HTTPS_PROXY: value });
    assert.match(reason, expected, value);
    assert.doesNotMatch(reason, /secret/);
  }
  assert.match(way({ ALL_PROXY: 'socks5://p:1' }), /^ALL_PROXY names a SOCKS proxy/);
});

test('requests to this machine never take a proxy, and NO_PROXY excludes others', () => {
  const env = { ALL_PROXY: 'http://a:1', NO_PROXY: 'corp.example:8443' };
  for (const host of [
    '127.0.0.1:9',
    '127.9.9.9',
    'localhost:9',
    'LOCALHOST.',
    'app.localhost',
    '[::1]:9',
    '[::ffff:127.0.0.1]',
    '0.0.0.0:9',
    '[::]:9',
    '2130706433',
    'corp.example:8443',
  ])
    for (const scheme of ['http', 'https']) assert.equal(way(env, `${scheme}://${host}/`), 'direct', host);
  assert.equal(way(env, 'https://corp.example/'), 'a:1');
  assert.equal(way({ ALL_PROXY: 'http://a:1', NO_PROXY: ' ', no_proxy: '' }), 'a:1');
  assert.equal(way({ ALL_PROXY: 'http://a:1', no_proxy: 'provider.example', NO_PROXY: 'x' }), 'direct');
});

const never = new AbortController().signal;

async function posted(t: TestContext, env: Record<string, string>, url: string): Promise<number> {
  const upstream = await openUpstream(env);
  t.after(() => upstream.close());
  const answer = await upstream.post(url, { authorization: 'Bearer sk-upstream' }, '{}', never);
  await answer.body.read(() => true);
  return answer.status;
}

test('http is asked of the proxy as a whole URL, with its login for the proxy alone', async (t) => {
  const received: IncomingHttpHeaders[] = [];
  const to = await listening(
    t,
    jsonServer((req, res) => {
      received.push(req.headers);
      answerJson(req, res);
    }),
  );
  const proxy = await companyProxy(t, { to });
  const env = { HTTP_PROXY: `http://me:p%40ss%25:word@${proxy.address}` };
  assert.equal(await posted(t, env, 'http://provider.example:8080/v1/x?y=1'), 200);
  const [[line, ...headers] = []] = proxy.heads;
  assert.equal(line, 'POST http://provider.example:8080/v1/x?y=1 HTTP/1.1');
  const login = Buffer.from('me:p@ss%:word').toString('base64');
  assert.ok(headers.includes(`proxy-authorization: Basic ${login}`), headers.join('\n'));
  assert.ok(headers.includes('host: provider.example:8080'));
  assert.equal(received[0]?.authorization, 'Bearer sk-upstream');
});

test('https goes through a tunnel, whose request has the login and no key', async (t) => {
  const proxy = await companyProxy(t, { answer: 'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n' });
  for (const [user, login] of [
    ['me:secret', 'me:secret'],
    ['me', 'me:'],
    ['me:100%', 'me:100%'],
  ] as const) {
    const env = { HTTPS_PROXY: `http://${user}@${proxy.address}` };
    await assert.rejects(posted(t, env, 'https://[fd00::1]:8443/v1'));
    const [line, ...headers] = proxy.heads.at(-1) ?? [];
    assert.equal(line, 'CONNECT [fd00::1]:8443 HTTP/1.1');
    assert.ok(headers.includes('host: [fd00::1]:8443'));
    assert.ok(headers.includes(`proxy-authorization: Basic ${Buffer.from(login).toString('base64')}`));
    assert.doesNotMatch(headers.join('\n'), /sk-upstream/);
  }
});

test('hosts in NO_PROXY and this machine are asked directly, whatever the proxy', async (t) => {
  const to = await listening(t, jsonServer());
  const proxy = await companyProxy(t, { to });
  assert.equal(await posted(t, { ALL_PROXY: proxy.address }, `http://localhost:${to}/v1`), 200);
  assert.equal(proxy.heads.length, 0);
});

const curl = spawnSync('curl', ['--version']).status === 0;

test(`curl sends the same login${curl ? '' : ' (not run: no curl)'}`, async (t) => {
  if (!curl) return;
  const proxy = await companyProxy(t, { answer: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' });
  for (const user of ['me:secret', 'me:p%40ss%25', 'me', 'me:']) {
    const env = { http_proxy: `http://${user}@${proxy.address}` };
    await posted(t, env, 'http://provider.example/v1');
    const { execFile } = await import('node:child_process');
    await new Promise((resolve) =>
      execFile('curl', ['-s', '-m', '20', plain], { env: { PATH: process.env['PATH'], ...env } }, resolve),
    );
    const logins = proxy.heads
      .slice(-2)
      .map((head) => head.find((line) => /^proxy-authorization:/i.test(line))?.toLowerCase());
    assert.equal(logins[0], logins[1], user);
    assert.notEqual(logins[0], undefined);
  }
});
