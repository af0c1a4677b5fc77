/** Commands in remedies that read or change the configuration file. Pure. */
import { quote } from '../shell-word.ts';

/** ` --config FILE`, if the user has named a file. */
export function configOption(config: string | undefined): string {
  return config === undefined ? '' : ` --config ${quote(config)}`;
}

/** The remedy with the option at each command about the file. Other words may follow a command after a comma. */
export function remedyFor(remedy: string, config: string | undefined): string {
  return remedy.replaceAll(/\bocc config (?:set|unset|edit|init|check)\b[^,)\n]*/g, (command) =>
    command.includes(' --config ') ? command : command + configOption(config),
  );
}
