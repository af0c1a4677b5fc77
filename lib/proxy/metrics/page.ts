/** The response of `GET /metrics`: the counters, and what is looked up only now. Loaded with the first scrape. */
import type { EventLoopDelay } from './event-loop.ts';
import { expose, type TextFormat } from './exposition.ts';
import type { Family, Sample } from './families.ts';
import type { Figures } from './figures.ts';
import { gaugeOf, processFamilies } from './process.ts';

export interface Looked {
  /** The models that were asked, and the breakers that are not closed, by model and format separated by a space. */
  models: readonly { model: string; format: string }[];
  breakers: Readonly<Record<string, { state: 'open' | 'half_open' }>>;
  /** Seconds since the proxy began to listen. */
  uptime: number;
}

export function metricsPage(
  figures: Figures,
  looked: Looked,
  delay: EventLoopDelay,
  format: TextFormat,
): string {
  return expose(
    [
      ...figures.families,
      inFlight(figures),
      breakerStates(figures, looked),
      gaugeOf('occ_uptime_seconds', 'Time since the proxy began to listen.', looked.uptime),
      ...delays(delay),
      ...processFamilies(),
    ],
    format,
  );
}

function inFlight(figures: Figures): Family {
  const live = [...figures.live()];
  const streams = live.filter(({ stream }) => stream).length;
  return {
    name: 'occ_requests_in_flight',
    help: 'Requests to /v1/messages in progress; those with stream="true" are the live streams.',
    type: 'gauge',
    samples: () => [
      { suffix: '', labels: { stream: 'true' }, value: streams },
      { suffix: '', labels: { stream: 'false' }, value: live.length - streams },
    ],
  };
}

const stateNumbers = { half_open: 1, open: 2 } as const;

/** Of the models that share labels, the worst state counts. */
function breakerStates({ labels }: Figures, { models, breakers }: Looked): Family {
  const states = new Map<string, Sample>();
  const asked = models.map(({ model, format }) => `${model} ${format}`);
  for (const key of new Set([...asked, ...Object.keys(breakers)])) {
    const [provider, model, wireFormat] = splitKey(key);
    const found = { ...labels.find(provider, model), wire_format: wireFormat };
    const state = breakers[key]?.state;
    const value = state === undefined ? 0 : stateNumbers[state];
    const shared = JSON.stringify(found);
    states.set(shared, { suffix: '', labels: found, value: Math.max(value, states.get(shared)?.value ?? 0) });
  }
  return {
    name: 'occ_breaker_state',
    help: 'The circuit breaker of a model: 0 closed, 1 half open (one request probes the model), 2 open.',
    type: 'gauge',
    samples: () => [...states.values()],
  };
}

/** `provider/model format`; a model's id may hold both separators, a provider's name and a format hold neither. */
function splitKey(key: string): [provider: string, model: string, format: string] {
  const [slash, space] = [key.indexOf('/'), key.lastIndexOf(' ')];
  return [key.slice(0, slash), key.slice(slash + 1, space), key.slice(space + 1)];
}

function delays(delay: EventLoopDelay): Family[] {
  return Object.entries(delay.read()).map(([statistic, samples]) => ({
    name: `nodejs_eventloop_delay_${statistic}_seconds`,
    help: 'How late the event loop was since the last scrape.',
    type: 'gauge',
    samples: () => samples,
  }));
}
