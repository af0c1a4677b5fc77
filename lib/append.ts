/** Appends to a list. `push(...items)` passes each item on the stack, which overflows with some 100,000 of them. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
