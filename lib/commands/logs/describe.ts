/** One line of the log in words. Pure. */
import { windowLabel } from '../../catalog/quota.ts';
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import type { FailedAttempt } from '../../proxy/policy/failure-log.ts';
import { cacheShare, describeCauses, isBreak, type CacheRecord } from '../../proxy/policy/cache-causes.ts';
import { describeAttempt, describeBreak, describePassing } from '../../proxy/policy/words.ts';
import { amount, moment, seconds } from '../../terminal/figures.ts';

export interface Described {
  /** How the line is marked and coloured. */
  mark: 'good' | 'bad' | 'warning' | 'none';
  text: string;
}

/** An entry of an unknown event is described by its values. */
export function describeEntry(entry: JsonObject): Described {
  const describe = events[toText(entry['event'])];
  return describe?.(entry) ?? { mark: 'none', text: values(entry) };
}

const text = (entry: JsonObject, key: string): string => toText(entry[key]);

const events: Readonly<Record<string, (entry: JsonObject) => Described>> = {
  request(entry) {
    const models = toArray(entry['models']).map(toText).join(', ') || 'no model';
    const tokens = amount(toNumber(entry['inputTokens']) ?? 0);
    const route = text(entry, 'route');
    return {
      mark: 'none',
      text: `${text(entry, 'model')} with about ${tokens} tokens → ${models} (${route})`,
    };
  },
  attempt: describeAttemptEntry,
  refused(entry) {
    const status = `${toNumber(entry['status']) ?? ''} ${text(entry, 'type')}`;
    const next = text(entry, 'next');
    const then = next === '' ? '' : `; next: ${next}`;
    if (entry['by'] === 'occ')
      return { mark: 'bad', text: `refused by occ with ${status}: ${text(entry, 'reason')}` };
    // The status had been sent before the answer broke off.
    return entry['ending'] === 'cut'
      ? {
          mark: 'bad',
          text: `the client received an error after a part of the answer: ${text(entry, 'type')}${then}`,
        }
      : { mark: 'bad', text: `the client received no answer: ${status}${then}` };
  },
  repaired: (entry) => ({
    mark: 'warning',
    text: `${text(entry, 'model')}: ${text(entry, 'what')}, so the request was changed and sent again`,
  }),
  passed_over(entry) {
    const wait = toNumber(entry['waitMs']) ?? 0;
    const until = wait > 0 ? `; tried again in ${seconds(wait)}` : '';
    const why = describePassing(text(entry, 'kind'));
    return { mark: 'warning', text: `${text(entry, 'model')} was not tried: ${why}${until}` };
  },
  breaker(entry) {
    const model = text(entry, 'model');
    const state = text(entry, 'state');
    if (state === 'open')
      return { mark: 'bad', text: `${model} is skipped for a while: it has failed several times in a row` };
    return state === 'half_open'
      ? { mark: 'none', text: `${model} is tried again after its failures` }
      : { mark: 'good', text: `${model} works again` };
  },
  remembered: (entry) => ({
    mark: 'none',
    text: `${text(entry, 'who')}: ${text(entry, 'what')}; remembered until ${moment(text(entry, 'until'))}`,
  }),
  retries_spent: (entry) => ({
    mark: 'warning',
    text: `${text(entry, 'provider')} was not tried again: too many of its requests fail`,
  }),
  reload(entry) {
    const error = text(entry, 'error');
    return error === ''
      ? { mark: 'none', text: `the configuration was read again: ${text(entry, 'config') || 'defaults'}` }
      : { mark: 'bad', text: `the configuration was changed, but not used: ${error}` };
  },
  dropped: (entry) => ({
    mark: 'none',
    text: `left out of the request or the answer: ${text(entry, 'what')}`,
  }),
  note: (entry) => ({ mark: 'none', text: text(entry, 'text') }),
  fault: (entry) => ({ mark: 'bad', text: `a fault in occ itself: ${text(entry, 'error')}` }),
  plan(entry) {
    const windows = Object.entries(toObject(entry['percent'])).map(
      ([window, percent]) => `${windowLabel(window)} ${toNumber(percent) ?? '?'} %`,
    );
    const used = windows.length === 0 ? `unknown (${text(entry, 'unknown')})` : `${windows.join(', ')} used`;
    return { mark: 'none', text: `${text(entry, 'provider')}: quota ${used}` };
  },
  log_dropped: (entry) => ({
    mark: 'warning',
    text: `${toNumber(entry['lines']) ?? 0} lines are missing here: the disk was full or too slow`,
  }),
  captures_failed: (entry) => ({
    mark: 'warning',
    text: `a request was not written down: ${text(entry, 'reason')}`,
  }),
  traces: (entry) => ({ mark: 'warning', text: text(entry, 'reason') }),
  launch_unrecorded: (entry) => ({
    mark: 'warning',
    text: `occ status cannot find this launch: its record could not be written (${text(entry, 'error')})`,
  }),
};

function describeAttemptEntry(entry: JsonObject): Described {
  const model = text(entry, 'model');
  const attempt = entry as unknown as FailedAttempt;
  switch (entry['outcome']) {
    case 'answered':
      return { mark: 'good', text: `${model} answered${facts(entry)}` };
    case 'abandoned':
      return { mark: 'none', text: `${model} was asked until the client left or occ was stopped` };
    default:
      return {
        mark: 'bad',
        text: entry['position'] === 'after_content' ? describeBreak(attempt) : describeAttempt(attempt),
      };
  }
}

/** ` in 3.2 s, first output after 0.8 s, 12.3k tokens in (97 % cached), 345 out`. */
function facts(entry: JsonObject): string {
  const ms = toNumber(entry['ms']);
  const first = toNumber(entry['firstContentMs']);
  const usage = toObject(entry['usage']);
  const read = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']
    .map((name) => toNumber(usage[name]) ?? 0)
    .reduce((a, b) => a + b, 0);
  const cache = isObject(entry['cache']) ? (entry['cache'] as unknown as CacheRecord) : undefined;
  const share = cache && cacheShare(cache);
  const cached = share === undefined ? '' : ` (${share} % cached)`;
  const broken = cache && isBreak(cache) ? `; cache: ${describeCauses(cache.causes ?? [])}` : '';
  const otherModel = text(entry, 'otherModel');
  const parts = [
    ...(ms === undefined ? [] : [` in ${seconds(ms)}`]),
    ...(otherModel === '' ? [] : [`called its model ${otherModel}`]),
    ...(first === undefined ? [] : [`first output after ${seconds(first)}`]),
    ...(isObject(entry['usage'])
      ? [`${amount(read)} tokens in${cached}, ${amount(toNumber(usage['output_tokens']) ?? 0)} out`]
      : []),
  ];
  return parts.length === 0 ? '' : parts.join(', ').replace(/^(?! in)/, ', ') + broken;
}

const common: ReadonlySet<string> = new Set(['time', 'pid', 'level', 'event', 'request']);

function values(entry: JsonObject): string {
  const others = Object.entries(entry).filter(([key]) => !common.has(key));
  const pairs = others.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [text(entry, 'event').replaceAll('_', ' '), ...pairs].join(' ');
}
