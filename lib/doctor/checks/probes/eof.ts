/** Every stream ends with message_stop, keep-alives never split an event, and a broken upstream answer becomes an error. */
import type { Bench } from '../../bench/bench.ts';
import { judgeClient } from '../../laws/client-laws.ts';
import { messages } from '../../languages/messages.ts';
import { hello } from '../hello.ts';
import { question, weather, type Probe } from '../probe.ts';
import { CheckFailure, tooLate } from '../../laws/fault.ts';

/** Situations in which an upstream breaks off after it has begun to answer. */
const situations = ['cut', 'reset', 'no-end', 'cut-tool', 'broken-json', 'keep-alive-inside'];

export const eof: Probe = {
  code: 'eof',
  title: 'every stream ends correctly',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    const { events } = bench.expectComplete(await hello(bench));
    if (bench.live) return `${events.length} events, message_stop last`;
    await keepsAlive(bench);
    bench.expectComplete(await bench.send(question(bench.prompt('keep-alive', ''))));
    for (const situation of situations) await endsInError(bench, situation);
    return `complete streams end with message_stop, ${situations.length} kinds of broken ones with an error`;
  },
};

/**
 * Seconds of silence. The emulator shares the processor and the event loop with the proxy, so a short silence can be over
 * before the proxy's timer had a chance to run.
 */
const silences = [0.3, 1, 4];

async function keepsAlive(bench: Bench): Promise<void> {
  for (const seconds of silences) {
    const exchange = await bench.send(question(bench.prompt(`pause ${seconds}`, '')), {
      // Frequent pings, so that one would be sent inside an event if that were possible.
      adjust: (settings) => ({ ...settings, heartbeatMs: 20 }),
    });
    bench.expectComplete(exchange);
    const { client, language = messages } = exchange;
    if (language.keptAlive(client)) return;
  }
  const failure = new CheckFailure('occ', 'no keep-alive was sent while the upstream was silent');
  throw tooLate(bench.context, failure);
}

async function endsInError(bench: Bench, situation: string): Promise<void> {
  const exchange = await bench.send(question(bench.prompt(situation, ''), weather));
  const outcome = judgeClient(exchange);
  if (outcome.kind === 'error') return;
  const what = outcome.kind === 'complete' ? 'reached the client as complete' : `ended with ${outcome.rule}`;
  throw new CheckFailure('occ', `an answer that broke off (${situation}) ${what}`);
}
