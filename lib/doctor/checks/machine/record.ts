/** Checks that the record of a background proxy matches a running proxy, and that a running proxy has one. */
import { existsSync } from 'node:fs';
import { withTilde } from '../../../tilde.ts';
import { recordFile, recordFolders, readRecords } from '../../../daemon/record.ts';
import { findProxy, reasonNotRunning, type Found, type Recorded } from '../../../daemon/running.ts';
import { skip, type Check, type CheckResult, type Machine } from '../../check.ts';

export const record: Check = {
  code: 'record',
  title: 'the record of a background proxy is correct',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 10_000,
  async run({ machine, isBusy }): Promise<CheckResult> {
    const found = await findProxy(machine);
    if (found === undefined || found.state === 'elsewhere') return judgeNone(found, machine);
    if (found.state === 'unrecorded') {
      const { url, pid, owner } = found.proxy;
      if (owner === 'other') return { level: 'ok', summary: reasonNotRunning(found) };
      return {
        level: 'warn',
        summary: `the proxy on ${url} (pid ${pid}) has no record in this home directory`,
        detail: 'It was started with another home directory, or its record cannot be written.',
        fault: 'client',
        remedy: { text: 'start it anew from here', commands: ['occ restart'] },
      };
    }
    return judge(found, machine, isBusy);
  },
};

function judgeNone(found: Found | undefined, machine: Machine): CheckResult {
  const folder = recordFolders(machine).find(
    (one) => readRecords(one).length === 0 && existsSync(recordFile(one)),
  );
  const file = folder && recordFile(folder);
  if (file === undefined)
    return {
      level: 'ok',
      summary: found === undefined ? 'no proxy runs in the background' : reasonNotRunning(found),
    };
  return {
    level: 'warn',
    summary: `${withTilde(file, machine.home)} is not a valid record that only you may have written`,
    fault: 'client',
    remedy: { text: 'occ start replaces it', commands: [`rm ${file}`] },
  };
}

function judge(
  { state, record: { pid, url, started_at } }: Recorded,
  machine: Machine,
  isBusy: () => boolean,
): CheckResult {
  switch (state) {
    case 'running':
      return { level: 'ok', summary: `${url}, pid ${pid}, since ${started_at}` };
    case 'silent':
      if (isBusy())
        return skip(
          'busy',
          `the proxy (pid ${pid}) did not answer, but other programs keep this machine busy`,
        );
      return {
        level: 'fail',
        summary: `the proxy (pid ${pid}) does not answer on ${url}`,
        fault: 'occ',
        remedy: { text: 'stop it, by force if necessary, and start another', commands: ['occ restart'] },
      };
    default:
      return {
        level: 'warn',
        summary: `${withTilde(recordFile(recordFolders(machine)[0] ?? ''), machine.home)} names pid ${pid}, which has ended`,
        fault: 'client',
        remedy: { text: 'occ start replaces it; this removes it', commands: ['occ stop'] },
      };
  }
}
