/** Names of hosts and addresses of this machine, in every form in which they are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOfAuthority, toHostName } from '../lib/host-name.ts';
import { isLoopback, isUnspecified, localUrl } from '../lib/loopback.ts';

test('a host has one form, however it is written', () => {
  for (const [written, name] of [
    ['My-NAS.local', 'my-nas.local'],
    ['my-nas.local.', 'my-nas.local'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['XN--bcher-kva.example', 'xn--bcher-kva.example'],
    ['192.168.1.5', '192.168.1.5'],
    ['0xc0.168.1.5', '192.168.1.5'],
    ['[FE80::1]', 'fe80::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80::0:1', 'fe80::1'],
    ['host_with_underscore', 'host_with_underscore'],
  ] as const)
    assert.equal(toHostName(written), name, written);
});

test('what is no single host has no name', () => {
  for (const written of [
    '',
    '*',
    '*.local',
    'http://nas.local',
    'nas.local:3456',
    '[::1]:80',
    '[::1',
    'nas.local/x',
    'me@nas.local',
    'a,b',
    'a b',
    'nas.local\n',
    '%6c',
    'fe80::1%eth0',
    '.local',
    'a..b',
    '.',
    '1.2.3.4.5',
    'a\\b',
    'a#b',
    'a?b',
  ])
    assert.equal(toHostName(written), undefined, written);
});

test('the host of an authority, with and without a port', () => {
  for (const [authority, name] of [
    ['nas.local:3456', 'nas.local'],
    ['NAS.local.:3456', 'nas.local'],
    ['nas.local:', 'nas.local'],
    ['[::1]:3456', '::1'],
    ['[::1]', '::1'],
    ['::1', undefined],
    ['', undefined],
    [':3456', undefined],
    ['nas.local:port', undefined],
    ['nas.local:65536', undefined],
    ['evil.example@localhost', undefined],
    ['localhost@evil.example', undefined],
    ['localhost:1:2', undefined],
    ['localhost/', undefined],
    ['[::1]x', undefined],
  ] as const)
    assert.equal(hostOfAuthority(authority), name, authority);
});

test('loopback and unspecified addresses in unusual forms', () => {
  for (const host of ['localhost.', 'app.localhost', '127.1', '0x7f.0.0.1', '::ffff:127.0.0.1', '[0::1]'])
    assert.equal(isLoopback(host), true, host);
  for (const host of ['localhost.example', '::ffff:128.0.0.1', '0.0.0.0', '::', '128.1', ''])
    assert.equal(isLoopback(host), false, host);
  for (const host of ['', '0.0.0.0', '0', '::', '[::]', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'])
    assert.equal(isUnspecified(host), true, host);
  for (const host of ['127.0.0.1', '::1', '0.0.0.1', 'nas.local'])
    assert.equal(isUnspecified(host), false, host);
});

test('clients on this machine reach a server that listens on every address by loopback', () => {
  for (const [host, url] of [
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['0', 'http://127.0.0.1:80'],
    ['', 'http://127.0.0.1:80'],
    ['::', 'http://[::1]:80'],
    ['[::]', 'http://[::1]:80'],
    ['0:0:0:0:0:0:0:0', 'http://[::1]:80'],
    ['192.168.1.5', 'http://192.168.1.5:80'],
    ['fe80::1', 'http://[fe80::1]:80'],
    ['nas.local', 'http://nas.local:80'],
  ] as const)
    assert.equal(localUrl(host, 80), url, host);
});
