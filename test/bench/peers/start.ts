/** Starts a peer in the same run, so that it meets the same machine as occ. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from '../cleanup.ts';
import { installed } from './install.ts';
import type { Peer } from './peer.ts';

export interface RunningPeer {
  pid: number;
  port: number;
  stop: () => Promise<void>;
}

/** Milliseconds for a peer to start, and to stop. */
const patienceMs = 60_000;

/** Starts a peer in a home directory of its own. Resolves when it listens; rejects with what it printed if it ends before. */
export async function startPeer(peer: Peer, upstreamPort: number): Promise<RunningPeer> {
  const home = mkdtempSync(join(tmpdir(), 'occ-bench-peer-'));
  const remove = atEnd(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  mkdirSync(join(home, 'work'));
  const port = await freePort();
  const { node, program } = peer.configure(home, port, upstreamPort);
  const child = spawn(process.execPath, [...node, join(installed(peer), peer.program), ...program], {
    // The servers of both peers listen where HOST says.
    env: { PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':'), HOME: home, HOST: '127.0.0.1' },
    cwd: join(home, 'work'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = atEnd(() => void child.kill('SIGKILL'));
  let printed = '';
  const keep = (text: string) => (printed = (printed + text).slice(-2000));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    kill();
    await ended;
    remove();
  };
  try {
    await listens(port, () => child.exitCode !== null || child.signalCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`${peer.name} does not start: ${String(error)}\n${printed}`, { cause: error });
  }
  return { pid: child.pid ?? 0, port, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

async function listens(port: number, hasEnded: () => boolean): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await accepts(port))) {
    if (hasEnded()) throw new Error('it has ended');
    if (performance.now() > until) throw new Error('it does not listen');
    await sleep(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
