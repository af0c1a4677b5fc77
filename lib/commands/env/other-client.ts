/** The variables of a client other than Claude Code for the running proxy, and its arguments as a comment. */
import { splitArguments } from '../../clients/arguments.ts';
import { renderCommand, shellLines, type Shell } from '../../clients/shell.ts';
import { requireRunning } from '../../daemon/running.ts';
import { exitCodes } from '../../errors.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { warn } from '../../terminal/talk.ts';
import { attachTo } from '../launch/attached.ts';
import { automaticChoice, checkArguments, clientOf, prepare } from '../launch/client.ts';

/** Resolves to the exit code. OccError `not_running` (exit 3) if no proxy runs. */
export async function printOtherClient(
  name: string,
  shell: Shell,
  system: System,
  output: Output,
): Promise<number> {
  // Keys of providers are occ's, which runs in the same shell.
  const args = splitArguments([name, '--attach', '--keep-env']);
  const found = await requireRunning(system);
  const { url, settings, token } = await attachTo(found, args, system);
  const begun = await checkArguments(args, settings, system);
  const choice = automaticChoice(args);
  const prepared = prepare({ args, system, token, choice, begun, withoutFolder: true }, settings, url);
  const { changed, secrets, removed, notes } = prepared;
  const { program } = clientOf(args).package;
  if (output.json) {
    const env = Object.fromEntries(
      Object.entries(changed).filter(([variable]) => !secrets.includes(variable)),
    );
    const { pid } = found.state === 'running' ? found.record : found.proxy;
    output.printJson({ url, pid, env, unset: removed, command: [program, ...prepared.args], notes });
    return exitCodes.ok;
  }
  for (const line of shellLines(changed, shell, removed)) output.print(line);
  if (prepared.args.length > 0) output.print(`# ${renderCommand(program, prepared.args)}`);
  for (const note of notes) await warn(output, note);
  return exitCodes.ok;
}
