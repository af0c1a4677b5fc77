/**
 * Refusals of real vendors do not reach the client: of those that a changed request avoids, it gets the answer to that; of
 * those that are not about the request, the answer of the next model.
 */
import type { MessagesRequest } from '../../../anthropic/request.ts';
import type { Settings } from '../../../config/settings.ts';
import { failingModel, type Bench } from '../../bench/bench.ts';
import { CheckFailure } from '../../laws/fault.ts';
import { answered, question, weather, type Probe } from '../probe.ts';

/** What the emulator refuses, and a request that contains it. */
const avoidable: Readonly<Record<string, (prompt: string) => Partial<MessagesRequest>>> = {
  temperature: (prompt) => question(prompt, { temperature: 0.5 }),
  stop: (prompt) => question(prompt, { stop_sequences: ['END'] }),
  'room 4096': (prompt) => question(prompt, { max_tokens: 4096 }),
  system: (prompt) => ({
    messages: [
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: prompt },
      { role: 'system', content: 'Be brief.' },
    ],
  }),
  order: (prompt) => ({
    ...weather,
    messages: [
      { role: 'user', content: 'What is the weather in Paris?' },
      { role: 'assistant', content: [call] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: call.id, content: 'sunny, 21 degrees' },
          { type: 'text', text: prompt },
        ],
      },
    ],
  }),
  schema: (prompt) => question(prompt, { tools: [{ name: 'add', input_schema: withPattern }] }),
};

const call = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } } as const;

const withPattern = { type: 'object', properties: { name: { type: 'string', pattern: '[a-z]+' } } };

const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 } as const;

/** What it refuses whatever the request contains. */
const ofTheModel = ['call', 'money', 'filter', 'rate'];

export const refusals: Probe = {
  code: 'refusals',
  title: 'refusals that occ can avoid do not reach the client',
  limitMs: 30_000,
  requests: 0,
  async run(bench) {
    const effort = question('[emulator: reject effort] Say hello.', { max_tokens: 4096 });
    await expectAnswer(bench, 'effort', effort, withEffort);
    for (const [what, request] of Object.entries(avoidable))
      await expectAnswer(bench, what, request(`[emulator: reject ${what}] Say hello.`));
    await expectAnswer(bench, 'seal', await withThought(bench, '[emulator: reject seal] Say goodbye.'));
    for (const what of ofTheModel) {
      const prompt = `[emulator: reject ${what} for ${failingModel.model_id}] Say hello.`;
      await expectAnswer(bench, what, question(prompt, { model: failing }), failingFirst);
    }
    return `${Object.keys(avoidable).length + ofTheModel.length + 2} kinds of refusals, and an answer to each`;
  },
};

const failing = `${failingModel.provider}/${failingModel.model_id}`;

/** The second turn of a conversation whose first answer contains a thought. */
async function withThought(bench: Bench, prompt: string): Promise<Partial<MessagesRequest>> {
  const first = await bench.send(question('[emulator: thinking] Say hello.', thinking));
  const { message } = bench.expectComplete(first);
  return { ...thinking, ...answered(first.request, message, prompt) };
}

const withEffort = ({ models }: Settings): Partial<Settings> => ({
  models: Object.fromEntries(
    Object.entries(models).map(([name, entry]) => [name, { ...entry, reasoning_effort: 'high' }]),
  ),
});

/** The failing model, and the bench's as its fallback. */
const failingFirst = ({ models }: Settings): Partial<Settings> => ({
  models: { default: failingModel },
  fallbacks: { default: Object.values(models) },
});

async function expectAnswer(
  bench: Bench,
  what: string,
  request: Partial<MessagesRequest>,
  changed: (settings: Settings) => Partial<Settings> = () => ({}),
): Promise<void> {
  const exchange = await bench.send(request, {
    adjust: (settings) => ({
      ...settings,
      ...changed(settings),
      retry: { ...settings.retry, baseMs: 1, maxMs: 1 },
    }),
  });
  const { status } = exchange.client;
  if (status !== 200)
    throw new CheckFailure('occ', `the refusal "${what}" reached the client as ${status ?? 'no answer'}`);
  bench.expectComplete(exchange);
}
