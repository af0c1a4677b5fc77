/** Every stream ends with message_stop, nothing lands inside an event, and a cut upstream is told as an error. */
import type { Bench } from '../../bench/bench.ts';
import { readClient } from '../../laws/client-laws.ts';
import { hello } from '../hello.ts';
import { question, weather, type Probe } from '../probe.ts';
import { Wrong } from '../../laws/fault.ts';

/** Ways for an upstream to break off after it has begun to answer. */
const breaks = ['cut', 'reset', 'no-end', 'cut-tool', 'broken-json', 'keep-alive-inside'];

export const eof: Probe = {
  code: 'eof',
  title: 'every stream ends as it must',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    const { events } = bench.whole(await hello(bench));
    if (bench.live) return `${events.length} events, message_stop last`;
    // Pings as often as can be, so that one would land inside an event if it could.
    const pause = question(bench.prompt('pause 0.3', ''));
    const paused = bench.whole(
      await bench.ask(pause, { adjust: (settings) => ({ ...settings, heartbeatMs: 20 }) }),
    );
    const pings = paused.events.filter(({ event }) => event.type === 'ping').length;
    if (pings === 0) throw new Wrong('occ', 'no keep-alive came while the upstream was silent');
    bench.whole(await bench.ask(question(bench.prompt('keep-alive', ''))));
    for (const situation of breaks) await endsInError(bench, situation);
    return `whole streams end with message_stop, ${breaks.length} kinds of broken ones with an error`;
  },
};

async function endsInError(bench: Bench, situation: string): Promise<void> {
  const exchange = await bench.ask(question(bench.prompt(situation, ''), weather));
  const heard = readClient(exchange);
  if (heard.kind === 'error') return;
  const what = heard.kind === 'whole' ? 'was passed on as if it were whole' : `ended badly: ${heard.rule}`;
  throw new Wrong('occ', `an answer that broke off (${situation}) ${what}`);
}
