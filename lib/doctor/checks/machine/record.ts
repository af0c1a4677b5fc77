/** Checks that the record of a background proxy matches a running proxy. */
import { existsSync } from 'node:fs';
import { findPlaces } from '../../../config/paths.ts';
import { withTilde } from '../../../tilde.ts';
import { probe } from '../../../daemon/probe.ts';
import { readRecord, recordFile } from '../../../daemon/record.ts';
import { skip, type Check, type CheckResult } from '../../check.ts';

export const record: Check = {
  code: 'record',
  title: 'the record of a background proxy is correct',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 5000,
  async run({ machine, isBusy }): Promise<CheckResult> {
    const { runtimeDir } = findPlaces(machine);
    const found = readRecord(runtimeDir);
    const file = withTilde(recordFile(runtimeDir), machine.home);
    if (found === undefined) {
      if (!existsSync(recordFile(runtimeDir)))
        return { level: 'ok', summary: 'no proxy runs in the background' };
      return {
        level: 'warn',
        summary: `${file} is not a valid record`,
        fault: 'client',
        remedy: { text: 'occ start replaces it', commands: [`rm ${recordFile(runtimeDir)}`] },
      };
    }
    const { pid, url } = found;
    switch (await probe(found)) {
      case 'running':
        return { level: 'ok', summary: `${url}, pid ${pid}, since ${found.started_at}` };
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
      case 'stale':
        return {
          level: 'warn',
          summary: `${file} names pid ${pid}, which has ended`,
          fault: 'client',
          remedy: { text: 'occ start replaces it; this removes it', commands: ['occ stop'] },
        };
    }
  },
};
