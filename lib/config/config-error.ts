/** The error of a configuration that cannot be used: every mistake with its path, at once. */
import { exitCodes, OccError } from '../errors.ts';
import type { Problem } from './settings.ts';

/** Code `config_invalid`, exit 78. `problems` is the same as the message, as data. */
export class ConfigError extends OccError {
  readonly problems: readonly Problem[];

  constructor(file: string | undefined, problems: readonly Problem[]) {
    const where = file === undefined ? 'the settings are not valid' : `${file} is not valid`;
    const remedies = [...new Set(problems.flatMap(({ remedy }) => remedy ?? []))];
    super('config_invalid', `${where}:\n${problems.map(renderProblem).join('\n')}`, {
      exitCode: exitCodes.config,
      ...(remedies.length > 0 && { remedy: remedies.join('\n') }),
    });
    this.problems = problems;
  }
}

/** Throws when there are any. The file is named only where something in it is at fault. */
export function refuseProblems(file: string | undefined, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const ofTheFile = problems.some(({ line, path }) => line !== undefined || path === '');
  throw new ConfigError(ofTheFile ? file : undefined, problems);
}

/** One line without the remedy: `  models.default.provider (line 4): unknown provider "openai"`. */
export function renderProblem({ path, message, line }: Problem): string {
  if (path === '') return `  ${message}`;
  return `  ${path}${line === undefined ? '' : ` (line ${line})`}: ${message}`;
}
