/** Checks that the record of a background proxy matches a running proxy. */
import { existsSync } from 'node:fs';
import { findPlaces } from '../../../config/paths.ts';
import { withTilde } from '../../../tilde.ts';
import { probe } from '../../../daemon/probe.ts';
import { readRecord, recordFile } from '../../../daemon/record.ts';
import type { Check, CheckResult } from '../../check.ts';

export const record: Check = {
  code: 'record',
  title: 'the record of a background proxy is correct',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 5000,
  async run({ machine }): Promise<CheckResult> {
    const { runtimeDir } = findPlaces(machine);
    const found = readRecord(runtimeDir);
    const file = withTilde(recordFile(runtimeDir), machine.home);
    if (found === undefined) {
      if (!existsSync(recordFile(runtimeDir)))
        return { level: 'ok', summary: 'no proxy runs in the background' };
      const remedy = { text: 'occ start replaces it', commands: [`rm ${recordFile(runtimeDir)}`] };
      return { level: 'warn', summary: `${file} is not a valid record`, fault: 'client', remedy };
    }
    const { pid, url } = found;
    switch (await probe(found)) {
      case 'running':
        return { level: 'ok', summary: `${url}, pid ${pid}, since ${found.started_at}` };
      case 'silent':
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
