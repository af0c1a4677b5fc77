/** Ends what the benchmarks have started, also after Ctrl-C. */

const pending = new Set<() => void>();

/** Registers a synchronous action for the end of this process. Returns a function that runs it now. */
export function atEnd(action: () => void): () => void {
  pending.add(action);
  return () => {
    if (pending.delete(action)) action();
  };
}

process.once('exit', () => {
  for (const action of [...pending].reverse()) action();
});
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}
