/** The error of an invalid configuration, with every problem and its path. */
import { exitCodes, OccError } from '../errors.ts';
import { printableLine } from '../printable.ts';
import { remedyFor } from './remedies.ts';
import type { Problem } from './settings.ts';

/** Code `config_invalid`, exit code 78. The message lists `problems`. */
export class ConfigError extends OccError {
  readonly problems: readonly Problem[];
  private readonly file: string | undefined;

  constructor(file: string | undefined, problems: readonly Problem[], config?: string) {
    const where = file === undefined ? 'the settings are not valid' : `${file} is not valid`;
    const remedies = [...new Set(problems.flatMap(({ remedy }) => remedy ?? []))];
    super('config_invalid', `${where}:\n${problems.map(renderProblem).join('\n')}`, {
      exitCode: exitCodes.config,
      remedy: remedies.length > 0 ? remedies.join('\n') : remedyFor(correction, config),
    });
    this.problems = problems;
    this.file = file;
  }

  /** The same error for a file that `--config` named: its commands have the option, too. */
  about(config: string): ConfigError {
    return new ConfigError(this.file, forFile(this.problems, config), config);
  }
}

const correction = 'correct it (occ config edit), then run occ config check';

/** The same problems; the commands that they name are about this file, if there is one. */
export function forFile(problems: readonly Problem[], config: string | undefined): Problem[] {
  return problems.map((problem) =>
    problem.remedy === undefined ? problem : { ...problem, remedy: remedyFor(problem.remedy, config) },
  );
}

/** Throws a ConfigError if there are any. It names the file only if a problem is in the file. */
export function refuseProblems(file: string | undefined, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const inFile = problems.some(({ line, path }) => line !== undefined || path === '');
  throw new ConfigError(inFile ? file : undefined, problems);
}

/** One line without the remedy: `  models.default.provider (line 4): unknown provider "openai"`. */
export function renderProblem({ path, message, line }: Problem): string {
  const where = path === '' ? '' : `${path}${line === undefined ? '' : ` (line ${line})`}: `;
  return `  ${printableLine(where + message)}`;
}
