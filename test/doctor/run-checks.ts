/** Runs doctor in this process with a configuration in a temporary home. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Finding } from '../../lib/doctor/check.ts';
import { checks } from '../../lib/doctor/checks/checks.ts';
import { runDoctor } from '../../lib/doctor/run.ts';
import { select, type Selection } from '../../lib/doctor/select.ts';
import { findSubjects, type SubjectFilter } from '../../lib/doctor/subjects.ts';
import { OccError } from '../../lib/errors.ts';
import { loadSettings } from '../../lib/config/load.ts';
import { join } from 'node:path';
import { chmodSync } from 'node:fs';
import { put, scratchHome } from '../config/scratch.ts';
import { hangMs } from '../support/limits.ts';

/** The checks, with time limits that no busy machine reaches. */
const unhurried = checks.map((check) =>
  Object.assign({}, check, { limitMs: Math.max(check.limitMs, hangMs) }),
);

export interface RunOptions extends Partial<Selection> {
  config?: unknown;
  home?: string;
  env?: Record<string, string>;
  subjects?: SubjectFilter;
  /** The duration of the two-minute stream; 2 by default. */
  streamSeconds?: number;
  limitMs?: number;
}

export async function runChecks(t: TestContext, options: RunOptions): Promise<Finding[]> {
  const { codes = [], only, quick = false, long = false, streamSeconds = 2, limitMs } = options;
  const home = options.home ?? scratchHome(t);
  const file = join(home, '.config/occ/config.json');
  if (options.config !== undefined) {
    put(file, options.config);
    chmodSync(file, 0o600);
    chmodSync(join(home, '.config/occ'), 0o700);
  }
  const env = { PATH: '/nowhere', HOME: home, ...options.env };
  const loaded = await loadSettings({ env, home }).catch((error: unknown) => {
    if (error instanceof OccError) return error;
    throw error;
  });
  const subjects =
    loaded instanceof OccError
      ? { providers: [], models: [] }
      : findSubjects(loaded.settings, options.subjects);
  const findings = await runDoctor({
    instances: select(unhurried, { codes, quick, long, ...(only && { only }) }, subjects),
    machine: { env, home, cwd: home, platform: process.platform },
    loaded,
    offline: only === 'offline',
    streamSeconds,
    signal: new AbortController().signal,
    ...(limitMs !== undefined && { limitMs }),
  });
  for (const each of findings) assertNextStep(each);
  return findings;
}

/** Every problem has a next step, and no command puts a secret into the history of a shell. */
function assertNextStep({ code, level, fault, remedy }: Finding): void {
  if (level !== 'fail' && level !== 'warn') return;
  assert.ok(fault !== undefined && remedy !== undefined && remedy.text !== '', code);
  assert.ok(remedy.commands.length > 0, code);
  for (const command of remedy.commands)
    assert.doesNotMatch(command, /\bexport \w*(?:KEY|TOKEN)\w*=|api_key \S*(?:sk-|…)/, code);
}

/** The only finding with this code, for `subject` if there are several subjects. */
export function finding(findings: readonly Finding[], code: string, subject?: string): Finding {
  const found = findings.filter(
    (each) => each.code === code && (subject === undefined || each.subject === subject),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(
      `${found.length} findings of ${code} ${subject ?? ''}: ${JSON.stringify(findings, null, 1)}`,
    );
  }
  return first;
}

/** One line for each finding that is not ok. */
export function problems(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, code, subject = '', summary }) => `${level} ${code} ${subject} ${summary}`);
}
