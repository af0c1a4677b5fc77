/**
 * `occ config edit`: a person's own editor on a private copy. The file changes only when the copy is right, in one step,
 * and only if nobody else has changed it meanwhile; what was typed is never lost.
 */
import { existsSync } from 'node:fs';
import { openDraft, type Draft } from '../../config/edit/draft.ts';
import { firstConfig } from '../../config/edit/first.ts';
import { judge, type Verdict } from '../../config/edit/judge.ts';
import { findPlaces } from '../../config/paths.ts';
import { refreshSchema } from '../../config/file/published-schema.ts';
import { parseConfig, readConfigBytes } from '../../config/file/read.ts';
import { replaceConfig, withConfigLocked } from '../../config/edit/replace.ts';
import { findChangeable } from '../../config/edit/target.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { chooseEditor, waitHint, type Editor } from '../../terminal/editor.ts';
import { confirm } from '../../terminal/question.ts';
import { renderOddity, toTarget, type ConfigCall } from './call.ts';
import { runEditor } from './run-editor.ts';

/** 0 also when nothing was changed; OccErrors say where the copy is. Only what holds nothing new is removed. */
export async function edit(call: ConfigCall): Promise<number> {
  const { system } = call;
  const file = findChangeable(toTarget(call));
  const editor = chooseEditor(system.env, system.platform, isInteractive(call));
  const before = existsSync(file) ? readConfigBytes(file) : undefined;
  const draft = openDraft(before ?? Buffer.from(firstConfig()));
  const typed = await editUntilRight(call, { file, editor, draft });
  if (typed !== undefined) await store(call, { file, draft, before, typed });
  else tellUnchanged(call, { file, editor, missing: before === undefined });
  draft.discard();
  return exitCodes.ok;
}

interface Editing {
  file: string;
  editor: Editor;
  draft: Draft;
}

/** Undefined when the person left it as it was. */
async function editUntilRight(
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
    const { mistakes } = await judged(call, file, typed);
    if (mistakes.length === 0) return typed;
    if (!(await mayReopen(call, file, mistakes))) throw withCopy(rejected(file, draft), draft);
  }
}

function judged(call: ConfigCall, file: string, typed: Buffer): Promise<Verdict> {
  const { env, home } = call.system;
  return judge({ configFile: file, env, home, text: typed.toString('utf8') });
}

/** Says what is wrong; without a terminal nobody can answer. */
async function mayReopen(call: ConfigCall, file: string, mistakes: Verdict['mistakes']): Promise<boolean> {
  const { output, system } = call;
  const { stderrStyle: style } = output;
  output.warn(`occ: not written yet: ${file} would not be valid`);
  for (const problem of mistakes) {
    output.warn(`${style.bad('✗')} ${renderOddity(problem)}`);
    if (problem.remedy !== undefined && problem.path !== '') output.warn(style.dim(`  ${problem.remedy}`));
  }
  return isInteractive(call) && (await confirm('Edit it again?', system.stdin, system.stderr));
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
  const { warnings, elsewhere } = await judged(call, file, typed);
  refreshSchema(file, parseConfig(typed.toString('utf8'), file));
  const backup = replaced.backup ?? null;
  const told = [...elsewhere, ...warnings];
  if (output.json)
    output.printJson({ path: file, changed: true, created: before === undefined, backup, warnings: told });
  for (const warning of told) output.warn(`occ: ${renderOddity(warning)}`);
  output.info(`occ: ${file} is ${before === undefined ? 'written' : `changed; the old one is ${backup}`}`);
}

function tellUnchanged(
  { output }: ConfigCall,
  { file, editor, missing }: { file: string; editor: Editor; missing: boolean },
): void {
  if (output.json)
    output.printJson({ path: file, changed: false, created: false, backup: null, warnings: [] });
  output.info(
    `occ: nothing was changed, so nothing was written${missing ? '; there is still no such file' : ''}`,
  );
  const hint = waitHint(editor);
  if (hint !== undefined) output.info(`  ${hint}`);
}

function isInteractive({ system, output }: ConfigCall): boolean {
  return system.stdin.isTTY === true && output.terminal;
}

function rejected(file: string, draft: Draft): OccError {
  return new OccError('config_invalid', `${file} was left as it was`, {
    exitCode: exitCodes.config,
    remedy: `mend it there (occ config check --config ${draft.file}), then: cp ${draft.file} ${file}`,
  });
}

function gone(file: string): OccError {
  return new OccError('draft_gone', `the editor has removed the copy; ${file} was left as it was`, {
    remedy: 'occ config edit begins anew',
  });
}

function overtaken(file: string): OccError {
  return new OccError(
    'config_overtaken',
    `${file} was changed by somebody else while you edited; it was left as it is`,
    {
      remedy: `compare it with your copy, then put your changes in: occ config edit`,
    },
  );
}

function withCopy(error: OccError, { file }: Draft): OccError {
  const { code, message, exitCode, remedy, cause } = error;
  const kept = `what you typed is kept: ${file}`;
  return new OccError(code, message, {
    exitCode,
    remedy: remedy === undefined ? kept : `${kept}\n${remedy}`,
    cause,
  });
}
