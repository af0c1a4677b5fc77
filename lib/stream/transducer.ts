/** The incremental stage that decoders are built from: synchronous, without I/O or a clock. */

/** Returns zero or more outputs for each input and for the end of input. Not used again after `flush`. */
export interface Transducer<In, Out> {
  step(input: In): Iterable<Out>;
  flush(): Iterable<Out>;
}

/** Feeds the outputs of `first` into `second`. */
export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  const through = (inputs: Iterable<B>): C[] => {
    const outputs: C[] = [];
    for (const input of inputs) append(outputs, second.step(input));
    return outputs;
  };
  return {
    step: (input) => through(first.step(input)),
    flush: () => [...through(first.flush()), ...second.flush()],
  };
}

/** All outputs of `stage` for `inputs`. */
export function transduce<In, Out>(stage: Transducer<In, Out>, inputs: Iterable<In>): Out[] {
  const outputs: Out[] = [];
  for (const input of inputs) append(outputs, stage.step(input));
  append(outputs, stage.flush());
  return outputs;
}

/** Pushes one by one: spreading the outputs of a large chunk into `push` would overflow the stack. */
function append<T>(outputs: T[], more: Iterable<T>): void {
  for (const output of more) outputs.push(output);
}
