/** Faults of the network: what the client reads, what the log keeps, and who is named. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import { describeFailures } from '../../lib/proxy/policy/words.ts';
import { openUpstream } from '../../lib/proxy/upstream.ts';
import { tunnelTimeoutMs } from '../../lib/proxy/tunnel.ts';
import type { NetworkFault } from '../../lib/proxy/policy/network-faults.ts';
import { authority, needsOpenssl } from '../support/certificates.ts';
import { manualClock, type ManualClock } from '../support/clock.ts';
import { companyProxy, freePort, jsonServer, listening, type Behaviour } from '../support/company-proxy.ts';
import { modelOf, proxyOver, type ClientResponse } from '../support/proxy.ts';

const secret = 'secret-of-the-proxy';

interface Seen {
  response: ClientResponse;
  message: string;
  /** What `occ logs` and `occ why` say when only the log is left. */
  fromLog: string;
  fault: NetworkFault | undefined;
}

/** Sends a request whose only model is at `endpoint`. Nothing anywhere may contain the password of the proxy. */
async function send(endpoint: string, env: Record<string, string>, clock?: ManualClock): Promise<Seen> {
  await using over = await proxyOver({
    models: [modelOf('first')],
    provider: { endpoints: { chat: `${endpoint}/v1/chat/completions` } },
    upstream: () => openUpstream(env, clock),
  });
  const response = await over.send();
  const logged = over.log.find(({ event }) => event === 'attempt') ?? assert.fail('nothing was logged');
  const everything = JSON.stringify([over.log, over.proxy.recent.list(), response]);
  assert.doesNotMatch(everything, new RegExp(`${secret}|${Buffer.from(`me:${secret}`).toString('base64')}`));
  return {
    response,
    message: response.error?.message ?? '',
    fromLog: describeFailures([logged as never], []),
    fault: logged['network'] as NetworkFault | undefined,
  };
}

function assertPermanent({ response }: Seen, next = 'occ doctor reachable'): void {
  assert.deepEqual([response.status, response.headers.get('x-should-retry')], [424, 'false']);
  assert.match(response.error?.message ?? '', new RegExp(`\nNext: ${next} \\(request`));
}

