/** Prints what `occ config import` took, what it did not take and why, and which keys it found. */
import { keyPath } from '../../../config/imports/keys.ts';
import type { Imported } from '../../../config/imports/importing.ts';
import { masked } from '../../../config/providers/credentials.ts';
import { say, warn } from '../../../terminal/talk.ts';
import { widthOf } from '../../../terminal/width.ts';
import { wrap } from '../../../terminal/wrap.ts';
import { withTilde } from '../../../tilde.ts';
import { printWarnings, type ConfigCall } from '../call.ts';
import { configOption } from '../../../config/remedies.ts';
import type { Mode } from './choose.ts';
import type { Planned, Written } from './write.ts';

export interface Report extends Written {
  tool: string;
  title: string;
  /** Their file. */
  source: string;
  /** Ours. */
  file: string;
  dryRun: boolean;
  mode: Mode;
  /** Whether keys were copied. */
  copied: boolean;
  imported: Imported;
  planned: Planned;
  /** The file of another tool that was read until now. */
  replaces: string | undefined;
  ready: boolean;
  /** Commands. */
  next: readonly string[];
}

interface Key {
  path: string;
  /** Where it is, or would be, in the file of occ. */
  to: string;
  variable: string | null;
  copied: boolean;
  value: string;
}

/** Far more than a person reads. */
const mostLines = 120;

export async function printReport(call: ConfigCall, report: Report): Promise<void> {
  const { output, system } = call;
  const { imported, planned, written, created, backup, dryRun } = report;
  const keys = keysOf(report);
  if (output.json) {
    output.printJson({
      tool: report.tool,
      source: report.source,
      file: report.file,
      dry_run: dryRun,
      mode: report.mode,
      changed: written,
      created: written && created,
      backup,
      taken: imported.taken,
      left: imported.left,
      kept: planned.merge?.kept ?? [],
      keys,
      notes: notesOf(report),
      config: planned.added,
      ready: report.ready,
      warnings: report.warnings,
      next: report.next,
    });
    return;
  }
  const { style } = output;
  const width = widthOf(system.stdout);
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    output.print(style.bold(title));
    for (const line of lines.slice(0, mostLines))
      for (const [index, part] of (width === undefined ? [line] : wrap(line, width - 4)).entries())
        output.print(`${index === 0 ? '  ' : '    '}${part}`);
    if (lines.length > mostLines) output.print(`  and ${lines.length - mostLines} more; --json prints all`);
  };
  const { home } = system;
  output.print(`${withTilde(report.source, home)} (${report.title})`);
  section(
    'taken',
    imported.taken.map(({ from, to }) => (from === to ? from : `${from} → ${to}`)),
  );
  section(
    'not taken',
    imported.left.map(({ path, reason }) => `${path || 'the file'}: ${reason}`),
  );
  section('not changed, because the file of occ has its own', planned.merge?.kept ?? []);
  section(
    'keys',
    keys.map((key) => lineOf(key, call)),
  );
  if (dryRun) {
    output.print(
      style.bold(
        `would be ${report.mode === 'merge' ? 'added to' : 'written to'} ${withTilde(report.file, home)}`,
      ),
    );
    output.printText(JSON.stringify(planned.added, null, 2));
  }
  for (const note of notesOf(report)) await say(output, note);
  await printWarnings(output, report.warnings);
  await printOutcome(call, report);
}

async function printOutcome(call: ConfigCall, report: Report): Promise<void> {
  const { output, system } = call;
  const { written, dryRun, ready, backup, replaces } = report;
  const file = withTilde(report.file, system.home);
  if (dryRun) await say(output, 'nothing was written');
  else if (!written) await say(output, `${file} has all of it already; nothing was written`);
  else
    await say(
      output,
      `${report.created ? 'written' : 'changed'} ${file}; ${ready ? 'it is valid' : 'it is valid, but not ready: a key is missing'}`,
    );
  if (backup !== null) await say(output, `the previous version, which may contain a key, is ${backup}`);
  if (replaces !== undefined && written)
    await warn(output, `${withTilde(replaces, system.home)} is no longer read; it was not changed`);
  output.info(`occ: next: ${report.next.join('\n           ')}`);
}

function notesOf({ imported, planned }: Report): string[] {
  const renamed = [...(planned.merge?.renamed ?? [])].map(
    ([from, to]) => `the file of occ has another provider ${from}, so the imported one is ${to}`,
  );
  const token = planned.newToken
    ? ['the file has a new auth_token, which clients of occ start must present: occ env']
    : [];
  return [...imported.notes, ...renamed, ...token];
}

function keysOf({ imported, copied, planned }: Report): Key[] {
  return imported.slots.flatMap((slot) => {
    const to = keyPath(slot);
    const isKept = planned.merge?.kept.some((path) => to === path || to.startsWith(`${path}.`)) === true;
    return slot.items.map(({ from, variable }): Key => ({
      path: from,
      to,
      variable: variable ?? null,
      copied: !isKept && (copied || variable !== undefined),
      value: masked,
    }));
  });
}

function lineOf({ path, to, variable, copied }: Key, { options }: ConfigCall): string {
  if (variable !== null) return `${path}: \${${variable}} → ${to}`;
  if (copied) return `${path}: ${masked} copied to ${to}`;
  return `${path}: ${masked} not copied: --copy-keys, or occ config set ${to} --stdin${configOption(options.config)}`;
}
