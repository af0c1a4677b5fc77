/** Commands that messages suggest. Pure. */
import type { Segment } from '../../config/file/json-path.ts';
import { renderPath } from '../../config/file/json-path.ts';
import type { ModelEntry, Problem } from '../../config/settings.ts';

type Ref = Pick<ModelEntry, 'provider' | 'model_id'>;

/** ` --config FILE`, if the user has named a file. */
export function configOption(config: string | undefined): string {
  return config === undefined ? '' : ` --config ${quote(config)}`;
}

/** The same problems; the commands that they name change the file that was checked. Other words may follow after a comma. */
export function forFile(problems: readonly Problem[], config: string | undefined): Problem[] {
  const option = configOption(config);
  return problems.map((problem) =>
    problem.remedy === undefined || option === ''
      ? problem
      : {
          ...problem,
          remedy: problem.remedy.replaceAll(
            /\bocc config (?:set|unset|edit|init|check)\b[^,)\n]*/g,
            (command) => (command.includes(' --config ') ? command : command + option),
          ),
        },
  );
}

/** `value` as it is typed: JSON, or a placeholder such as `<id>`. */
export function setCommand(segments: readonly Segment[], value: string, config?: string): string {
  return `occ config set ${quote(renderPath(segments))} ${quote(value)}${configOption(config)}`;
}

export function unsetCommand(segments: readonly Segment[], config?: string): string {
  return `occ config unset ${quote(renderPath(segments))}${configOption(config)}`;
}

/** Sets provider and id of the entry at the path at once. */
export function modelCommand(segments: readonly Segment[], ref: Ref, config?: string): string {
  const [table, name = ''] = segments;
  if (table !== 'models' || segments.length !== 2 || !/^[\w-]+$/.test(String(name)))
    return setCommand(segments, JSON.stringify(ref), config);
  const tier = name === 'default' ? '' : ` --tier ${name}`;
  return `occ use ${quote(`${ref.provider}/${ref.model_id}`)}${tier}${configOption(config)}`;
}

/** For POSIX shells and PowerShell, which treat brackets and quotes specially; single quotes are left as they are. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) || word.includes("'") ? word : `'${word}'`;
}
