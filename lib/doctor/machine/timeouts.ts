/** Time limits that would cut an answer which is still going on, or give up on a model that is only thinking. */
import type { Timeouts } from '../../config/schema.ts';
import { loadedIn, type Check, type Look } from '../check.ts';
import { findSubjects } from '../subjects.ts';
import { pathOfSetting, timeoutRemedy } from '../timeouts.ts';

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
    const looks = findSubjects(loaded.settings).providers.flatMap(({ provider, name }): Look[] => {
      if (provider === undefined) return [];
      const { streamingMs } = provider.timeouts;
      const path = (setting: string): string => pathOfSetting(loaded, name, setting) ?? `${name}: ${setting}`;
      const capped: Look[] =
        streamingMs === undefined
          ? []
          : [
              {
                level: streamingMs < shortCapMs ? 'fail' : 'warn',
                summary: `${path('streaming_timeout_ms')} cuts every answer after ${streamingMs / 1000} s`,
                fault: 'client',
                remedy: timeoutRemedy(loaded, name, 'streaming_timeout_ms'),
              },
            ];
      const tiny = silences.flatMap(([setting, field]): Look[] => {
        const ms = provider.timeouts[field];
        const alias = setting === 'stream_idle_timeout_ms' ? 'stream_timeout_ms' : setting;
        const own = pathOfSetting(loaded, name, setting) ?? pathOfSetting(loaded, name, alias);
        if (ms >= shortSilenceMs || own === undefined) return [];
        const summary = `${own} gives up after ${ms / 1000} s of silence, which a thinking model needs`;
        return [{ level: 'warn', summary, fault: 'client', remedy: timeoutRemedy(loaded, name, setting) }];
      });
      return [...capped, ...tiny];
    });
    const [first, ...more] = looks.sort((a, b) => Number(b.level === 'fail') - Number(a.level === 'fail'));
    if (first === undefined) return { level: 'ok', summary: 'none ends a stream that is still sending' };
    return { ...first, ...(more.length > 0 && { detail: more.map(({ summary }) => summary).join('\n') }) };
  },
};
