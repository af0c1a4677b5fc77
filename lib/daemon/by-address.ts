/**
 * Finds a proxy without its record, by a request to the configured address. Its endpoints for control stay closed then, and
 * what answers may be the proxy of another user or another program, so the owner of the socket is looked up.
 */
import { readEffective } from '../config/file/effective.ts';
import type { HomeContext } from '../config/paths.ts';
import { toNumber, toText, type JsonObject } from '../json.ts';
import { localUrl } from '../loopback.ts';
import { listenersOn } from './listener.ts';
import { askHealth, runsProxy } from './probe.ts';

/**
 * - `own`: the process that it names belongs to this user and listens there, so it may be sent a signal.
 * - `trusted`: this user or root listens there on its behalf, as the engine of a container or `ssh -L` does.
 * - `other`: another user listens there, who must not get a token.
 * - `unknown`: the system does not report who listens there.
 */
export type Owner = 'own' | 'trusted' | 'other' | 'unknown';

export interface AddressedProxy {
  url: string;
  pid: number;
  owner: Owner;
  /** The id of the user who listens there, if it is another one. */
  user?: number;
  /** What /health answers. */
  health: JsonObject;
}

/** Undefined if no occ answers on the configured address, or if any free port is configured. */
export async function findByAddress(world: HomeContext): Promise<AddressedProxy | undefined> {
  const { host, port } = await configuredAddress(world);
  if (port === 0) return undefined;
  return findAt(host, port);
}

/** Milliseconds until it must answer. No record says that it is there, so a slow one is waited for longer. */
const limitMs = 5000;

/** The proxy that answers where one with this host and port listens. */
export async function findAt(host: string, port: number): Promise<AddressedProxy | undefined> {
  const url = localUrl(host, port);
  const answer = await askHealth(url, limitMs);
  if (answer === undefined) return undefined;
  const { health, address } = answer;
  const pid = toNumber(health['pid']) ?? 0;
  const listeners = await listenersOn(address, port);
  const me = process.getuid?.();
  const users = listeners?.users ?? [];
  // The process ids of a container mean something else here, or nothing.
  const isForwarder = !(await runsProxy(pid));
  if (users.length === 0 || me === undefined) return { url, pid, owner: 'unknown', health };
  const user = users.find((id) => id !== me && (id !== 0 || !isForwarder));
  if (user !== undefined) return { url, pid, owner: 'other', user, health };
  const own = users.every((id) => id === me) && listeners?.has(pid) === true;
  return { url, pid, owner: own ? 'own' : 'trusted', health };
}

const defaults = { host: '127.0.0.1', port: 3456 };

/** Mistakes elsewhere in the configuration do not matter, and one that cannot be read counts as missing. */
async function configuredAddress({ env, home }: HomeContext): Promise<{ host: string; port: number }> {
  try {
    const { merged } = await readEffective({ env, home });
    const { host, port } = merged.tree;
    return { host: toText(host) || defaults.host, port: toNumber(port) ?? defaults.port };
  } catch {
    return defaults;
  }
}
