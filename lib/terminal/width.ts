/** The one place that decides how wide a stream is. */

/**
 * Columns of the terminal behind a stream; undefined for a pipe or a file, and for a terminal that reports 0 columns,
 * as one without a window does (`script </dev/null`, some CI runners). Nothing can be laid out or redrawn there, so it
 * is treated as a pipe.
 */
export function widthOf({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
}
