/** Who listens on an address is read from the tables of Linux, and from lsof elsewhere. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { listenersOn, ownerOfPort, parseLsof, parseTable } from '../../lib/daemon/listener.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0D80 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 172 1 0000000000000000 100 0 0 10 0
   1: 00000000:0D80 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 173 1 0000000000000000 100 0 0 10 0
   2: 0100007F:0D80 0100007F:89ED 01 00000000:00000000 00:00000000 00000000  1001        0 174 1 0000000000000000 20 0 0 10 -1
   3: 0100007F:0D81 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1002        0 175 1 0000000000000000 100 0 0 10 0
`;

const table6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:0D80 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 181 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000000000000:0D80 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 182 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:0D80 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1003        0 183 1 0000000000000000 100 0 0 10 0
   3: B80D0120000000000000000001000000:0D80 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1004        0 184 1 0000000000000000 100 0 0 10 0
`;

test('the sockets that listen on a port are read with their addresses and users', () => {
  assert.deepEqual(parseTable(table, 3456, true), [
    { address: '127.0.0.1', uid: 1000, inode: '172' },
    { address: '0.0.0.0', uid: 0, inode: '173' },
  ]);
  assert.deepEqual(
    parseTable(table6, 3456, true).map(({ address, uid }) => [address, uid]),
    [
      ['::1', 1000],
      ['::', 0],
      ['127.0.0.1', 1003],
      ['2001:db8::1', 1004],
    ],
  );
  // Machines with the other order of bytes write the address as people do.
  assert.equal(parseTable(table.replaceAll('0100007F', '7F000001'), 3456, false)[0]?.address, '127.0.0.1');
  assert.deepEqual(parseTable('', 3456, true), []);
});

test('the output of lsof names processes and users', () => {
  const listeners = parseLsof('p812\nu501\nf23\np813\nu501\nf9\np900\nu0\nf4\n');
  assert.deepEqual(listeners.users, [501, 0]);
  assert.deepEqual(
    [812, 813, 501, 23].map((pid) => listeners.has(pid)),
    [true, true, false, false],
  );
});

const linux = { skip: process.platform === 'linux' ? false : 'reads /proc' };

test(
  'the server of this process is found, and distinguished from one on another address',
  linux,
  async (t) => {
    const open = async (host: string, port = 0): Promise<number> => {
      const server = createServer().listen(port, host);
      t.after(() => server.close());
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    };
    const port = await open('127.0.0.1');
    const found = await listenersOn('127.0.0.1', port);
    assert.deepEqual(
      [found?.users, found?.has(process.pid), found?.has(1)],
      [[process.getuid?.()], true, false],
    );
    assert.match(ownerOfPort(port) ?? '', new RegExp(`\\(pid ${process.pid}\\)$`));
    // Nobody listens on this address.
    assert.deepEqual((await listenersOn('127.0.0.2', port))?.users, []);
    const everywhere = await open('0.0.0.0');
    assert.equal((await listenersOn('127.0.0.1', everywhere))?.has(process.pid), true);
    assert.equal((await listenersOn('::ffff:127.0.0.1', everywhere))?.has(process.pid), true);
  },
);
