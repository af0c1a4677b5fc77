/** Whatever an upstream calls an error, the client reads one of Anthropic's, with a status it can act on. */
import type { Bench } from '../../bench/bench.ts';
import { readClient, type ClientHeard } from '../../laws/client-laws.ts';
import { question, type Probe } from '../probe.ts';
import { Absent, Wrong } from '../../laws/fault.ts';

const situations = [
  ...[400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 529].map((status) => `refuse ${status}`),
  'html',
  'empty',
  'error-first',
  'error',
  'broken-json',
  'overflow',
];

export const errorShape: Probe = {
  code: 'error-shape',
  title: 'errors have the shape the client reads',
  limitMs: 30_000,
  requests: 1,
  once: true,
  async run(bench) {
    if (bench.live) return askForNoModel(bench);
    for (const situation of situations) {
      const heard = await refused(bench, situation);
      if (heard.kind !== 'error') throw new Wrong('occ', `"${situation}" gave the client ${said(heard)}`);
      if (
        situation === 'overflow' &&
        !/^prompt is too long: \d+ tokens > \d+ maximum/.test(heard.error.message)
      )
        throw new Wrong('occ', `an overflow reached the client as "${heard.error.message}"`);
    }
    return `${situations.length} kinds of failure, all in Anthropic’s shape`;
  },
};

async function refused(bench: Bench, situation: string): Promise<ClientHeard> {
  const exchange = await bench.ask(question(bench.prompt(situation, '')), {
    adjust: (settings) => ({ ...settings, retry: { ...settings.retry, baseMs: 1, maxMs: 1 } }),
  });
  return readClient(exchange);
}

/** A real provider is asked for a model that it cannot have. */
async function askForNoModel(bench: Bench): Promise<string> {
  const model_id = 'occ-doctor-no-such-model';
  const exchange = await bench.ask(question('Hello.', { model: `${bench.provider}/${model_id}` }), {
    adjust: (settings) => ({
      ...settings,
      models: { default: { provider: bench.provider, model_id, wire_format: bench.format } },
    }),
  });
  const heard = readClient(exchange);
  if (heard.kind === 'whole') throw new Absent('the provider answered for a model that cannot exist');
  if (heard.kind === 'unlawful')
    throw new Wrong('occ', `a refusal reached the client wrongly: ${heard.rule}`);
  return `a refusal (${exchange.upstream.at(-1)?.status ?? 'no status'}) became ${heard.status} ${heard.error.type}`;
}

function said(heard: Exclude<ClientHeard, { kind: 'error' }>): string {
  return heard.kind === 'whole' ? 'a whole answer' : `what is no error: ${heard.rule}`;
}
