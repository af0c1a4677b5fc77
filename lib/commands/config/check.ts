/** `occ config check`: every mistake, everything odd, and whether a key is there. */
import { findCautions } from '../../config/file/cautions.ts';
import { ConfigError } from '../../config/config-error.ts';
import { judge, type Verdict } from '../../config/edit/judge.ts';
import { findConfigFile } from '../../config/paths.ts';
import type { Problem } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { renderOddity, toSource, type ConfigCall } from './call.ts';

interface Findings {
  mistakes: readonly Problem[];
  warnings: readonly Problem[];
  /** False when a key is missing for a provider that some entry names. */
  ready: boolean;
}

/** 78 with a mistake, 0 without: a file that lacks nothing but keys is valid. */
export async function check(call: ConfigCall): Promise<number> {
  const { output } = call;
  const path = findConfigFile(toSource(call))?.file ?? null;
  const { mistakes, warnings, ready } = await examine(call);
  const valid = mistakes.length === 0;
  if (output.json) output.printJson({ valid, ready, path, mistakes, warnings });
  else {
    const { style } = output;
    const tell = (mark: string, problems: readonly Problem[]): void => {
      for (const problem of problems) {
        output.print(`${mark} ${renderOddity(problem)}`);
        if (problem.remedy !== undefined) output.print(style.dim(`  ${problem.remedy}`));
      }
    };
    tell(style.warning('!'), warnings);
    tell(style.bad('✗'), mistakes);
    const mark = valid ? style.good('✓') : style.bad('✗');
    output.print(
      `${mark} ${path ?? 'the defaults (there is no file)'}: ${redactedLine(mistakes.length, ready)}`,
    );
  }
  return valid ? exitCodes.ok : exitCodes.config;
}

async function examine(call: ConfigCall): Promise<Findings> {
  const source = toSource(call);
  const verdict = await judgeReadable(call);
  const { effective } = verdict;
  const warnings = [...verdict.warnings, ...(effective ? findCautions(effective, source) : [])];
  // Here the environment is part of the question.
  const mistakes = [...verdict.mistakes, ...verdict.elsewhere];
  if (mistakes.length > 0) return { mistakes, warnings, ready: false };
  try {
    const { settings } = await loadSettings({ ...source, runCommands: false });
    const used = effective?.used ?? new Set();
    const keyless = Object.values(settings.providers).flatMap(({ name, missingKey }): Problem[] =>
      missingKey === undefined || !used.has(name) ? [] : [{ path: name, message: missingKey }],
    );
    return { mistakes, warnings: [...warnings, ...keyless], ready: keyless.length === 0 };
  } catch (error) {
    return { mistakes: [toMistake(error)], warnings, ready: false };
  }
}

async function judgeReadable(call: ConfigCall): Promise<Verdict> {
  try {
    return await judge(toSource(call));
  } catch (error) {
    return { mistakes: [toMistake(error)], elsewhere: [], warnings: [] };
  }
}

/** A file that cannot be read, a key that can be none. */
function toMistake(error: unknown): Problem {
  if (!(error instanceof OccError) || error instanceof ConfigError) throw error;
  return { path: '', message: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
}

function redactedLine(mistakes: number, ready: boolean): string {
  if (mistakes > 0) return `not valid, ${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'}`;
  return ready ? 'valid' : 'valid, but not ready: a key is missing';
}
