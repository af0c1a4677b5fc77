/** Runs `occ report`: makes the report, says what it holds, asks, and writes it. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Random } from '../../captures/scrub/characters.ts';
import { toReport, type Report } from '../../captures/to-report.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { quote } from '../../shell-word.ts';
import { reasonOf } from '../../system-error.ts';
import { withTilde } from '../../tilde.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import { canAsk, openPrompts } from '../../terminal/prompts.ts';
import { say, warn } from '../../terminal/talk.ts';
import { findCapture } from '../replay/sources.ts';
import { renderContents, renderWarnings, type ReportResult } from './page.ts';

export interface ReportOptions extends GlobalOptions {
  output?: string;
  yes?: boolean;
}

/**
 * Resolves to the exit code. OccError `report_leaks` if a word of the conversation is in the report, `report_unconfirmed`
 * if there is no terminal to ask on, `report_exists` or `report_unwritable`.
 */
export async function runReport(
  given: string | undefined,
  options: ReportOptions,
  system: System,
  output: Output,
): Promise<number> {
  const capture = await findCapture(given, system);
  const asks = options.yes !== true && options.output === undefined;
  if (asks && (output.json || !canAsk(system))) throw unconfirmed(given ?? capture.id);
  const report = await withProgress(output, 'replacing the text', toReport(capture, secureRandom()));
  if (report.leaked.length > 0) throw leaks(report.leaked.length);
  const text = `${JSON.stringify(report.capture, undefined, 1)}\n`;
  const file = resolve(system.cwd, options.output ?? `occ-report-${capture.id}.json`);
  const result = toResult(report, Buffer.byteLength(text));
  if (!output.json) for (const line of renderContents(result, output.stderrStyle)) output.info(line);
  for (const line of renderWarnings(result)) await warn(output, line);
  if (
    asks &&
    !(await openPrompts(system, output, 'nothing was written').confirm(
      `Write ${withTilde(file, system.home)}?`,
    ))
  ) {
    await say(output, 'nothing was written');
    return exitCodes.ok;
  }
  write(file, text);
  if (output.json) output.printJson({ ...result, file });
  else output.print(`written to ${withTilde(file, system.home)}; run it with occ replay ${quote(file)}`);
  return exitCodes.ok;
}

function toResult({ capture, counts, unlike, outdated }: Report, bytes: number): ReportResult {
  const { id, at, occ, record, attempts, plan } = capture;
  return {
    id,
    at,
    occ,
    ending: record.ending,
    file: null,
    bytes,
    replaced: { ...counts },
    attempts: attempts.length,
    models: [...new Set(plan.candidates.map(({ route }) => `${route.provider}/${route.modelId}`))],
    same: unlike === undefined,
    unlike: unlike ?? null,
    outdated,
  };
}

/** Unpredictable numbers from 0 up to, but not including, 1; fetched in blocks. */
function secureRandom(): Random {
  const size = 4096;
  let block = randomBytes(size);
  let at = 0;
  return () => {
    if (at + 4 > size) {
      block = randomBytes(size);
      at = 0;
    }
    const value = block.readUInt32LE(at);
    at += 4;
    return value / 2 ** 32;
  };
}

/** A file that exists is never replaced, and neither is what a link points to. One that cannot be written whole is removed. */
function write(file: string, text: string): void {
  let opened: number | undefined;
  try {
    opened = openSync(file, 'wx', 0o600);
    writeFileSync(opened, text);
  } catch (error) {
    if (opened !== undefined) rmSync(file, { force: true });
    throw unwritable(file, (error as NodeJS.ErrnoException).code ?? '', error);
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

function unwritable(file: string, code: string, cause: unknown): OccError {
  if (code === 'EEXIST') {
    const kind = statSync(file, { throwIfNoEntry: false });
    return new OccError(
      'report_exists',
      `${file} ${kind?.isDirectory() ? 'is a folder' : 'exists and is not replaced'}`,
      {
        remedy: kind?.isDirectory()
          ? `give the name of a new file in it: --output ${quote(join(file, 'report.json'))}`
          : `give the name of a new file with --output${kind?.isFile() ? ', or remove that one' : ''}`,
        cause,
      },
    );
  }
  const reason = code === 'ENOENT' ? `there is no folder ${dirname(file)}` : reasonOf(code);
  return new OccError('report_unwritable', `${file} cannot be written: ${reason}`, {
    remedy: ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
      ? 'free some disk space, or give a file on another disk with --output'
      : 'give a file in a folder that you can write with --output',
    cause,
  });
}

function unconfirmed(named: string): OccError {
  return new OccError(
    'report_unconfirmed',
    'there is no terminal to ask whether the report should be written',
    {
      exitCode: exitCodes.usage,
      remedy: `occ report ${quote(named)} --yes writes it into this folder; --output names the file`,
    },
  );
}

function leaks(words: number): OccError {
  return new OccError(
    'report_leaks',
    `the report was not written: ${words} words of the conversation would still be in it, which is a bug of occ`,
    { remedy: 'report that the request cannot be reported, with the version that occ --version prints' },
  );
}
