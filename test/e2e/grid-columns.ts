/** The columns of the second table of `grid.md`, in order. */
export const columns = [
  'call first',
  'parallel calls',
  'failing model',
  'cut stream',
  'Ctrl-C',
  'refusal',
] as const;

export type Column = (typeof columns)[number];
