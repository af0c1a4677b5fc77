/**
 * Asks questions on the terminal with @clack/prompts, which the first question loads. Questions go to stderr, because
 * stdout is for the answer.
 */
import type { Readable } from 'node:stream';
import type * as Clack from '@clack/prompts';
import { endingSignalNames, endingSignals, exitCodes, OccError, type ExitCode } from '../errors.ts';
import { printable, printableLine } from '../printable.ts';
import type { System } from './command-context.ts';
import type { Output } from './output.ts';
import { openScreen, type Screen } from './screen.ts';
import { widthOf } from './width.ts';

export interface Choice<T extends string> {
  value: T;
  label: string;
  /** Shown after the label while the choice has the cursor. */
  hint?: string;
}

/**
 * Each question rejects with an OccError `interrupted` when it is left: by Ctrl-C, Escape, Ctrl-D or the end of the input
 * (exit code 130), or by a signal (128 plus its number). The terminal is then as it was before the question.
 */
export interface Prompts {
  /** The arrow keys move, Enter chooses. */
  select<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** Typing filters the choices. */
  search<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** The first character of a value chooses it; Enter chooses the first one. */
  press<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** A line that is not shown. */
  hidden(question: string, check: Check): Promise<string>;
  text(question: string, options: { example?: string; check: Check }): Promise<string>;
  /** y, n or Enter, which means yes. */
  confirm(question: string): Promise<boolean>;
}

/** What is wrong with an answer; undefined if nothing is. */
export type Check = (answer: string) => string | undefined;

type Cancelled = typeof Clack.CANCEL_SYMBOL;

/** Whether questions can be asked: on a terminal that can move its cursor, so not with TERM=dumb. */
export function canAsk({ env, stdin, stderr }: Pick<System, 'env' | 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && widthOf(stderr) !== undefined && env['TERM'] !== 'dumb';
}

/** `left` is what is true after the user left a question: "nothing was written". */
export function openPrompts(
  { stdin, stderr }: Pick<System, 'stdin' | 'stderr'>,
  { stderrStyle }: Pick<Output, 'stderrStyle'>,
  left: string,
): Prompts {
  /** Runs one question and returns what it resolves to, unless the question was left. */
  async function ask<T>(
    question: (clack: typeof Clack, common: Common) => Promise<T | Cancelled>,
  ): Promise<T> {
    const clack = await import('@clack/prompts');
    clack.updateSettings({ aliases: { '\u0004': 'cancel' } });
    const screen = openScreen(stderr, stderrStyle.color);
    const leaving = watchForLeaving(stdin);
    try {
      const common = { input: stdin, output: screen, signal: leaving.signal };
      const answer = await question(clack, common);
      if (clack.isCancel(answer)) throw interrupted(left, leaving.code());
      return answer;
    } finally {
      leaving.stop();
      screen.release();
    }
  }

  /** A question of occ may have several lines and its styles; a name in it may contain anything. */
  const shown = (question: string): string => printable(question, stderrStyle.color);

  return {
    async select<T extends string>(message: string, choices: readonly Choice<T>[]) {
      const options = choices.map(shownChoice);
      return (await ask((clack, common) =>
        clack.select({ ...common, message: shown(message), options }),
      )) as T;
    },
    async search<T extends string>(message: string, choices: readonly Choice<T>[]) {
      const options = choices.map(shownChoice);
      return (await ask((clack, common) =>
        clack.autocomplete({ ...common, message: shown(message), options, maxItems: 8 }),
      )) as T;
    },
    async press<T extends string>(message: string, choices: readonly Choice<T>[]) {
      const options = choices.map(shownChoice);
      const pressed = await ask((clack, common) =>
        clack.selectKey({ ...common, message: shown(message), options }),
      );
      // Enter submits no value.
      return ((pressed as string | undefined) ?? choices[0]?.value) as T;
    },
    hidden: (message, check) =>
      ask((clack, common) =>
        clack.password({ ...common, message: shown(message), validate: (text) => check(text ?? '') }),
      ),
    text: (message, { example, check }) =>
      ask((clack, common) =>
        clack.text({
          ...common,
          message: shown(message),
          ...(example !== undefined && { placeholder: example }),
          validate: (text) => check(text ?? ''),
        }),
      ),
    confirm: (message) => ask((clack, common) => clack.confirm({ ...common, message: shown(message) })),
  };
}

/** The choice as the library takes it: a name in it may contain anything. */
function shownChoice({ value, label, hint }: Choice<string>): Choice<string> {
  return { value, label: printableLine(label), ...(hint !== undefined && { hint: printableLine(hint) }) };
}

interface Common {
  input: Readable;
  output: Screen;
  signal: AbortSignal;
}

interface Leaving {
  signal: AbortSignal;
  code(): ExitCode;
  stop(): void;
}

/**
 * Aborts a question on what @clack/prompts leaves to its caller: the end of the input, after which it would wait for
 * ever, and signals, which would leave the cursor hidden.
 */
function watchForLeaving(input: Readable): Leaving {
  const leaving = new AbortController();
  let code: ExitCode = exitCodes.interrupted;
  const onEnd = (): void => leaving.abort();
  const onSignals = endingSignalNames.map((name) => {
    const onSignal = (): void => {
      code = endingSignals[name];
      leaving.abort();
    };
    process.on(name, onSignal);
    return () => process.off(name, onSignal);
  });
  input.on('end', onEnd).on('close', onEnd);
  if (input.readableEnded || input.destroyed) leaving.abort();
  return {
    signal: leaving.signal,
    code: () => code,
    stop() {
      for (const undo of onSignals) undo();
      input.off('end', onEnd).off('close', onEnd);
    },
  };
}

function interrupted(left: string, exitCode: ExitCode): OccError {
  return new OccError('interrupted', left, {
    exitCode,
    remedy: { none: 'run the command again to continue' },
  });
}
