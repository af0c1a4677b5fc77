/**
 * The error class of occ. Every problem that the user can fix is an OccError, which states what happened, where, what
 * was expected and what to do. Any other exception is a bug and is reported as one.
 */

/** Stable exit codes for scripts, from sysexits.h where one fits, otherwise by the conventions of shells. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  unreachable: 69,
  refused: 77,
  config: 78,
  cannotListen: 125,
  notExecutable: 126,
  clientNotFound: 127,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** When occ ends with each of them, in words. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'success; also of occ stop when no proxy runs, and of occ config check when only a key is missing',
  failed:
    'failure: a check of occ doctor failed, a proxy runs already, the port is in use, or the error says what else',
  usage: 'wrong usage: an unknown command, option or key, or a wrong value',
  notRunning:
    'no proxy is running (occ status, occ env, occ launch --attach), or no service (occ service status)',
  unreachable: 'a provider could not be reached (occ models --refresh)',
  refused: 'a provider rejected the key (occ models --refresh)',
  config: 'the configuration is invalid, or the key of the default model is missing (occ launch, occ start)',
  cannotListen: 'the proxy could not listen (occ launch)',
  notExecutable: 'the client is not executable (occ launch)',
  clientNotFound: 'the client was not found (occ launch)',
  hungUp: 'ended by the signal SIGHUP',
  interrupted: 'ended by the signal SIGINT, as with Ctrl-C',
  terminated: 'ended by the signal SIGTERM',
};

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Says why the user can do nothing about an error. */
export interface NoRemedy {
  /** The reason, which is printed where the next step would be. */
  none: string;
}

export interface OccErrorOptions {
  exitCode?: ExitCode;
  /** The next step: commands or a sentence, one to a line. */
  remedy: string | NoRemedy;
  cause?: unknown;
}

export class OccError extends Error {
  override readonly name = 'OccError';
  /** A stable identifier in snake_case, such as `config_invalid` or `port_in_use`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  /** What the user can do, or why nothing can be done. Never empty. */
  readonly remedy: string;

  constructor(code: string, message: string, options: OccErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.remedy = typeof options.remedy === 'string' ? options.remedy : options.remedy.none;
  }
}

/** The signals that end a program, each with its exit code: 128 plus the signal number. */
export const endingSignals = {
  SIGHUP: exitCodes.hungUp,
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
} as const satisfies Partial<Record<NodeJS.Signals, ExitCode>>;

/** The names of `endingSignals`. */
export const endingSignalNames = Object.keys(endingSignals) as (keyof typeof endingSignals)[];

/**
 * An exception for the log: its kind and where it was thrown. The message only where the language makes it: that of a parser
 * quotes what it parsed, which may be text of a conversation.
 */
export function faultForLog(thrown: unknown): { error: string; stack?: string } {
  if (!(thrown instanceof Error)) return { error: typeof thrown };
  const own = thrown instanceof TypeError || thrown instanceof RangeError;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: own ? `${thrown.name}: ${thrown.message}` : thrown.name, stack: frames.join('\n') };
}
