/** Opens the host of `occ start` and writes the record by which other commands find it; allows one at a time. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { variablesFor } from '../../clients/claude.ts';
import { findPlaces } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { findAt, type AddressedProxy } from '../../daemon/by-address.ts';
import { thisMachine } from '../../daemon/machine.ts';
import { beginningOf } from '../../daemon/process.ts';
import {
  readRecords,
  recordFolders,
  restoreRecord,
  writeRecord,
  type ProxyRecord,
} from '../../daemon/record.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { budgetSentence } from '../../proxy/policy/budget.ts';
import type { Output } from '../../terminal/output.ts';
import { version } from '../../version.ts';
import { controlEndpoints, type ControlEndpoints } from '../../host/control-endpoints.ts';
import type { ReloadSource } from '../../host/live-settings.ts';
import { openHost, type Host } from '../../host/host.ts';
import { sessionFolder } from '../../statusline/session-file.ts';
import { alreadyRunning } from './not-running.ts';
import { toRecordedOptions, type StartOptions } from './options.ts';
import type { System } from '../../terminal/command-context.ts';

export interface Recorded {
  host: Host;
  endpoints: ControlEndpoints;
  record: ProxyRecord;
}

/** Leaves nothing open if the host cannot be opened or the record cannot be written. */
export async function openRecorded(
  options: StartOptions,
  settings: Settings,
  system: System,
  output: Output,
  reloadSource: ReloadSource,
): Promise<Recorded> {
  const { stateDir, runtimeDir, cacheDir } = findPlaces({ env: system.env, home: system.home });
  const folders = recordFolders(system);
  const instance = randomBytes(12).toString('hex');
  const token = randomBytes(32).toString('base64url');
  const startedAt = new Date();
  let live: Host | undefined;
  let written: ProxyRecord | undefined;
  const endpoints = controlEndpoints({
    instance,
    token,
    startedAt,
    host: () => live as Host,
    variablesFor,
    onHealth: () => written && restoreRecord(folders, written),
  });
  const opened = await openHost({
    settings,
    trial: options.emulator === true,
    host: settings.host,
    port: settings.port,
    stateDir,
    control: endpoints.control,
    sessionFolder: sessionFolder(runtimeDir),
    reloadSource,
    listenFailure: exitCodes.failed,
    onLogFailure: (reason) => output.warn(`occ: no log is written (${reason})`),
    cacheDir,
    onBudget: (budget) => output.warn(`occ: ${budgetSentence(budget)}`),
    env: system.env,
    onTraceWarning: (sentence) => output.warn(`occ: ${sentence}`),
    onLedgerFailure: (reason) => output.warn(`occ: occ usage misses requests (${reason})`),
  }).catch(async (error: unknown) => {
    throw await explainPortInUse(error, settings);
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
    options: toRecordedOptions(options),
    log: opened.logPath,
    sessions: sessionFolder(runtimeDir),
    machine: thisMachine(),
    began: beginningOf(process.pid),
  };
  try {
    writeRecord(folders, record);
    written = record;
  } catch (error) {
    await opened.close(0);
    throw unrecorded(runtimeDir, error);
  }
  const believed = folders.some((folder) => readRecords(folder).some((one) => one.instance === instance));
  if (!believed) output.warn(`occ: ${notBelieved(folders.at(-1) ?? '')}`);
  return { host: opened, endpoints, record };
}

/** The port may be used by an occ that has no record here. */
async function explainPortInUse(error: unknown, { host, port }: Settings): Promise<unknown> {
  if (!(error instanceof OccError) || error.code !== 'port_in_use') return error;
  const found = await findAt(host, port);
  if (found === undefined) return error;
  return found.owner === 'other' ? ofAnotherUser(found, error) : alreadyRunning(found.url, found.pid);
}

function ofAnotherUser({ url, pid, user }: AddressedProxy, cause: OccError): OccError {
  const whose = user === undefined ? 'another user' : `another user (id ${user})`;
  return new OccError('port_in_use', `the occ of ${whose}, pid ${pid}, uses ${url}`, {
    exitCode: cause.exitCode,
    cause,
    remedy: 'take another port: occ start --port 0 takes any free one, occ config set port keeps one',
  });
}

/** As after `sudo` with the home directory of another user. */
function notBelieved(folder: string): string {
  return `other commands find this proxy by its address only: ${folder} belongs to another user, or others may write it`;
}

function unrecorded(runtimeDir: string, cause: unknown): OccError {
  const { code } = cause as NodeJS.ErrnoException;
  return new OccError('record_unwritable', `cannot write the proxy's record in ${runtimeDir} (${code})`, {
    remedy: 'free some space, or make that directory writable; without a record occ stop would not find it',
    cause,
  });
}
