/** Checks that the provider serves the model, and how long the first content takes. */
import { allModels } from '../../../catalog/models.ts';
import { nearest } from '../../../nearest.ts';
import type { Settings } from '../../../config/settings.ts';
import { settingsOf, type Check, type CheckResult, type Remedy, type Subject } from '../../check.ts';
import { judgeClient } from '../../laws/client-laws.ts';
import { isContent } from '../../../anthropic/events.ts';
import { runProbe } from '../smoke.ts';
import { hello } from '../hello.ts';
import { requestHello } from './key.ts';
import { addressProblem } from './address.ts';
import { openLive, routeOf } from '../../bench/live.ts';
import { CheckFailure, defaultRemedies, tooLate } from '../../laws/fault.ts';

export const model: Check = {
  code: 'model',
  title: 'the provider serves the model',
  unmet: 'the model does not answer',
  kind: 'live',
  scope: 'model',
  needs: ['key'],
  limitMs: 70_000,
  requests: 1,
  async run(context, subject): Promise<CheckResult> {
    const { exchange, refusal } = await requestHello(context, subject);
    if (refusal === undefined) {
      const complete = judgeClient(exchange).kind === 'complete';
      return { level: 'ok', summary: complete ? 'answers' : 'is served; the stream checks judge its answer' };
    }
    const status = [refusal.error.status, refusal.error.upstreamType]
      .filter((part) => part !== undefined)
      .join(' ');
    const summary = `${status}: ${refusal.error.message}`;
    const { name } = subject;
    const lost = addressProblem(subject, routeOf(subject), refusal.error);
    if (lost) return { ...lost, summary: `${status}: ${lost.summary}`, exchanges: [exchange] };
    switch (refusal.class) {
      case 'gone':
      case 'format':
        return {
          level: 'fail',
          summary: `not served: ${summary}`,
          fault: 'client',
          remedy: suggestModel(settingsOf(context), subject),
          exchanges: [exchange],
        };
      case 'allowance':
      case 'balance':
        return {
          level: 'warn',
          summary: `its quota is spent: ${summary}`,
          fault: 'client',
          remedy: {
            text: 'see how much is used and when it resets; until then, its fallbacks answer',
            commands: ['occ usage'],
          },
          exchanges: [exchange],
        };
      case 'client':
        return {
          level: 'fail',
          summary: `${name} refuses occ's request: ${summary}`,
          fault: 'occ',
          remedy: defaultRemedies.occ,
          exchanges: [exchange],
        };
      default:
        return {
          level: 'fail',
          summary,
          fault: 'provider',
          remedy: defaultRemedies.provider,
          exchanges: [exchange],
        };
    }
  },
};

/** Names the places of the model in the configuration and the catalog's model with the most similar id. */
function suggestModel({ models, fallbacks }: Settings, { model, provider }: Subject): Remedy {
  const isModel = (entry: { provider: string; model_id: string }): boolean =>
    entry.provider === model?.provider && entry.model_id === model.model_id;
  const places = [
    ...Object.entries(models).flatMap(([name, entry]) => (isModel(entry) ? [`models.${name}`] : [])),
    ...Object.entries(fallbacks).flatMap(([name, list]) =>
      list.flatMap((entry, i) => (isModel(entry) ? [`fallbacks.${name}[${i}]`] : [])),
    ),
  ];
  const known = allModels()
    .filter(
      (other) => other.provider === provider?.name && other.status === 'active' && !other.officialClientOnly,
    )
    .map(({ id }) => id)
    .filter((id) => id !== model?.model_id);
  const near = nearest(model?.model_id ?? '', known) ?? known.find((id) => id === 'glm-5.3') ?? '…';
  const [first, ...more] = places.map((place) => `occ config set ${place}.model_id ${near}`);
  return {
    text: `use another model in ${places.join(', ')}, or set the wire_format in which it is served`,
    commands: [first ?? 'occ models', ...more],
  };
}

/** Milliseconds until the first content above which the check warns. */
const slowMs = 15_000;

export const firstToken: Check = {
  code: 'first-token',
  title: 'the time until the first content',
  kind: 'live',
  scope: 'model',
  needs: ['model'],
  limitMs: 70_000,
  run: (context, subject) =>
    runProbe(
      {
        async run(bench) {
          const { events } = bench.expectComplete(await hello(bench));
          const first = events.find(({ event }) => isContent(event));
          const ms = Math.round(first?.atMs ?? 0);
          if (ms > slowMs) {
            const late = `${Math.round(ms / 1000)} s until the first content`;
            const remedy = { text: 'use a faster model', commands: ['occ models'] } as const;
            throw tooLate(context, new CheckFailure('provider', late, { level: 'warn', remedy }));
          }
          // The checks of the stream report the deviations.
          bench.deviations.clear();
          return `${ms} ms`;
        },
      },
      () => openLive(context, subject),
    ),
};