function assertTransient({ response }: Seen): void {
  assert.deepEqual([response.status, response.headers.get('x-should-retry')], [502, null]);
  assert.match(response.error?.message ?? '', /\nNext: occ doctor reachable \(request/);
}

const status = (line: string, ...headers: string[]) =>
  `HTTP/1.1 ${line}\r\n${[...headers, 'content-type: text/html', 'content-length: 4'].join('\r\n')}\r\n\r\nno\r\n`;

interface Case {
  what: string;
  proxy: Behaviour;
  login?: string;
  words: RegExp;
  permanent: boolean;
}

const cases: Case[] = [
  {
    what: '407 without a login',
    proxy: { answer: status('407 Login', 'proxy-authenticate: Basic realm="corp"') },
    words: /the proxy 127\.0\.0\.1:\d+ requires a user name and a password \(407\)/,
    permanent: true,
  },
  {
    what: '407 to a login',
    proxy: { answer: status('407 Login', 'proxy-authenticate: Basic realm="corp"') },
    login: `me:${secret}@`,
    words: /the proxy 127\.0\.0\.1:\d+ does not accept the user name and password of ALL_PROXY \(407\)/,
    permanent: true,
  },
  {
    what: '407 with NTLM and Negotiate only',
    proxy: { answer: status('407 Login', 'proxy-authenticate: NTLM', 'proxy-authenticate: Negotiate') },
    login: `me:${secret}@`,
    words: /the proxy 127\.0\.0\.1:\d+ requires a way to log in that occ does not have, such as NTLM/,
    permanent: true,
  },
  {
    what: '407 with NTLM and Basic',
    proxy: { answer: status('407 Login', 'proxy-authenticate: NTLM, Basic realm="x"') },
    words: /requires a user name and a password \(407\)/,
    permanent: true,
  },
  {
    what: '403',
    proxy: { answer: status('403 Forbidden') },
    login: `me:${secret}@`,
    words:
      /the proxy 127\.0\.0\.1:\d+ does not let requests to (?:provider\.example|the server) through \(403\)/,
    permanent: true,
  },
  {
    what: '503',
    proxy: { answer: status('503 No') },
    words: /the proxy 127\.0\.0\.1:\d+ cannot reach (?:provider\.example|the server) \(503\)/,
    permanent: false,
  },
  {
    what: 'garbage',
    proxy: { answer: 'SSH-2.0-OpenSSH_9.9\r\n' },
    words: /the proxy 127\.0\.0\.1:\d+ does not answer as an HTTP proxy does/,
    permanent: false,
  },
];

for (const { what, proxy: behaviour, login = '', words, permanent } of cases)
  for (const scheme of ['https', 'http'])
    test(`a proxy that answers ${what} is named, for ${scheme}`, async (t) => {
      const proxy = await companyProxy(t, behaviour);
      const seen = await send(`${scheme}://provider.example`, {
        ALL_PROXY: `http://${login}${proxy.address}`,
      });
      assert.match(seen.message, words);
      assert.match(seen.fromLog, words);
      if (permanent) assertPermanent(seen);
      else assertTransient(seen);
      assert.equal(seen.fault?.proxy, proxy.address);
      // A repeated attempt of a permanent fault would only delay the answer.
      if (permanent) assert.equal(proxy.heads.length, 1);
    });

test('a proxy that is not running, or whose name cannot be resolved, is named', async () => {
  const port = await freePort();
  for (const scheme of ['https', 'http']) {
    const dead = await send(`${scheme}://provider.example`, { ALL_PROXY: `me:${secret}@127.0.0.1:${port}` });
    for (const words of [dead.message, dead.fromLog])
      assert.match(
        words,
        new RegExp(`the proxy 127\\.0\\.0\\.1:${port} refused the connection \\(ECONNREFUSED\\)`),
      );
    assertTransient(dead);
    const unknown = await send(`${scheme}://provider.example`, { ALL_PROXY: 'no-such-proxy.invalid:3128' });
    assert.match(
      unknown.message,
      /the host of the proxy no-such-proxy\.invalid:3128 could not be found \((?:ENOTFOUND|EAI_AGAIN)\)/,
    );
  }
});

test('a proxy that closes without an answer is named', async (t) => {
  const proxy = await companyProxy(t, { closes: true });
  const seen = await send('https://provider.example', { HTTPS_PROXY: proxy.address });
  assert.match(
    seen.message,
    /the proxy 127\.0\.0\.1:\d+ does not answer as an HTTP proxy does \(ECONNRESET\)/,
  );
  assertTransient(seen);
});

test('a proxy that never answers is given up and named', async (t) => {
  const proxy = await companyProxy(t, {});
  const clock = manualClock();
  const sent = send('https://provider.example', { HTTPS_PROXY: proxy.address }, clock);
  await clock.reach(tunnelTimeoutMs);
  const seen = await sent;
  for (const words of [seen.message, seen.fromLog])
    assert.match(words, new RegExp(`the proxy ${proxy.address.replaceAll('.', '\\.')} does not answer`));
  assertTransient(seen);
  assert.equal(clock.pending(), 0);
});

test('closing gives up a tunnel that is being established', async (t) => {
  const proxy = await companyProxy(t, {});
  const clock = manualClock();
  const upstream = await openUpstream({ HTTPS_PROXY: proxy.address }, clock);
  const sent = upstream.get('https://provider.example/', {}, new AbortController().signal);
  const failed = assert.rejects(sent);
  while (clock.pending() === 0) await new Promise(setImmediate);
  await upstream.close();
  await failed;
  while (clock.pending() > 0) await new Promise(setImmediate);
});

test('a variable that names no proxy is reported, and nothing is sent', async () => {
  for (const value of [`socks5://me:${secret}@127.0.0.1:1`, `http://me:${secret}#@127.0.0.1:1`]) {
    const seen = await send('https://provider.example', { HTTPS_PROXY: value });
    assert.match(seen.message, /HTTPS_PROXY names (?:a SOCKS proxy|no http or https proxy)/);
    assert.match(seen.fromLog, /HTTPS_PROXY names no http or https proxy/);
    assertPermanent(seen, 'occ doctor proxy-env');
  }
});

test(`an unknown certificate is reported, with what makes it known${needsOpenssl}`, async (t) => {
  if (needsOpenssl !== '') return;
  using company = authority();
  const to = await listening(t, jsonServer(undefined, company.issue('provider.example')));
  const proxy = await companyProxy(t, { to });
  const inspected = await send('https://provider.example', { HTTPS_PROXY: proxy.address });
  const direct = await send(`https://localhost:${to}`, {});
  for (const { message, fromLog } of [inspected, direct])
    for (const words of [message, fromLog])
      assert.match(
        words,
        /its issuer is unknown \([A-Z_]+\); NODE_EXTRA_CA_CERTS names a file of further authorities/,
      );
  assert.match(
    inspected.message,
    new RegExp(`of provider\\.example through the proxy ${proxy.address} was not`),
  );
  for (const seen of [inspected, direct]) assertPermanent(seen);
});

test(`NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing for upstreams${needsOpenssl}`, async (t) => {
  if (needsOpenssl !== '') return;
  using company = authority();
  let requests = 0;
  const server = jsonServer((_req, res) => void (requests++, res.end('{}')), company.issue('localhost'));
  const to = await listening(t, server);
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    const { address } = await companyProxy(t, { to });
    for (const [endpoint, env] of [
      [`https://localhost:${to}`, {}],
      ['https://provider.example', { HTTPS_PROXY: address }],
      ['http://provider.example', { HTTP_PROXY: `https://localhost:${to}` }],
    ] as const)
      assert.match((await send(endpoint, env)).message, /its issuer is unknown/);
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
  assert.equal(requests, 0);
});

test(`the certificate of an https proxy is said to be the proxy's${needsOpenssl}`, async (t) => {
  if (needsOpenssl !== '') return;
  using company = authority();
  const proxy = await companyProxy(t, { tls: company.issue('127.0.0.1') });
  for (const scheme of ['https', 'http']) {
    const seen = await send(`${scheme}://provider.example`, {
      ALL_PROXY: `https://me:${secret}@${proxy.address}`,
    });
    assert.match(seen.message, /the certificate of the proxy 127\.0\.0\.1:\d+ was not accepted/);
    assertPermanent(seen);
  }
  assert.equal(proxy.heads.length, 0, 'the password is not sent to it');
  const plain = await listening(t, jsonServer());
  const wrong = await send('https://provider.example', { HTTPS_PROXY: `https://127.0.0.1:${plain}` });
  assert.match(wrong.message, /the proxy 127\.0\.0\.1:\d+ answers without TLS/);
});

test('an address with the wrong scheme is reported', async (t) => {
  const http = await listening(t, jsonServer());
  const tlsOnHttp = await send(`https://127.0.0.1:${http}`, {});
  assert.match(
    tlsOnHttp.message,
    /127\.0\.0\.1:\d+ answers without TLS .* begin with http:\/\/ instead of https/,
  );
  assertPermanent(tlsOnHttp);
  // What OpenSSL's servers answer: an alert of TLS.
  const alert = await listening(
    t,
    createServer((socket) => socket.once('data', () => socket.end(Buffer.from('15030100020246', 'hex')))),
  );
  for (const port of [
    alert,
    ...(await Promise.all(
      [
        '<h1>400 Bad Request</h1><center>The plain HTTP request was sent to HTTPS port</center>',
        'Client sent an HTTP request to an HTTPS server.\n',
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
      ].map((words) =>
        listening(
          t,
          jsonServer((_req, res) => void res.writeHead(400, { 'content-type': 'text/html' }).end(words)),
        ),
      ),
    )),
  ]) {
    const seen = await send(`http://127.0.0.1:${port}`, {});
    for (const words of [seen.message, seen.fromLog])
      assert.match(words, /expects TLS.*; its address must begin with https:\/\//);
    assertPermanent(seen);
  }
});

test('a redirect is not followed: neither the key nor the request reach the other host', async (t) => {
  let reached = 0;
  const other = await listening(
    t,
    jsonServer((_req, res) => void (reached++, res.end('{}'))),
  );
  for (const code of [301, 302, 303, 307, 308]) {
    const server = await listening(
      t,
      jsonServer(
        (_req, res) => void res.writeHead(code, { location: `http://127.0.0.1:${other}/login` }).end(),
      ),
    );
    const seen = await send(`http://127.0.0.1:${server}`, {});
    assert.match(
      seen.message,
      new RegExp(`redirects \\(${code}\\) to http://127\\.0\\.0\\.1:${other}/login`),
    );
    assert.match(seen.fromLog, new RegExp(`redirects \\(${code}\\), which is not followed`));
    assertPermanent(seen);
  }
  assert.equal(reached, 0);
});

test('a model that is reached another way answers in place of one behind a broken network', async (t) => {
  const proxy = await companyProxy(t, { answer: status('407 Login') });
  await using over = await proxyOver({
    answers: [[say('from second')]],
    upstream: () => openUpstream({ HTTPS_PROXY: proxy.address }),
    change(settings) {
      const { emulator } = settings.providers;
      assert(emulator);
      const lost = { ...emulator, endpoints: { chat: 'https://provider.example/v1/chat/completions' } };
      return { ...settings, providers: { ...settings.providers, emulator: lost } };
    },
  });
  assert.equal((await over.send()).text, 'from second');
});
