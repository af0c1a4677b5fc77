/** Time limits that would cut an answer which is still going on, or give up on a model that is only thinking. */
import type { Timeouts } from '../../../config/settings.ts';
import type { LoadedSettings } from '../../../config/load.ts';
import { loadedIn, type Check, type Look } from '../../check.ts';
import { findSubjects } from '../../subjects.ts';
import { pathOfSetting, timeoutRemedy } from '../limit-places.ts';

/** Answers of ten minutes are everyday work; a cap below that cuts them. */
const shortCapMs = 600_000;
/** Models that think are silent for a minute and more. */
const shortSilenceMs = 60_000;

const silences = [
  ['timeout_ms', 'headersMs'],
  ['first_event_timeout_ms', 'firstEventMs'],
  ['stream_idle_timeout_ms', 'idleMs'],
] as const satisfies readonly (readonly [string, keyof Timeouts])[];

export const timeouts: Check = {
  code: 'timeouts',
  title: 'no time limit cuts long streams',
  kind: 'offline',
  scope: 'machine',
  needs: ['config'],
  limitMs: 1000,
  look(context): Look {
    const loaded = loadedIn(context);
    const looks = findSubjects(loaded.settings).providers.flatMap(({ provider, name }) =>
      provider === undefined
        ? []
        : capOf(loaded, name, provider.timeouts).concat(silencesOf(loaded, name, provider.timeouts)),
    );
    const [first, ...more] = looks.sort((a, b) => Number(b.level === 'fail') - Number(a.level === 'fail'));
    if (first === undefined) return { level: 'ok', summary: 'none ends a stream that is still sending' };
    return { ...first, ...(more.length > 0 && { detail: more.map(({ summary }) => summary).join('\n') }) };
  },
};

function capOf(loaded: LoadedSettings, name: string, { streamingMs }: Timeouts): Look[] {
  if (streamingMs === undefined) return [];
  const path = pathOfSetting(loaded, name, 'streaming_timeout_ms') ?? `streaming_timeout_ms of ${name}`;
  return [
    {
      level: streamingMs < shortCapMs ? 'fail' : 'warn',
      summary: `${path} cuts every answer after ${streamingMs / 1000} s`,
      fault: 'client',
      remedy: timeoutRemedy(loaded, name, 'streaming_timeout_ms'),
    },
  ];
}

function silencesOf(loaded: LoadedSettings, name: string, timeouts: Timeouts): Look[] {
  return silences.flatMap(([setting, field]) => {
    const ms = timeouts[field];
    const alias = setting === 'stream_idle_timeout_ms' ? 'stream_timeout_ms' : setting;
    const known = [setting, alias].find((each) => pathOfSetting(loaded, name, each) !== undefined);
    if (ms >= shortSilenceMs || known === undefined) return [];
    const path = pathOfSetting(loaded, name, known);
    const summary = `${path} gives up after ${ms / 1000} s of silence, which a thinking model needs`;
    return [{ level: 'warn', summary, fault: 'client', remedy: timeoutRemedy(loaded, name, known) }];
  });
}
