/** Which traces are sent: the samplers of OpenTelemetry (`OTEL_TRACES_SAMPLER`). Pure. */
import { sampledFlag, type TraceContext } from './context.ts';

/** Whether the trace of that id is sent. `parent` is the client's, if it has one. */
export type Sampler = (traceId: string, parent: TraceContext | undefined) => boolean;

const always: Sampler = () => true;
const never: Sampler = () => false;

/** The client's own decision, and `root` for a trace that begins here. */
function parentBased(root: Sampler): Sampler {
  return (traceId, parent) => (parent ? (parent.flags & sampledFlag) !== 0 : root(traceId, parent));
}

/** The bits of a trace id that decide. OpenTelemetry's consistent sampling takes the last 56, of which these are the first. */
const decidingBits = 52;

/** The same traces in every program that samples by the last 56 bits of the id, as W3C Trace Context Level 2 allows. */
function byRatio(ratio: number): Sampler {
  const from = (1 - ratio) * 2 ** decidingBits;
  return (traceId) => parseInt(traceId.slice(18, 31), 16) >= from;
}

const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => always,
  always_off: () => never,
  traceidratio: byRatio,
  parentbased_always_on: () => parentBased(always),
  parentbased_always_off: () => parentBased(never),
  parentbased_traceidratio: (ratio) => parentBased(byRatio(ratio)),
};

/** The names that are known, for a message about another one. */
export const samplerNames: readonly string[] = Object.keys(samplers);

/** The sampler of that name; undefined if there is none. `ratio` is in [0, 1]. */
export function samplerNamed(name: string, ratio: number): Sampler | undefined {
  return Object.hasOwn(samplers, name) ? samplers[name]?.(ratio) : undefined;
}
