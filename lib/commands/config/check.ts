/** `occ config check`: lists every error and warning, and whether a key is missing. */
import { findCautions } from '../../config/file/cautions.ts';
import { ConfigError } from '../../config/config-error.ts';
import { checkConfig, type ConfigCheck } from '../../config/edit/check.ts';
import { findConfigFile } from '../../config/paths.ts';
import { locateProblems } from '../../config/file/locate.ts';
import type { Problem, Provider } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { widthOf } from '../../terminal/width.ts';
import { wrap } from '../../terminal/wrap.ts';
import { renderProblemLine, toSource, type ConfigCall } from './call.ts';
import { forFile } from '../../config/config-error.ts';
import { modelWarnings } from './served.ts';

interface Findings {
  mistakes: readonly Problem[];
  warnings: readonly Problem[];
  /** False if the key of a provider that a model entry names is missing. */
  ready: boolean;
}

/** 78 if there are errors. A file that only lacks keys is valid: 0. */
export async function check(call: ConfigCall): Promise<number> {
  const { output } = call;
  const path = findConfigFile(toSource(call))?.file ?? null;
  const { mistakes, warnings, ready } = await examine(call);
  const valid = mistakes.length === 0;
  if (output.json) output.printJson({ valid, ready, path, mistakes, warnings });
  else {
    const { style } = output;
    const width = widthOf(call.system.stdout);
    // Later lines are indented below the text after the mark.
    const hanging = (text: string): string[] =>
      width === undefined
        ? [text]
        : wrap(text, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
    const list = (mark: string, problems: readonly Problem[]): void => {
      for (const problem of problems) {
        for (const line of hanging(`${mark} ${renderProblemLine(problem)}`)) output.print(line);
        // A command that is broken in two cannot be copied.
        for (const line of problem.remedy?.split('\n') ?? []) output.print(style.dim(`  ${line}`));
      }
    };
    list(style.warning('!'), warnings);
    list(style.bad('✗'), mistakes);
    const mark = valid ? style.good('✓') : style.bad('✗');
    const place = path ?? 'the defaults (there is no file)';
    for (const line of hanging(`${mark} ${place}: ${renderResult(mistakes.length, ready)}`))
      output.print(line);
  }
  return valid ? exitCodes.ok : exitCodes.config;
}

async function examine(call: ConfigCall): Promise<Findings> {
  const source = toSource(call);
  const checked = await checkReadable(call);
  const { effective } = checked;
  const { config } = call.options;
  const warnings = forFile(
    [...checked.warnings, ...(effective ? findCautions(effective, source) : [])],
    config,
  );
  // Unlike for a change of the file, errors in the environment count.
  const mistakes = forFile([...checked.mistakes, ...checked.environmentMistakes], config);
  if (mistakes.length > 0) return { mistakes, warnings, ready: false };
  try {
    const { settings } = await loadSettings({ ...source, runCommands: false });
    const used = effective?.used ?? new Set();
    const keyless = Object.values(settings.providers).flatMap((provider): Problem[] =>
      used.has(provider.name) ? missingKeyOf(provider, config) : [],
    );
    const models = locateProblems(effective?.text ?? '', modelWarnings(call, settings));
    return { mistakes, warnings: [...warnings, ...models, ...keyless], ready: keyless.length === 0 };
  } catch (error) {
    return { mistakes: [toMistake(error)], warnings, ready: false };
  }
}

function missingKeyOf({ name, missingKey, keyRemedy }: Provider, config: string | undefined): Problem[] {
  if (missingKey === undefined) return [];
  const remedy = keyRemedy ?? 'occ config set api_key --stdin';
  return forFile([{ path: name, message: `has no key: ${missingKey}`, remedy }], config);
}

async function checkReadable(call: ConfigCall): Promise<ConfigCheck> {
  try {
    return await checkConfig(toSource(call));
  } catch (error) {
    return { mistakes: [toMistake(error)], environmentMistakes: [], warnings: [] };
  }
}

/** A file that cannot be read, or an invalid key. */
function toMistake(error: unknown): Problem {
  if (!(error instanceof OccError) || error instanceof ConfigError) throw error;
  return { path: '', message: error.message, remedy: error.remedy };
}

function renderResult(mistakes: number, ready: boolean): string {
  if (mistakes > 0) return `not valid, ${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'}`;
  return ready ? 'valid' : 'valid, but not ready: a key is missing';
}
