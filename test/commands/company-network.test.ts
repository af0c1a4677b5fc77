/** `occ doctor reachable` and the client's error in a company network: who is named, and whether the remedy works. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { authority, needsOpenssl } from '../support/certificates.ts';
import { companyProxy, jsonServer, listening } from '../support/company-proxy.ts';
import { hangMs } from '../support/limits.ts';
import { home, type Home } from './program.ts';

interface Found {
  code: string;
  level: string;
  summary: string;
  fault?: string;
  remedy?: { text: string; commands: string[] };
}

/** A home with one provider at this address. */
function homeWith(t: Parameters<typeof home>[0], base_url: string): Home {
  const at = home(t);
  const providers = { corp: { wire_format: 'chat', base_url, api_key: 'sk-corp-0123456789abcdef' } };
  const config = { providers, models: { default: { provider: 'corp', model_id: 'm' } } };
  at.write('.config/occ/config.json', JSON.stringify(config));
  return at;
}

async function reachable(at: Home, env: Record<string, string>): Promise<Found> {
  const { stdout } = await at.run(['doctor', 'reachable', '--json'], env);
  assert.doesNotMatch(stdout, /secret-of-the-proxy/);
  const found = (toAnswer('doctor', stdout)['findings'] as Found[]).find(({ code }) => code === 'reachable');
  return found ?? assert.fail(stdout);
}

test(
  'a proxy that refuses is named with its remedy, without its password',
  { timeout: hangMs },
  async (t) => {
    const at = homeWith(t, 'https://provider.example/v1');
    for (const [line, summary, command] of [
      [
        '407 Login',
        /^the proxy 127\.0\.0\.1:\d+ does not accept the user name/,
        /^read -rs HTTPS_PROXY && export/,
      ],
      ['403 No', /^the proxy 127\.0\.0\.1:\d+ does not let requests to provider\.example/, /NO_PROXY/],
      [
        '503 No',
        /^the proxy 127\.0\.0\.1:\d+ cannot reach provider\.example/,
        /^curl -sSI https:\/\/provider/,
      ],
    ] as const) {
      const answer = `HTTP/1.1 ${line}\r\ncontent-length: 0\r\n\r\n`;
      const proxy = await companyProxy(t, { answer });
      const found = await reachable(at, { HTTPS_PROXY: `http://me:secret-of-the-proxy@${proxy.address}` });
      assert.deepEqual([found.level, found.fault], ['fail', 'client']);
      assert.match(found.summary, summary);
      assert.match(found.remedy?.commands[0] ?? '', command);
    }
  },
);

test(
  `a proxy that inspects TLS is passed with NODE_EXTRA_CA_CERTS, as the remedy says${needsOpenssl}`,
  { timeout: hangMs },
  async (t) => {
    if (needsOpenssl !== '') return;
    using company = authority();
    const at = homeWith(t, 'https://provider.example/v1');
    const to = await listening(t, jsonServer(undefined, company.issue('provider.example')));
    const proxy = await companyProxy(t, { to });
    const env = { HTTPS_PROXY: proxy.address };
    const unknown = await reachable(at, { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    assert.deepEqual([unknown.level, unknown.fault], ['fail', 'client']);
    assert.match(unknown.summary, /its issuer is unknown/);
    assert.equal(unknown.remedy?.commands[0], 'export NODE_EXTRA_CA_CERTS=/path/to/authority.pem');
    const trusted = await reachable(at, { ...env, NODE_EXTRA_CA_CERTS: company.file });
    assert.equal(trusted.level, 'ok', trusted.summary);

    const expired = await listening(t, jsonServer(undefined, company.issue('provider.example', -1)));
    const old = await companyProxy(t, { to: expired });
    const trusting = { NODE_EXTRA_CA_CERTS: company.file };
    const late = await reachable(at, { ...trusting, HTTPS_PROXY: old.address });
    assert.match(late.summary, /has expired \(CERT_HAS_EXPIRED\), or the clock of this machine is wrong/);
    assert.equal(late.fault, 'provider');

    const portal = await listening(t, jsonServer(undefined, company.issue('login.example')));
    const captive = await companyProxy(t, { to: portal });
    const other = await reachable(at, { ...trusting, HTTPS_PROXY: captive.address });
    assert.match(other.summary, /is one of another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
    assert.equal(other.fault, 'client');
  },
);

test('the command for an address with the wrong scheme corrects it', { timeout: hangMs }, async (t) => {
  const port = await listening(t, jsonServer());
  const at = homeWith(t, `https://127.0.0.1:${port}/v1`);
  const found = await reachable(at, {});
  assert.match(found.summary, /answers without TLS/);
  const [command = ''] = found.remedy?.commands ?? [];
  assert.equal(command, `occ config set providers.corp.base_url http://127.0.0.1:${port}/v1`);
  await at.run(command.split(' ').slice(1));
  assert.equal((await reachable(at, {})).level, 'ok');
});

test('a redirect is a failure, not an answer', { timeout: hangMs }, async (t) => {
  const port = await listening(
    t,
    jsonServer((_req, res) => void res.writeHead(302, { location: 'http://login.example/' }).end()),
  );
  const found = await reachable(homeWith(t, `http://127.0.0.1:${port}/v1`), {});
  assert.equal(found.level, 'fail');
  assert.match(found.summary, /redirects to http:\/\/login\.example\/ \(302\), which is not followed$/);
});

test(
  'occ why and occ logs name the proxy, also when its process has ended',
  { timeout: hangMs },
  async (t) => {
    const proxy = await companyProxy(t, { answer: 'HTTP/1.1 407 Login\r\ncontent-length: 0\r\n\r\n' });
    const at = homeWith(t, 'https://provider.example/v1');
    at.program(
      'ask',
      `#!${process.execPath}
fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: { 'x-api-key': process.env.ANTHROPIC_AUTH_TOKEN },
  body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] }),
}).then(async (answer) => console.log(answer.status, await answer.text()));
`,
    );
    const env = { HTTPS_PROXY: `http://me:secret-of-the-proxy@${proxy.address}` };
    const asked = await at.run(['launch', 'exec', '--', 'ask'], env);
    assert.match(asked.stdout, /^424 .*does not accept the user name and password of HTTPS_PROXY \(407\)/);
    for (const args of [['why'], ['logs']]) {
      const { stdout } = await at.run(args);
      // The page breaks lines where the terminal ends.
      const text = stdout.replaceAll(/\s+/g, ' ');
      assert.ok(text.includes(`the proxy ${proxy.address} does not accept the user name`), stdout);
      assert.doesNotMatch(text, /secret-of-the-proxy/);
    }
    assert.match((await at.run(['why'])).stdout, /occ doctor reachable/);
  },
);
