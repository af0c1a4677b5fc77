/** The options of a client, as far as a launch must know them. */
export interface OptionTable {
  /** Options that require a value, which may look like an option of occ. */
  readonly valued: ReadonlySet<string>;
  /** Options without a value, or with an optional one. */
  readonly others: ReadonlySet<string>;
}

/** True for an option of the client. */
export function isOptionOf({ valued, others }: OptionTable, name: string): boolean {
  return valued.has(name) || others.has(name);
}

/** True if the client's arguments contain one of these options, and not as the value of another. */
export function containsOption(
  { valued }: OptionTable,
  args: readonly string[],
  names: readonly string[],
): boolean {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') return false;
    if (names.includes(word.split('=', 1)[0] ?? '')) return true;
    if (valued.has(word)) at++;
  }
  return false;
}

/** The arguments that are neither options nor their values, in order. After `--` all are. */
export function operandsOf({ valued }: OptionTable, args: readonly string[]): string[] {
  const operands: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') return [...operands, ...args.slice(at + 1)];
    if (!word.startsWith('-')) operands.push(word);
    else if (valued.has(word)) at++;
  }
  return operands;
}
