/**
 * The one decision about colour, taken for each stream by itself: `--no-color`, then NO_COLOR, FORCE_COLOR, TERM=dumb,
 * then whether that stream is a terminal. chalk does not look at NO_COLOR, so it is given the level instead of asked.
 */

/** 0 none, 1 sixteen colours, 2 two hundred and fifty-six, 3 sixteen million. */
export type ColorLevel = 0 | 1 | 2 | 3;

export interface ColorQuestion {
  /** `--no-color` was given. */
  noColor: boolean;
  env: Readonly<Record<string, string | undefined>>;
  isTTY: boolean;
}

/** An empty NO_COLOR counts as unset (no-color.org); FORCE_COLOR is read as Node reads it. */
export function colorLevel({ noColor, env, isTTY }: ColorQuestion): ColorLevel {
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

/** What a text can be marked as; a stream without colour gets it unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

const same = (text: string): string => text;

/** Loads chalk only when there is something to colour. */
export async function loadStyle(level: ColorLevel): Promise<Style> {
  if (level === 0) return { bold: same, dim: same, good: same, bad: same, warning: same };
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, bad: chalk.red, warning: chalk.yellow };
}
