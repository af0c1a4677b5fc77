/** Faults of the network: addresses, TLS, company proxies, and the clock. */
import { refuse, webPage } from '../../../lib/emulator/answer.ts';
import { authority, type Pair } from '../../support/certificates.ts';
import { companyProxy, freePort, jsonServer, listening } from '../../support/company-proxy.ts';
import { startProvider } from '../emulated-provider.ts';
import { validKey } from './configuration.ts';
import { byCommands, type Bed, type Cure, type Fault } from './fault.ts';

const host = 'provider.example';

/** One provider, `mine`, at this address. */
function at(bed: Bed, base_url: string): void {
  const mine = { wire_format: 'chat', base_url, api_key: validKey };
  bed.configure({ providers: { mine }, models: { default: { provider: 'mine', model_id: 'some-model' } } });
}

async function provider(bed: Bed): Promise<string> {
  const { url } = await startProvider(bed.t, { strict: false });
  return `${url}/v1`;
}

/** A provider behind a company proxy that only `HTTPS_PROXY` reaches; its certificate is trusted. */
async function behindProxy(
  bed: Bed,
  pair?: (issue: (host: string, days?: number) => Pair) => Pair,
): Promise<string> {
  const company = authority();
  bed.t.after(() => company[Symbol.dispose]());
  const certificate = pair?.((name, days) => company.issue(name, days)) ?? company.issue(host);
  const { address } = await companyProxy(bed.t, {
    to: await listening(bed.t, jsonServer(undefined, certificate)),
  });
  at(bed, `https://${host}/v1`);
  bed.env['NODE_EXTRA_CA_CERTS'] = company.file;
  bed.env['NO_PROXY'] = '127.0.0.1,localhost';
  return `http://${address}`;
}

/** The proxy refuses with this status line; the one of `better` lets through. */
async function refusing(bed: Bed, line: string): Promise<{ better: string }> {
  const better = await behindProxy(bed);
  const { address } = await companyProxy(bed.t, { answer: `HTTP/1.1 ${line}\r\ncontent-length: 0\r\n\r\n` });
  bed.env['HTTPS_PROXY'] = `http://me:secret-of-the-proxy@${address}`;
  return { better };
}

const args = ['reachable'];
const lost = { check: 'reachable', level: 'fail', side: 'client' } as const;
const offline = { level: 'fail', side: 'client' } as const;
const proxyCheck = ['proxy-env', '--offline'];

