/** Every error of an upstream reaches the client in Anthropic's shape, with a status that the client handles. */
import type { Bench } from '../../bench/bench.ts';
import { judgeClient, type ClientOutcome } from '../../laws/client-laws.ts';
import { question, type Probe } from '../probe.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';

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
  title: 'errors have the shape that the client expects',
  limitMs: 30_000,
  requests: 1,
  once: true,
  async run(bench) {
    if (bench.live) return requestUnknownModel(bench);
    for (const situation of situations) {
      const outcome = await outcomeOf(bench, situation);
      if (outcome.kind !== 'error')
        throw new CheckFailure('occ', `"${situation}" gave the client ${describe(outcome)}`);
      if (
        situation === 'overflow' &&
        !/^prompt is too long: \d+ tokens > \d+ maximum/.test(outcome.error.message)
      )
        throw new CheckFailure('occ', `an overflow reached the client as "${outcome.error.message}"`);
    }
    return `${situations.length} kinds of failure, all in Anthropic’s shape`;
  },
};

async function outcomeOf(bench: Bench, situation: string): Promise<ClientOutcome> {
  const exchange = await bench.send(question(bench.prompt(situation, '')), {
    adjust: (settings) => ({ ...settings, retry: { ...settings.retry, baseMs: 1, maxMs: 1 } }),
  });
  return judgeClient(exchange);
}

/** Requests a model that the provider cannot have. */
async function requestUnknownModel(bench: Bench): Promise<string> {
  const model_id = 'occ-doctor-no-such-model';
  const exchange = await bench.send(question('Hello.', { model: `${bench.provider}/${model_id}` }), {
    adjust: (settings) => ({
      ...settings,
      models: { default: { provider: bench.provider, model_id, wire_format: bench.format } },
    }),
  });
  const outcome = judgeClient(exchange);
  if (outcome.kind === 'complete')
    throw new NotObserved('the provider answered for a model that cannot exist');
  if (outcome.kind === 'violation')
    throw new CheckFailure('occ', `a refusal reached the client with ${outcome.rule}`);
  return `a refusal (${exchange.upstream.at(-1)?.status ?? 'no status'}) became ${outcome.status} ${outcome.error.type}`;
}

function describe(outcome: Exclude<ClientOutcome, { kind: 'error' }>): string {
  return outcome.kind === 'complete' ? 'a complete answer' : outcome.rule;
}
