/**
 * Refusals of real vendors do not reach the client: of those that a changed request avoids, it gets the answer to that; of
 * those that are not about the request, the answer of the next model.
 */
import type { MessagesRequest } from '../../../anthropic/request.ts';
import { failingModel, type Bench } from '../../bench/bench.ts';
import { CheckFailure } from '../../laws/fault.ts';
import { question, type Probe } from '../probe.ts';

/** What the emulator refuses, and a request that contains it. */
const avoidable: Readonly<Record<string, (prompt: string) => Partial<MessagesRequest>>> = {
  temperature: (prompt) => question(prompt, { temperature: 0.5 }),
  stop: (prompt) => question(prompt, { stop_sequences: ['END'] }),
  system: (prompt) => ({
    messages: [
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: prompt },
      { role: 'system', content: 'Be brief.' },
    ],
  }),
};

/** What it refuses whatever the request contains. */
const ofTheModel = ['call', 'money', 'filter', 'rate'];

export const refusals: Probe = {
  code: 'refusals',
  title: 'refusals that occ can avoid do not reach the client',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    for (const [what, request] of Object.entries(avoidable))
      await expectAnswer(bench, what, request(`[emulator: reject ${what}] Say hello.`));
    for (const what of ofTheModel) {
      const prompt = `[emulator: reject ${what} for ${failingModel.model_id}] Say hello.`;
      await expectAnswer(bench, what, question(prompt, { model: failing }), true);
    }
    return `${Object.keys(avoidable).length + ofTheModel.length} kinds of refusals, and an answer to each`;
  },
};

const failing = `${failingModel.provider}/${failingModel.model_id}`;

/** With `falls`, the failing model is the first, and the bench's is its fallback. */
async function expectAnswer(
  bench: Bench,
  what: string,
  request: Partial<MessagesRequest>,
  falls = false,
): Promise<void> {
  const exchange = await bench.send(request, {
    adjust: (settings) => ({
      ...settings,
      ...(falls && {
        models: { default: failingModel },
        fallbacks: { default: Object.values(settings.models) },
      }),
      retry: { ...settings.retry, baseMs: 1, maxMs: 1 },
    }),
  });
  const { status } = exchange.client;
  if (status !== 200)
    throw new CheckFailure('occ', `the refusal "${what}" reached the client as ${status ?? 'no answer'}`);
  bench.expectComplete(exchange);
}
