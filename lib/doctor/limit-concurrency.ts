/** Returns a function that resolves once fewer than `max` callers are inside; each calls what it received to leave. */
export function limitConcurrency(max: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = max;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return leave;
  };
}
