/** The host of a proxy that stays: it leaves a record of itself, and there is one of it at a time. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { variablesFor } from '../../clients/claude.ts';
import { findPlaces } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { findHealth } from '../../daemon/probe.ts';
import { writeRecord, type ProxyRecord } from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { version } from '../../version.ts';
import { answersToOwner, type Owner } from '../../host/owner.ts';
import type { Renewal } from '../../host/live-settings.ts';
import { openHost, type Host } from '../../host/host.ts';
import { findRecorded } from '../../daemon/running.ts';
import { toStartedWith, type StartOptions } from './options.ts';
import type { World } from '../../terminal/world.ts';

/** OccError `already_running` when one answers; a record that is no longer true is passed over, with a word to `output`. */
export async function refuseSecond(world: World, output?: Output): Promise<void> {
  const found = await findRecorded(world);
  if (found === undefined) return;
  const { record, state } = found;
  if (state === 'stale') {
    return output?.warn(`occ: the record of an earlier proxy (pid ${record.pid}) was stale and is replaced`);
  }
  throw alreadyRunning(record.url, record.pid, state === 'silent');
}

function alreadyRunning(url: string, pid: unknown, silent = false): OccError {
  const what = silent ? 'is there, but does not answer' : 'is running already';
  return new OccError('already_running', `a proxy (pid ${String(pid)}) ${what} on ${url}`, {
    remedy: 'occ stop ends it, occ restart starts it anew, occ env prints what a client needs',
  });
}

export interface Recorded {
  host: Host;
  owner: Owner;
  record: ProxyRecord;
}

/** Opens the host and leaves a record of it; nothing stays open when either fails. */
export async function openRecorded(
  options: StartOptions,
  settings: Settings,
  world: World,
  output: Output,
  renewal: Renewal,
): Promise<Recorded> {
  const { stateDir, runtimeDir } = findPlaces({ env: world.env, home: world.home });
  const instance = randomBytes(12).toString('hex');
  const token = randomBytes(32).toString('base64url');
  const startedAt = new Date();
  let live: Host | undefined;
  const owner = answersToOwner({ instance, token, startedAt, host: () => live as Host, variablesFor });
  const opened = await openHost({
    settings,
    trial: options.emulator === true,
    host: settings.host,
    port: settings.port,
    stateDir,
    control: owner.control,
    renewal,
    listenFailure: exitCodes.failed,
    onSilentLog: (reason) => output.warn(`occ: no log is written (${reason})`),
  }).catch(async (error: unknown) => {
    throw await whoseport(error, settings);
  });
  live = opened;
  const { url, host, port } = opened.proxy;
  const record: ProxyRecord = {
    instance,
    pid: process.pid,
    url,
    host,
    port,
    version,
    started_at: startedAt.toISOString(),
    control: token,
    program: basename(process.argv[1] ?? ''),
    options: toStartedWith(options),
    log: opened.logPath,
  };
  try {
    writeRecord(runtimeDir, record);
  } catch (error) {
    await opened.close(0);
    throw unrecorded(runtimeDir, error);
  }
  return { host: opened, owner, record };
}

/** A port in use may be in use by another occ, of which this home holds no record. */
async function whoseport(error: unknown, { host, port }: Settings): Promise<unknown> {
  if (!(error instanceof OccError) || error.code !== 'port_in_use') return error;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const health = await findHealth(url);
  return health ? alreadyRunning(url, health['pid']) : error;
}

function unrecorded(runtimeDir: string, cause: unknown): OccError {
  const { code } = cause as NodeJS.ErrnoException;
  return new OccError('record_unwritable', `cannot write the proxy's record in ${runtimeDir} (${code})`, {
    remedy: 'free some space, or make that directory writable; without a record occ stop would not find it',
    cause,
  });
}
