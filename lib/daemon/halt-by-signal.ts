/**
 * Stops a proxy that has no record here, and so no token for its control endpoints: with the signals on which it lets streams
 * finish, and then ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toNumber } from '../json.ts';
import { OccError } from '../errors.ts';
import type { AddressedProxy, Owner } from './by-address.ts';
import type { Halted } from './halt.ts';
import { findHealth } from './probe.ts';
import { beginningOf, isAlive } from './process.ts';

/**
 * The proxy, if its process is known to be one of this user's. OccError `proxy_unrecorded` for any other: its pid may belong to
 * another process here.
 */
export function requireOwn(proxy: AddressedProxy): AddressedProxy {
  if (proxy.owner === 'own') return proxy;
  const { url, pid } = proxy;
  const [why, remedy] = reasons[proxy.owner];
  throw new OccError(
    'proxy_unrecorded',
    `the proxy on ${url} (pid ${pid}) cannot be ended from here: it has no record in this home directory, and ${why}`,
    { remedy },
  );
}

const reasons: Readonly<Record<Exclude<Owner, 'own'>, readonly [why: string, remedy: string]>> = {
  trusted: [
    'another program listens for it, as for a container',
    'run occ stop where it runs: docker exec <container> occ stop, or on the machine that ssh -L leads to',
  ],
  other: ['it belongs to another user', 'run occ stop as that user'],
  unknown: [
    'this system does not tell which process listens there',
    'run occ stop in the home directory from which it was started',
  ],
};

/** Milliseconds that it gets to end without live streams. */
const graceMs = 5000;
const pollMs = 50;

/**
 * Stops it within `drainMs` plus ten seconds. The proxy itself cuts streams ten seconds after the first signal. Call it only
 * for a proxy whose owner is `own`. Never rejects.
 */
export async function haltBySignal({ pid, url }: AddressedProxy, drainMs: number): Promise<Halted> {
  const began = beginningOf(pid);
  const runs = (): boolean => isAlive(pid) && beginningOf(pid) === began;
  const ends = async (limitMs: number): Promise<boolean> => {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(pollMs)) if (!runs()) return true;
    return !runs();
  };
  send(pid, 'SIGTERM');
  if (await ends(Math.max(drainMs, pollMs))) return { how: 'stopped' };
  const cut = toNumber((await findHealth(url))?.['live']);
  // The second signal cuts what is live.
  if (runs()) send(pid, 'SIGTERM');
  if (await ends(graceMs)) return { how: 'stopped', ...(cut !== undefined && { cut }) };
  send(pid, 'SIGKILL');
  await ends(graceMs);
  return { how: 'killed' };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
