/**
 * `occ config edit`: opens a private copy in the user's editor. The file is replaced atomically if the copy is valid and
 * the file has not changed in the meantime; otherwise the copy is kept.
 */
import { existsSync } from 'node:fs';
import { openDraft, type Draft } from '../../config/edit/draft.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { checkConfig, type ConfigCheck } from '../../config/edit/check.ts';
import { valueCautions } from '../../config/file/cautions.ts';
import { findPlaces } from '../../config/paths.ts';
import { decodeConfig } from '../../config/file/encoding.ts';
import { refreshSchema } from '../../config/file/published-schema.ts';
import { decodeOrRefuse, parseConfig, readConfigBytes } from '../../config/file/read.ts';
import { replaceConfig, withConfigLocked } from '../../config/edit/replace.ts';
import { findChangeable } from '../../config/edit/target.ts';
import type { Problem } from '../../config/settings.ts';
import { count } from '../../terminal/figures.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { chooseEditor, waitHint, type Editor } from '../../terminal/editor.ts';
import { canAsk, openPrompts } from '../../terminal/prompts.ts';
import { renderProblemLine, toTarget, type ConfigCall } from './call.ts';
import { runEditor } from './run-editor.ts';

/** 0 even if nothing was changed. OccErrors name the copy, which is removed only if it contains no changes. */
export async function edit(call: ConfigCall): Promise<number> {
  const { system } = call;
  const file = findChangeable(toTarget(call));
  const editor = chooseEditor(system.env, system.platform, isInteractive(call));
  const before = existsSync(file) ? readConfigBytes(file) : undefined;
  const draft = openDraft(before ?? Buffer.from(firstConfig()), system.env);
  const typed = await editUntilValid(call, { file, editor, draft });
  if (typed !== undefined) await store(call, { file, draft, before, typed });
  else reportUnchanged(call, { file, editor, missing: before === undefined });
  draft.discard();
  return exitCodes.ok;
}

interface Editing {
  file: string;
  editor: Editor;
  draft: Draft;
}

/** Undefined if the user changed nothing. */
async function editUntilValid(
  call: ConfigCall,
  { file, editor, draft }: Editing,
): Promise<Buffer | undefined> {
  const given = draft.read();
  for (;;) {
    const fault = await runEditor(editor, draft.file, call.system);
    const typed = draft.read();
    const same = typed === undefined || given?.equals(typed) === true;
    if (fault !== undefined && !same) throw withCopy(fault, draft);
    if (same && (fault !== undefined || typed === undefined)) {
      draft.discard();
      throw fault ?? gone(file);
    }
    if (same) return undefined;
    const { mistakes, warnings } = await check(call, file, typed);
    if (mistakes.length > 0) {
      if (!(await mayReopen(call, file, mistakes))) throw withCopy(rejected(file, draft), draft);
      continue;
    }
    // Most unknown keys are typing errors, which would be noticed only when they have no effect.
    const before =
      given === undefined ? [] : (await check(call, file, given)).warnings.map(({ path }) => path);
    const added = warnings.filter(({ unknown, path }) => unknown === true && !before.includes(path));
    if (added.length === 0) return typed;
    const again = await mayCorrect(call, added).catch((error: unknown) => {
      throw error instanceof OccError ? withCopy(error, draft) : error;
    });
    if (!again) return typed;
  }
}

/** The warnings include settings that are probably not intended. */
async function check(call: ConfigCall, file: string, typed: Buffer): Promise<ConfigCheck> {
  const { env, home } = call.system;
  const decoded = decodeConfig(typed);
  if (decoded === undefined) return { mistakes: [otherEncoding], environmentMistakes: [], warnings: [] };
  const found = await checkConfig({ configFile: file, env, home, text: decoded.text });
  const cautions = found.effective ? valueCautions(found.effective) : [];
  return { ...found, warnings: [...found.warnings, ...cautions] };
}

const otherEncoding: Problem = { path: '', message: 'the copy is not in UTF-8', remedy: 'save it as UTF-8' };

