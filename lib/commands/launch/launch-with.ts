/** Runs a launch whose arguments have been read. */
import { splitArguments, type LaunchArguments } from '../../clients/arguments.ts';
import { withoutNpx } from '../../clients/npx-environment.ts';
import { outputFor, type GlobalOptions, type System } from '../../terminal/command-context.ts';

/** Like `launchWith`, from the words after `launch`; undefined if they ask for help, or what they mean must be asked. */
export async function launchPlain(words: readonly string[], system: System): Promise<number | undefined> {
  const args = splitArguments(words);
  return args.help || args.misspelt.length > 0 ? undefined : launchWith(args, system, {});
}

/** Resolves to the exit code. `globals` are the options before `launch`. */
export async function launchWith(
  args: LaunchArguments,
  system: System,
  globals: GlobalOptions,
): Promise<number> {
  const output = await outputFor(system, {
    ...globals,
    color: globals.color !== false && !args.noColor,
    json: globals.json === true || args.json,
    quiet: globals.quiet === true || args.quiet,
  });
  const own = { ...system, env: withoutNpx(system.env) };
  if (args.list) {
    const { listClients } = await import('./list.ts');
    return listClients(own, output);
  }
  const { launch } = await import('./run.ts');
  return launch(args, own, output);
}
