/** The incremental stage everything on the wire is made of. It never waits, never touches a socket, reads no clock. */

/** Zero or more outputs for each input, and a last word at the end. After `flush` it is not used again. */
export interface Transducer<In, Out> {
  step(input: In): Iterable<Out>;
  flush(): Iterable<Out>;
}

/** `first`, then `second` over what it gives. */
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

/** The whole of what comes out when all of `inputs` goes in. */
export function transduce<In, Out>(stage: Transducer<In, Out>, inputs: Iterable<In>): Out[] {
  const outputs: Out[] = [];
  for (const input of inputs) append(outputs, stage.step(input));
  append(outputs, stage.flush());
  return outputs;
}

/** One by one: spread into `push`, the outputs of one big read would overflow the stack. */
function append<T>(outputs: T[], more: Iterable<T>): void {
  for (const output of more) outputs.push(output);
}