/** Prints the errors and, on a terminal, asks the user. */
async function mayReopen(
  call: ConfigCall,
  file: string,
  mistakes: ConfigCheck['mistakes'],
): Promise<boolean> {
  const { output, system } = call;
  const { stderrStyle: style } = output;
  output.warn(`occ: not saved: ${file} would not be valid`);
  for (const problem of mistakes) {
    output.warn(`${style.bad('✗')} ${renderProblemLine(problem)}`);
    if (problem.remedy !== undefined && problem.path !== '') output.warn(style.dim(`  ${problem.remedy}`));
  }
  if (!isInteractive(call)) return false;
  const prompts = openPrompts(system, output, `${file} was not changed`);
  return await prompts.confirm('Edit it again?').catch((error: unknown) => {
    // The copy is kept, and the error that names it is the better one.
    if (error instanceof OccError && error.code === 'interrupted') return false;
    throw error;
  });
}

/** On a terminal, prints the unknown keys and asks the user. Leaving the question saves nothing. */
async function mayCorrect({ output, system }: ConfigCall, unknown: readonly Problem[]): Promise<boolean> {
  if (!isInteractive({ system })) return false;
  const { stderrStyle: style } = output;
  output.warn(`occ: not saved yet: found ${count(unknown.length, 'unknown key')}`);
  for (const problem of unknown) output.warn(`${style.warning('!')} ${renderProblemLine(problem)}`);
  const prompts = openPrompts(system, output, 'nothing was saved');
  return await prompts.confirm('Edit it again? "No" saves it as it is.');
}

interface Storing extends Pick<Editing, 'file' | 'draft'> {
  before: Buffer | undefined;
  typed: Buffer;
}

async function store(call: ConfigCall, { file, draft, before, typed }: Storing): Promise<void> {
  const { output, system } = call;
  const { configDir } = findPlaces(system);
  const place = { file, configDir };
  const replaced = await withConfigLocked(place, () => replaceConfig({ file, before, after: typed })).catch(
    (error: unknown) => {
      throw error instanceof OccError ? withCopy(error, draft) : error;
    },
  );
  if (replaced.kind === 'overtaken') throw withCopy(overtaken(file), draft);
  const { warnings, environmentMistakes } = await check(call, file, typed);
  refreshSchema(file, parseConfig(decodeOrRefuse(typed, file).text, file));
  const backup = replaced.backup ?? null;
  const reported = [...environmentMistakes, ...warnings];
  if (output.json)
    output.printJson({
      path: file,
      changed: true,
      created: before === undefined,
      backup,
      warnings: reported,
    });
  for (const warning of reported) {
    output.warn(`occ: ${renderProblemLine(warning)}`);
    if (warning.remedy !== undefined) output.warn(`  ${warning.remedy}`);
  }
  output.info(
    `occ: ${file} is ${before === undefined ? 'written' : `changed; the previous version is ${backup}`}`,
  );
}

function reportUnchanged(
  { output }: ConfigCall,
  { file, editor, missing }: { file: string; editor: Editor; missing: boolean },
): void {
  if (output.json)
    output.printJson({ path: file, changed: false, created: false, backup: null, warnings: [] });
  output.info(
    `occ: nothing was changed, so nothing was written${missing ? '; the file still does not exist' : ''}`,
  );
  const hint = waitHint(editor);
  if (hint !== undefined) output.info(`  ${hint}`);
}

function isInteractive({ system }: Pick<ConfigCall, 'system'>): boolean {
  return canAsk(system);
}

function rejected(file: string, draft: Draft): OccError {
  return new OccError('config_invalid', `${file} was not changed`, {
    exitCode: exitCodes.config,
    remedy: `correct the copy (occ config check --config ${draft.file}), then: cp ${draft.file} ${file}`,
  });
}

function gone(file: string): OccError {
  return new OccError('draft_gone', `the editor has removed the copy; ${file} was not changed`, {
    remedy: 'run occ config edit again',
  });
}

function overtaken(file: string): OccError {
  return new OccError(
    'config_overtaken',
    `${file} was changed by another program while you edited; occ has not changed it`,
    {
      remedy: `compare it with your copy, then repeat your changes: occ config edit`,
    },
  );
}

function withCopy(error: OccError, { file }: Draft): OccError {
  const { code, message, exitCode, remedy, cause } = error;
  const kept = `your changes are kept in ${file}`;
  return new OccError(code, message, {
    exitCode,
    remedy: `${kept}\n${remedy}`,
    cause,
  });
}
