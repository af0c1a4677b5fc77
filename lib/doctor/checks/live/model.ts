/** Does the provider serve the model, and how long is it until the first word? */
import { allModels } from '../../../catalog/models.ts';
import { nearest } from '../../../nearest.ts';
import type { Settings } from '../../../config/settings.ts';
import { settingsOf, type Check, type Look, type Remedy, type Subject } from '../../check.ts';
import { readClient } from '../../laws/client-laws.ts';
import { isContent } from '../../../anthropic/events.ts';
import { judge } from '../smoke.ts';
import { hello } from '../hello.ts';
import { askWith } from './key.ts';
import { openLive } from '../../bench/live.ts';
import { Wrong } from '../../laws/fault.ts';

export const model: Check = {
  code: 'model',
  title: 'the provider serves the model',
  kind: 'live',
  scope: 'model',
  needs: ['key'],
  limitMs: 70_000,
  requests: 1,
  async look(context, subject) {
    const { exchange, refusal } = await askWith(context, subject);
    if (refusal === undefined) {
      const whole = readClient(exchange).kind === 'whole';
      return { level: 'ok', summary: whole ? 'answers' : 'is asked; the stream checks say how it answers' };
    }
    const said = [refusal.error.status, refusal.error.upstreamType]
      .filter((word) => word !== undefined)
      .join(' ');
    const summary = `${said}: ${refusal.error.message}`;
    const { name } = subject;
    switch (refusal.class) {
      case 'gone':
      case 'format':
        return {
          level: 'fail',
          summary: `it is not served: ${summary}`,
          fault: 'client',
          remedy: another(settingsOf(context), subject),
          exchanges: [exchange],
        };
      case 'quota':
        return {
          level: 'warn',
          summary: `its allowance is spent: ${summary}`,
          fault: 'client',
          exchanges: [exchange],
        };
      case 'client':
        return {
          level: 'fail',
          summary: `${name} refuses occ's request: ${summary}`,
          fault: 'occ',
          exchanges: [exchange],
        };
      default:
        return { level: 'fail', summary, fault: 'provider', exchanges: [exchange] };
    }
  },
};

/** Where the model stands in the configuration, and the nearest one that the catalogue knows. */
function another({ models, fallbacks }: Settings, { model, provider }: Subject): Remedy {
  const isIt = (entry: { provider: string; model_id: string }): boolean =>
    entry.provider === model?.provider && entry.model_id === model.model_id;
  const places = [
    ...Object.entries(models).flatMap(([name, entry]) => (isIt(entry) ? [`models.${name}`] : [])),
    ...Object.entries(fallbacks).flatMap(([name, list]) =>
      list.flatMap((entry, i) => (isIt(entry) ? [`fallbacks.${name}[${i}]`] : [])),
    ),
  ];
  const known = allModels()
    .filter(
      (other) => other.provider === provider?.name && other.status === 'active' && !other.officialClientOnly,
    )
    .map(({ id }) => id)
    .filter((id) => id !== model?.model_id);
  const near = nearest(model?.model_id ?? '', known) ?? known.find((id) => id === 'glm-5.3') ?? '…';
  return {
    text: `name another model in ${places.join(', ')}, or the wire_format it is served in`,
    commands: places.map((place) => `occ config set ${place}.model_id ${near}`),
  };
}

/** Milliseconds until the first word that nobody would call quick. */
const slowMs = 15_000;

export const firstToken: Check = {
  code: 'first-token',
  title: 'the time until the first word',
  kind: 'live',
  scope: 'model',
  needs: ['model'],
  limitMs: 70_000,
  look: (context, subject) =>
    judge(
      {
        async run(bench) {
          const { events } = bench.whole(await hello(bench));
          const first = events.find(({ event }) => isContent(event));
          const ms = Math.round(first?.atMs ?? 0);
          if (ms > slowMs) throw new Wrong('provider', `${Math.round(ms / 1000)} s until the first word`);
          // Odd streams are told by the checks that look at streams.
          bench.odd.clear();
          return `${ms} ms`;
        },
      },
      () => openLive(context, subject),
    ).then(mildly),
};

/** Slow is no failure. */
function mildly(look: Look): Look {
  return look.level === 'fail' && look.fault === 'provider' && / s until /.test(look.summary)
    ? { ...look, level: 'warn' }
    : look;
}
