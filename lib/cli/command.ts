/** The commands of the program: errors of usage become OccErrors, and help is rendered by occ. */
import { Command, type ErrorOptions, type ParseOptionsResult } from 'commander';
import { unknownCommand, usageError } from './usage-error.ts';

/** Thrown where the help of a command is asked for, or shown because its subcommand is missing. */
export class HelpRequest extends Error {
  readonly command: Command;
  /** True if a subcommand is missing: the help is then the message of a usage error. */
  readonly missing: boolean;

  /** The name of the topic that is asked for, alone or after the help of the command of that name. */
  readonly topic: string | undefined;

  /** The entry of the topic that alone is asked for, such as a key. */
  readonly entry: string | undefined;

  constructor(command: Command, missing: boolean, topic?: string, entry?: string) {
    super('help');
    this.topic = topic;
    this.entry = entry;
    this.command = command;
    this.missing = missing;
  }
}

export class OccCommand extends Command {
  /** What commander did not recognize, in the order of the arguments. */
  private unknown: readonly string[] = [];

  override createCommand(name?: string): OccCommand {
    return new OccCommand(name);
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const result = super.parseOptions(argv);
    this.unknown = result.unknown;
    return result;
  }

  override outputHelp(context?: unknown): never {
    // `occ confg --help` is not a request for the help of occ.
    const [word] = this.args;
    if (this.commands.length > 0 && word !== undefined && !word.startsWith('-'))
      throw unknownCommand(this, word);
    const missing = typeof context === 'object' && (context as { error?: boolean }).error === true;
    throw new HelpRequest(this, missing);
  }

  override error(message: string, options?: ErrorOptions): never {
    const [unknown = ''] = this.unknown;
    throw usageError({ command: this, code: options?.code ?? '', message, unknown });
  }
}
