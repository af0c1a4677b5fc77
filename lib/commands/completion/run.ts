/** Runs `occ completion`. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { keyPaths } from '../../config/file/described.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { packageFile } from '../../package-root.ts';
import { scenarioRules } from '../../proxy/policy/scenario.ts';
import { tiers } from '../../proxy/policy/tiers.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { topics } from '../help/topics.ts';
import { renderCompletion } from './render.ts';
import { shells, type DynamicKind, type Shell } from './shells.ts';
import { describeTree, type Words } from './tree.ts';

export interface CompletionOptions extends GlobalOptions {
  /** Prints the current values of a kind, which the completions ask for. */
  list?: DynamicKind;
}

/** OccError `shell_unknown` (exit 2) if no shell is given and $SHELL names none with completions. */
export async function runCompletion(
  given: Shell | undefined,
  { list }: CompletionOptions,
  program: Command,
  system: System,
  output: Output,
): Promise<number> {
  if (list !== undefined) {
    const { listValues } = await import('./values.ts');
    const values = await listValues(list, system);
    if (output.json) output.printJson({ kind: list, values });
    else for (const value of values) output.print(value);
    return exitCodes.ok;
  }
  const shell = given ?? guess(system.env['SHELL']);
  const template = packageFile(`templates/completion/occ.${shell}`);
  const script = renderCompletion(shell, readFileSync(template, 'utf8'), describeTree(program, knownWords()));
  if (output.json) output.printJson({ shell, script });
  else output.printText(script.trimEnd());
  return exitCodes.ok;
}

function guess(path: string | undefined): Shell {
  const name = basename(path ?? '');
  const shell = shells.find((known) => known === name);
  if (shell !== undefined) return shell;
  const found = name === '' ? '$SHELL is not set' : `$SHELL is ${name}`;
  throw new OccError('shell_unknown', `there are completions for bash, zsh and fish, but ${found}`, {
    exitCode: exitCodes.usage,
    remedy: 'name the shell: occ completion bash',
  });
}

/** The values that do not depend on the configuration. */
function knownWords(): Words {
  return {
    keys: keyPaths(Object.keys(scenarioRules)),
    tiers: [...tiers, ...Object.keys(scenarioRules)],
    topics: Object.keys(topics),
  };
}
