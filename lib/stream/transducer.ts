/** The incremental stage that decoders are built from: synchronous, without I/O or a clock. */

export type Emit<Out> = (output: Out) => void;

/**
 * Calls `emit` zero or more times for each input and for the end of input, before it returns. Not used again after `flush`.
 * Outputs are passed on and not collected, because a list for each stage and input would cost more than most inputs do.
 */
export interface Transducer<In, Out> {
  step(input: In, emit: Emit<Out>): void;
  flush(emit: Emit<Out>): void;
}

/** Feeds the outputs of `first` into `second`. */
export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  return {
    step(input, emit) {
      first.step(input, (middle) => second.step(middle, emit));
    },
    flush(emit) {
      first.flush((middle) => second.step(middle, emit));
      second.flush(emit);
    },
  };
}

/** All outputs of `stage` for `inputs`. */
export function transduce<In, Out>(stage: Transducer<In, Out>, inputs: Iterable<In>): Out[] {
  const outputs: Out[] = [];
  const emit = (output: Out): void => void outputs.push(output);
  for (const input of inputs) stage.step(input, emit);
  stage.flush(emit);
  return outputs;
}
