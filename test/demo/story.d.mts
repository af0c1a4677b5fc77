/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>;

/** How the client ended, and what the file says. */
export interface Outcome {
  exit: number | string;
  text: string | undefined;
}

export function storyOf(lines: readonly Line[], outcome: Outcome): { story: string[]; broken: string[] };
