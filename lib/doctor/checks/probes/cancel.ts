/** When the client disconnects, the upstream request is aborted at once and no other is sent (L13). */
import { question, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved, tooLate } from '../../laws/fault.ts';

/** Milliseconds. The law allows 100; the margin is for busy machines. */
const lateMs = 1000;

export const cancel: Probe = {
  code: 'cancel',
  title: 'a client disconnect aborts the upstream request',
  limitMs: 30_000,
  requests: 1,
  async run(bench) {
    const prompt = 'Count from 1 to 300 in words, one number on each line.';
    const exchange = await bench.send(question(bench.prompt('slow 30', prompt)), {
      disconnectAtContent: true,
    });
    const { disconnectedMs, upstream } = exchange;
    if (disconnectedMs === undefined) {
      bench.expectComplete(exchange);
      throw new NotObserved('the answer ended before the client disconnected');
    }
    const [side, ...more] = upstream;
    if (side?.ended === 'complete') throw new NotObserved('the answer ended before the client disconnected');
    if (more.length > 0)
      throw new CheckFailure('occ', `${more.length} more requests were sent after the client disconnected`);
    const afterMs = Math.max(0, (side?.endedMs ?? 0) - disconnectedMs);
    if (side === undefined || side.endedMs === 0)
      throw tooLate(bench.context, new CheckFailure('occ', 'the upstream request was not aborted'));
    if (afterMs > lateMs) {
      const late = `the upstream request was aborted only after ${Math.round(afterMs)} ms`;
      throw tooLate(bench.context, new CheckFailure('occ', late));
    }
    return `aborted after ${Math.round(afterMs)} ms, no other request sent`;
  },
};
