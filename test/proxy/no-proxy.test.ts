/** NO_PROXY, row by row; where curl is installed, what it documents is compared with what it does. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { readNoProxy } from '../../lib/proxy/no-proxy.ts';

interface Row {
  list: string;
  direct?: readonly string[];
  proxied?: readonly string[];
  /** curl has it not, or differs, because … */
  notInCurl?: string;
}

/** Its manual says otherwise. */
const asText = '7.88 compares IPv6 addresses as text';

const rows: readonly Row[] = [
  { list: '', proxied: ['corp.example'] },
  { list: ' , ,', proxied: ['corp.example'] },
  { list: '*', direct: ['corp.example', '10.0.0.1', '[fd00::1]'] },
  {
    list: 'corp.example,*',
    direct: ['corp.example', 'other.example', '10.0.0.1', '[fd00::1]'],
    notInCurl: '* counts only alone',
  },
  { list: '* other.example', direct: ['corp.example'], notInCurl: '* counts only alone' },
  {
    list: 'corp.example',
    direct: ['corp.example', 'www.corp.example', 'CORP.example', 'corp.example:8443', 'corp.example.'],
    proxied: ['xcorp.example', 'corp.example.org', 'example'],
  },
  { list: '.corp.example', direct: ['corp.example', 'www.corp.example'], proxied: ['xcorp.example'] },
  { list: 'corp.example.', direct: ['corp.example', 'www.corp.example'] },
  { list: 'CORP.Example', direct: ['corp.example'] },
  { list: ' other.example ,\tcorp.example ', direct: ['corp.example', 'other.example'] },
  { list: 'other.example corp.example', direct: ['corp.example', 'other.example'] },
  { list: 'other.example,,corp.example', direct: ['corp.example'] },
  {
    list: '*.corp.example',
    direct: ['www.corp.example', 'corp.example'],
    proxied: ['xcorp.example'],
    notInCurl: 'no wildcard but *',
  },
  { list: 'corp.*', proxied: ['corp.example'] },
  { list: '*corp.example', proxied: ['xcorp.example', 'corp.example'] },
  {
    list: 'corp.example:8443',
    direct: ['corp.example:8443', 'www.corp.example:8443'],
    proxied: ['corp.example', 'corp.example:443'],
    notInCurl: 'no ports',
  },
  { list: '10.0.0.1:8443', direct: ['10.0.0.1:8443'], proxied: ['10.0.0.1'], notInCurl: 'no ports' },
  { list: '[fd00::1]:8443', direct: ['[fd00::1]:8443'], proxied: ['[fd00::1]'], notInCurl: 'no ports' },
  { list: '10.0.0.1', direct: ['10.0.0.1', '10.0.0.1:99'], proxied: ['10.0.0.10', '110.0.0.1'] },
  { list: '.0.0.1', proxied: ['10.0.0.1'] },
  { list: '0.0.1', proxied: ['10.0.0.1'] },
  { list: 'fd00::1', direct: ['[fd00::1]', '[FD00:0:0:0:0:0:0:1]', '[fd00::1]:99'], proxied: ['[fd00::2]'] },
  { list: '[fd00::1]', direct: ['[fd00::1]'], proxied: ['[fd00::2]'], notInCurl: 'no brackets' },
  { list: '10.0.0.0/8', direct: ['10.9.8.7'], proxied: ['11.0.0.1', '[fd00::1]', 'corp.example'] },
  { list: '192.168.0.0/16', direct: ['192.168.255.1'], proxied: ['192.169.0.1'] },
  { list: '192.168.1.77/31', direct: ['192.168.1.76', '192.168.1.77'], proxied: ['192.168.1.78'] },
  { list: '10.0.0.1/32', direct: ['10.0.0.1'], proxied: ['10.0.0.2'] },
  { list: '10.0.0.1/33', proxied: ['10.0.0.1'] },
  { list: '10.0.0.1/0', direct: ['10.0.0.1'], proxied: ['10.0.0.2'] },
  { list: '10.0.0.0/', proxied: ['10.0.0.0', '10.0.0.1'], notInCurl: 'it depends on the version' },
  { list: '10.0.0.0/x', proxied: ['10.0.0.1'] },
  { list: 'fd00::/8', direct: ['[fd12::3]'], proxied: ['[fe80::1]', '10.0.0.1'], notInCurl: asText },
  { list: 'fd00::/16', direct: ['[fd00:1::]'], proxied: ['[fd01::]'], notInCurl: asText },
  { list: 'fd00::1/128', direct: ['[fd00::1]'], proxied: ['[fd00::2]'], notInCurl: asText },
  { list: 'fd00::1/129', proxied: ['[fd00::1]'] },
  { list: '[fd00::]/8', direct: ['[fd12::3]'], notInCurl: 'no brackets' },
  { list: 'corp.example/8', proxied: ['corp.example'] },
  { list: 'http://corp.example', proxied: ['corp.example'] },
  { list: 'bücher.example', direct: ['xn--bcher-kva.example'], notInCurl: 'it depends on the build' },
];

type Expected = 'direct' | 'proxied';

function decide(list: string, host: string): Expected {
  const { hostname, port } = new URL(`http://${host}`);
  return readNoProxy(list)(hostname, Number(port) || 80) ? 'direct' : 'proxied';
}

const toCases = (row: Row, expected: Expected, hosts: readonly string[] = []) =>
  hosts.map((host) => ({ list: row.list, host, expected, notInCurl: row.notInCurl }));

const cases = rows.flatMap((row) =>
  toCases(row, 'direct', row.direct).concat(toCases(row, 'proxied', row.proxied)),
);

for (const { list, host, expected } of cases)
  test(`NO_PROXY=${JSON.stringify(list)}: ${host} is ${expected}`, () => {
    assert.equal(decide(list, host), expected);
  });

const curl = spawnSync('curl', ['--version']).stdout?.toString() ?? '';
const [, major = '0', minor = '0'] = /^curl (\d+)\.(\d+)/.exec(curl) ?? [];
/** It has networks, and ignores leading dots, since 7.86. */
const comparable = Number(major) > 7 || (major === '7' && Number(minor) >= 86);

test(`curl decides the same${comparable ? '' : ' (not run: no curl, or one older than 7.86)'}`, async (t) => {
  if (!comparable) return;
  // The same server for both ways tells them apart by the request line.
  let seen = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head: Buffer) => {
      seen = head.toString().split('\r\n')[0] ?? '';
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (const { list, host, expected } of cases.filter(({ notInCurl }) => notInCurl === undefined)) {
    seen = '';
    const given = ['-s', '-o', '/dev/null', '-m', '20', '--noproxy', list || ' ', '-x', `127.0.0.1:${port}`];
    const child = spawn('curl', [...given, '--connect-to', `::127.0.0.1:${port}`, `http://${host}/`], {
      env: { PATH: process.env['PATH'] },
      stdio: 'ignore',
    });
    await once(child, 'close');
    const found = seen.startsWith('GET / ')
      ? 'direct'
      : /^(?:CONNECT|GET http)/.test(seen)
        ? 'proxied'
        : seen;
    assert.equal(found, expected, `${list} ${host}: ${seen}`);
  }
});
