/** Checks for time limits that would cut off a long answer or give up while a model is thinking. */
import type { Timeouts } from '../../../config/settings.ts';
import type { LoadedSettings } from '../../../config/load.ts';
import { loadedIn, type Check, type CheckResult } from '../../check.ts';
import { findSubjects } from '../../subjects.ts';
import { limitRemedy, pathOfLimit } from '../limit-places.ts';

/** Answers of ten minutes are common; a lower cap cuts them off. */
const shortCapMs = 600_000;
/** A thinking model can be silent for more than a minute. */
const shortSilenceMs = 60_000;

const silences = [
  ['timeout_ms', 'headersMs'],
  ['first_event_timeout_ms', 'firstEventMs'],
  ['stream_idle_timeout_ms', 'idleMs'],
] as const satisfies readonly (readonly [string, keyof Timeouts])[];

export const timeouts: Check = {
  code: 'timeouts',
  title: 'no time limit cuts off long streams',
  kind: 'offline',
  scope: 'machine',
  needs: ['config'],
  limitMs: 1000,
  run(context): CheckResult {
    const loaded = loadedIn(context);
    const results = findSubjects(loaded.settings).providers.flatMap(({ provider, name }) =>
      provider === undefined
        ? []
        : capOf(loaded, name, provider.timeouts).concat(silenceLimitsOf(loaded, name, provider.timeouts)),
    );
    const [first, ...more] = results.sort((a, b) => Number(b.level === 'fail') - Number(a.level === 'fail'));
    if (first === undefined) return { level: 'ok', summary: 'none ends a stream that is still sending' };
    return { ...first, ...(more.length > 0 && { detail: more.map(({ summary }) => summary).join('\n') }) };
  },
};

function capOf(loaded: LoadedSettings, name: string, { streamingMs }: Timeouts): CheckResult[] {
  if (streamingMs === undefined) return [];
  const path = pathOfLimit(loaded, name, 'streaming_timeout_ms') ?? `streaming_timeout_ms of ${name}`;
  return [
    {
      level: streamingMs < shortCapMs ? 'fail' : 'warn',
      summary: `${path} cuts off every answer after ${streamingMs / 1000} s`,
      fault: 'client',
      remedy: limitRemedy(loaded, name, 'streaming_timeout_ms'),
    },
  ];
}

function silenceLimitsOf(loaded: LoadedSettings, name: string, timeouts: Timeouts): CheckResult[] {
  return silences.flatMap(([setting, field]) => {
    const ms = timeouts[field];
    const path = pathOfLimit(loaded, name, setting);
    if (ms >= shortSilenceMs || path === undefined) return [];
    const summary = `${path} gives up after ${ms / 1000} s of silence, but thinking models can be silent for longer`;
    return [{ level: 'warn', summary, fault: 'client', remedy: limitRemedy(loaded, name, setting) }];
  });
}
