/**
 * Decides for each stream whether it gets colour: by `--no-color`, then NO_COLOR, FORCE_COLOR, TERM=dumb, then by whether
 * the stream is a terminal. chalk ignores NO_COLOR, so it is given the level.
 */

/** 0: no colour, 1: 16 colours, 2: 256 colours, 3: 16 million colours. */
export type ColorLevel = 0 | 1 | 2 | 3;

export interface ColorOptions {
  /** `--no-color` was given. */
  noColor: boolean;
  env: Readonly<Record<string, string | undefined>>;
  isTTY: boolean;
}

/** An empty NO_COLOR counts as unset (no-color.org). FORCE_COLOR has the values that Node accepts. */
export function colorLevel({ noColor, env, isTTY }: ColorOptions): ColorLevel {
  if (noColor || env['NO_COLOR']) return 0;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forcedLevels.get(forced) ?? 0;
  if (env['TERM'] === 'dumb') return 0;
  return isTTY ? 1 : 0;
}

const forcedLevels = new Map<string, ColorLevel>([
  ['', 1],
  ['true', 1],
  ['1', 1],
  ['2', 2],
  ['3', 3],
]);

/** Without colour, each function returns its text unchanged. */
export interface Style {
  /** Whether there is colour. */
  readonly color: boolean;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

const plain = (text: string): string => text;

/** Loads chalk only if it is needed. */
export async function loadStyle(level: ColorLevel): Promise<Style> {
  if (level === 0) return { color: false, bold: plain, dim: plain, good: plain, bad: plain, warning: plain };
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return {
    color: true,
    bold: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    bad: chalk.red,
    warning: chalk.yellow,
  };
}
