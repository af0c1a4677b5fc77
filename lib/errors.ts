/**
 * The one error of occ's own making. Whatever a person can put right is an OccError: it says what happened, where,
 * what was expected and what to do. Anything else that is thrown is a bug and is reported as one.
 */

/** Exit codes a script may branch on (contract 2: sysexits where they fit, else the shell's own conventions). */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  unreachable: 69,
  refused: 77,
  config: 78,
  cannotListen: 125,
  clientNotFound: 127,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface OccErrorOptions {
  exitCode?: ExitCode;
  /** What to do about it: a sentence or a command to type. */
  remedy?: string;
  cause?: unknown;
}

export class OccError extends Error {
  override readonly name = 'OccError';
  /** Stable and snake_case, for scripts: `config_invalid`, `port_in_use`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, options: OccErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.remedy = options.remedy;
  }
}

/** The signals that tell a program to end, and the exit codes of one that they ended (128 and their number). */
export const endingSignals = {
  SIGHUP: exitCodes.hungUp,
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
} as const satisfies Partial<Record<NodeJS.Signals, ExitCode>>;

/** The names of `endingSignals`. */
export const endingSignalNames = Object.keys(endingSignals) as (keyof typeof endingSignals)[];