export const network: readonly Fault[] = [
  {
    broken: 'The address of the provider has the wrong path, where a web page is',
    args,
    expected: { ...lost, summary: /answers with a web page \(404\): there is no API/ },
    async plant(bed) {
      const site = await listening(
        bed.t,
        jsonServer(
          (_req, res) =>
            void res.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not here</html>'),
        ),
      );
      at(bed, `http://127.0.0.1:${site}/docs/v1`);
      return { how: 'commands', fill: { 'https://…': await provider(bed) } };
    },
  },
  {
    broken: 'The address of the provider is that of a web site',
    args,
    expected: { ...lost, summary: /answers with a web page \(200\)/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, { strict: false, answer: () => webPage() });
      at(bed, `${url}/v1`);
      return { how: 'commands', fill: { 'https://…': await provider(bed) } };
    },
  },
  {
    broken: 'Nothing listens at the address of the provider',
    args,
    expected: { ...lost, summary: /refused the connection \(ECONNREFUSED\)/ },
    async plant(bed) {
      at(bed, `http://127.0.0.1:${await freePort()}/v1`);
      return { how: 'commands', fill: { 'https://…': await provider(bed) } };
    },
  },
  {
    broken: 'The local model server is not running',
    args,
    expected: { ...lost, summary: /the server is not running/ },
    async plant(bed) {
      const port = await freePort();
      const ollama = { base_url: `http://127.0.0.1:${port}/v1` };
      bed.configure({
        providers: { ollama },
        models: { default: { provider: 'ollama', model_id: 'qwen3-coder:30b' } },
      });
      const serve = `require('node:http').createServer((_, res) => res.setHeader('content-type', 'application/json').end('{}')).listen(${port}, '127.0.0.1', () => process.send?.('up'))`;
      const source = `setTimeout(() => process.exit(), 60000); ${serve}`;
      // It goes on in the background, and ends by itself after a minute.
      bed.at.program(
        'ollama',
        `#!${process.execPath}\nconst child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(source)}], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });\nchild.once('message', () => { child.disconnect(); child.unref(); });\n`,
      );
      return byCommands;
    },
  },
  {
    broken: 'The address says https, but the server has no TLS',
    args,
    expected: { ...lost, summary: /answers without TLS/ },
    async plant(bed) {
      at(bed, (await provider(bed)).replace('http:', 'https:'));
      return byCommands;
    },
  },
  {
    broken: 'The address says http, but the server wants TLS',
    args,
    expected: { ...lost, summary: /expects TLS/ },
    async plant(bed) {
      const company = authority();
      bed.t.after(() => company[Symbol.dispose]());
      bed.env['NODE_EXTRA_CA_CERTS'] = company.file;
      const port = await listening(bed.t, jsonServer(undefined, company.issue('127.0.0.1')));
      at(bed, `http://127.0.0.1:${port}/v1`);
      return byCommands;
    },
  },
  {
    broken: 'The certificate of the server is signed by an unknown authority',
    args,
    expected: { ...lost, summary: /its issuer is unknown/ },
    async plant(bed) {
      const company = authority();
      bed.t.after(() => company[Symbol.dispose]());
      const port = await listening(bed.t, jsonServer(undefined, company.issue('127.0.0.1')));
      at(bed, `https://127.0.0.1:${port}/v1`);
      return { how: 'commands', fill: { '/path/to/authority.pem': company.file } };
    },
  },
  {
    broken: 'The certificate of the provider has expired',
    args,
    expected: { ...lost, side: 'provider', summary: /has expired/ },
    async plant(bed) {
      bed.env['HTTPS_PROXY'] = await behindProxy(bed, (issue) => issue(host, -1));
      return { how: 'told', text: /its owner has to renew it/, why: 'the owner of the certificate' };
    },
  },
  {
    broken: 'A login page answers in place of the provider, with its own certificate',
    args,
    expected: { ...lost, summary: /is one of another host/ },
    async plant(bed) {
      bed.env['HTTPS_PROXY'] = await behindProxy(bed, (issue) => issue('login.example'));
      return { how: 'told', text: /the network requires a login/, why: 'the user, in a browser' };
    },
  },
  {
    broken: 'The network redirects every request to its login page',
    args,
    expected: { ...lost, summary: /redirects to http:\/\/login\.example\/ \(302\), which is not followed/ },
    async plant(bed) {
      const port = await listening(
        bed.t,
        jsonServer((_req, res) => void res.writeHead(302, { location: 'http://login.example/' }).end()),
      );
      at(bed, `http://127.0.0.1:${port}/v1`);
      return { how: 'commands', fill: { 'https://…': await provider(bed) } };
    },
  },
  {
    broken: 'The company proxy wants a user name and password (407)',
    args,
    expected: { ...lost, summary: /does not accept the user name/ },
    async plant(bed) {
      const { better } = await refusing(bed, '407 Login');
      return { how: 'commands', typed: better.replace('http://', 'http://me:p%40ss@') };
    },
  },
  {
    broken: 'The company proxy does not let requests to the provider through (403)',
    args,
    expected: { ...lost, summary: /does not let requests to provider\.example/ },
    async plant(bed) {
      await refusing(bed, '403 No');
      return {
        how: 'told',
        text: /ask who runs the proxy to let provider\.example:443 through/,
        why: 'who runs the proxy',
      };
    },
  },
  {
    broken: 'The company proxy cannot reach the provider (503)',
    args,
    expected: { ...lost, summary: /cannot reach provider\.example/ },
    async plant(bed) {
      await refusing(bed, '503 No');
      return { how: 'told', text: /who runs the proxy has to look at it/, why: 'who runs the proxy' };
    },
  },
  {
    broken: 'The company proxy is down, or belongs to another network',
    args,
    expected: { ...lost, summary: /the proxy 127\.0\.0\.1:\d+/ },
    async plant(bed) {
      const better = await behindProxy(bed);
      bed.env['HTTPS_PROXY'] = `http://127.0.0.1:${await freePort()}`;
      return {
        how: 'followed',
        text: /connect to the network \(or VPN\) of the proxy/,
        by: `export HTTPS_PROXY=${better}`,
      };
    },
  },
  {
    broken: 'HTTPS_PROXY names a SOCKS proxy',
    args: proxyCheck,
    expected: { check: 'proxy-env', ...offline, summary: /SOCKS/ },
    plant(bed): Cure {
      bed.env['HTTPS_PROXY'] = 'socks5://127.0.0.1:1080';
      return byCommands;
    },
  },
  {
    broken: 'The password in HTTPS_PROXY has an @ that is not escaped as the end of a host',
    args: proxyCheck,
    expected: { check: 'proxy-env', ...offline, summary: /names no http or https proxy/ },
    plant(bed): Cure {
      bed.env['https_proxy'] = 'http://me:pa ss#word@proxy.example:3128';
      return byCommands;
    },
  },
  {
    broken: 'NO_PROXY does not name this machine',
    args: proxyCheck,
    expected: {
      check: 'proxy-env',
      level: 'warn',
      side: 'client',
      summary: /without 127\.0\.0\.1 in NO_PROXY/,
    },
    plant(bed): Cure {
      bed.env['HTTPS_PROXY'] = 'http://proxy.example:3128';
      bed.env['NO_PROXY'] = 'intranet.example';
      return byCommands;
    },
  },
  {
    broken: 'Only HTTP_PROXY is set, which https does not use',
    args: proxyCheck,
    expected: { check: 'proxy-env', level: 'warn', side: 'client', summary: /requested without a proxy/ },
    plant(bed): Cure {
      bed.env['HTTP_PROXY'] = 'http://proxy.example:3128';
      bed.env['NO_PROXY'] = 'localhost,127.0.0.1';
      return byCommands;
    },
  },
  {
    broken: 'NODE_EXTRA_CA_CERTS names a file that is not there',
    args: ['certificates', '--offline'],
    expected: { check: 'certificates', ...offline, summary: /cannot be read \(ENOENT\)/ },
    plant(bed): Cure {
      bed.env['NODE_EXTRA_CA_CERTS'] = `${bed.at.dir}/company.pem`;
      return byCommands;
    },
  },
  {
    broken: 'The verification of certificates is switched off',
    args: ['certificates', '--offline'],
    expected: {
      check: 'certificates',
      level: 'warn',
      side: 'client',
      summary: /NODE_TLS_REJECT_UNAUTHORIZED=0/,
    },
    plant(bed): Cure {
      bed.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      return byCommands;
    },
  },
  {
    broken: 'The clock of this machine is an hour ahead',
    args,
    expected: {
      check: 'reachable',
      level: 'warn',
      side: 'client',
      summary: /clock is 60 min ahead of the provider's/,
    },
    async plant(bed) {
      const { url } = await startProvider(bed.t, {
        strict: false,
        answer: () => {
          const refused = refuse(400);
          const date = new Date(Date.now() - 3_600_000).toUTCString();
          return { reply: { status: 400, ...refused.reply, headers: { ...refused.reply?.headers, date } } };
        },
      });
      at(bed, `${url}/v1`);
      return {
        how: 'told',
        text: /set the clock, or turn on automatic time/,
        why: 'the administrator of this machine',
      };
    },
  },
];
