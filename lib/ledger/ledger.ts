/** The ledger of one proxy: turns the records of its requests into lines. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { EndedRequest } from '../proxy/recent.ts';
import { openLedgerFile, type LedgerFile, type LedgerFileOptions } from './ledger-file.ts';
import { toLedgerRecord } from './record.ts';

export interface LedgerOptions extends Omit<LedgerFileOptions, 'dir'> {
  /** The directory for state. */
  stateDir: string;
  enabled: boolean;
  /** The folder in which the client of this proxy was started. */
  project?: string | undefined;
}

export interface Ledger extends Pick<LedgerFile, 'failure' | 'close'> {
  /** Identifies the lines of this proxy. */
  by: string;
  dir: string;
  note(ended: EndedRequest): void;
  setLimits(limits: { enabled: boolean; days: number }): void;
}

/** Below the directory for state. */
export function ledgerDir(stateDir: string): string {
  return join(stateDir, 'ledger');
}

export function openLedger({ stateDir, project, ...options }: LedgerOptions): Ledger {
  const dir = ledgerDir(stateDir);
  const file = openLedgerFile({ ...options, dir });
  const by = randomBytes(4).toString('hex');
  let { enabled } = options;
  return {
    by,
    dir,
    note(ended) {
      if (enabled) file.add(toLedgerRecord(ended, { by, project }));
    },
    setLimits(limits) {
      enabled = limits.enabled;
      file.setDays(limits.days);
    },
    failure: file.failure,
    close: file.close,
  };
}
