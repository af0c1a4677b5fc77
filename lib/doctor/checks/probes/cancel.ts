/** When the client leaves, the upstream request is aborted at once and nothing else is tried (L13). */
import { question, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';

/** Milliseconds. The law says 100; a busy machine gets some grace before it is called broken. */
const lateMs = 1000;

export const cancel: Probe = {
  code: 'cancel',
  title: 'a client that leaves ends the upstream request',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const words = 'Count from 1 to 300 in words, one number on each line.';
    const exchange = await bench.ask(question(bench.prompt('slow 30', words)), { leaveAtContent: true });
    const { leftMs, upstream } = exchange;
    if (leftMs === undefined) {
      bench.whole(exchange);
      throw new Absent('the answer was over before anyone could leave');
    }
    const [side, ...more] = upstream;
    if (side?.ended === 'whole') throw new Absent('the answer was over before anyone could leave');
    if (more.length > 0)
      throw new Wrong('occ', `${more.length} more requests were made after the client left`);
    const afterMs = Math.max(0, (side?.endedMs ?? 0) - leftMs);
    if (side === undefined || side.endedMs === 0)
      throw new Wrong('occ', 'the upstream request was not aborted');
    if (afterMs > lateMs) throw new Wrong('occ', `the upstream was aborted ${Math.round(afterMs)} ms later`);
    return `aborted after ${Math.round(afterMs)} ms, nothing else tried`;
  },
};
