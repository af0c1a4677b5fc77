/** Puts together from the log what happened to a request. Pure. */
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import type { LoggedEntry } from '../../log/read-log.ts';
import {
  arrived,
  addUsage,
  fallbackFrom,
  type AttemptRecord,
  type PassedOverRecord,
} from '../../proxy/recent.ts';
import { describeFailures, describePassing } from '../../proxy/policy/words.ts';
import type { ExplainedRequest } from './explained.ts';

/** Collects the entries of each request; the latest failure can be taken at any time. */
export interface LogStories {
  add(entry: LoggedEntry): void;
  /** The request with that id or start of an id, the latest one if several match. */
  find(id: string): ExplainedRequest | undefined;
  /** Those that ended in an error, newest first. */
  failures(): ExplainedRequest[];
  /** The latest requests, newest first. */
  all(): ExplainedRequest[];
}

/** Requests whose entries are kept. The log is read from its beginning, so older ones are forgotten. */
const mostRequests = 500;

/** `pid` restricts it to the lines of one process. */
export function logStories(pid?: number): LogStories {
  const byId = new Map<string, JsonObject[]>();
  const failed = new Set<string>();

  function add(entry: LoggedEntry): void {
    const id = toText(entry['request']);
    if (id === '' || (pid !== undefined && entry.pid !== pid)) return;
    const entries = byId.get(id) ?? [];
    if (!byId.has(id)) {
      const [oldest] = byId.keys();
      if (byId.size >= mostRequests && oldest !== undefined) {
        byId.delete(oldest);
        failed.delete(oldest);
      }
      byId.set(id, entries);
    }
    entries.push(entry as unknown as JsonObject);
    if (entry.event === 'refused') failed.add(id);
  }

  function story(id: string | undefined): ExplainedRequest | undefined {
    const entries = id === undefined ? undefined : byId.get(id);
    return entries && id !== undefined ? toExplained(id, entries) : undefined;
  }

  return {
    add,
    find: (start) => story([...byId.keys()].findLast((id) => id.startsWith(start))),
    failures: () => [...failed].flatMap((id) => story(id) ?? []).toReversed(),
    all: () => [...byId].map(([id, entries]) => toExplained(id, entries)).toReversed(),
  };
}

function toExplained(id: string, entries: readonly JsonObject[]): ExplainedRequest {
  const [first = {}] = entries;
  const at = toText(first['time']);
  const last = entries.at(-1) ?? first;
  const record = arrived(id, at);
  record.ms = Math.max(0, Date.parse(toText(last['time'])) - Date.parse(at));
  const request: ExplainedRequest = { ...record, ending: 'unknown' };
  let plan: string[] = [];
  for (const entry of entries) {
    const config = toText(entry['config']);
    if (config !== '') request.config = config;
    switch (entry['event']) {
      case 'request':
        request.model = toText(entry['model']);
        request.stream = entry['stream'] === true;
        request.route = toText(entry['route']);
        plan = toArray(entry['models']).map(toText);
        request.passedOver = passedIn(entry);
        break;
      case 'attempt':
        addAttempt(request, entry);
        break;
      case 'repaired':
        request.repairs.push({ model: toText(entry['model']), what: toText(entry['what']) });
        break;
      case 'passed_over':
        request.passedOver.push(passed(entry));
        break;
      case 'refused':
        addRefusal(request, entry);
        break;
      default:
    }
  }
  const [planned] = plan;
  if (request.ending === 'answered' && planned !== undefined && request.answered?.model !== planned)
    request.fallbackFrom = fallbackFrom(planned, request);
  return request;
}

/** The models that an entry names as passed over. That of the end has all of them. */
function passedIn(entry: JsonObject): PassedOverRecord[] {
  return toArray(entry['passedOver']).filter(isObject).map(passed);
}

function passed(entry: JsonObject): PassedOverRecord {
  const kind = toText(entry['kind']);
  return {
    model: toText(entry['model']),
    kind: kind as PassedOverRecord['kind'],
    reason: describePassing(kind),
  };
}

/** What an entry has in common with the record of an attempt. */
const attemptKeys: ReadonlySet<string> = new Set<keyof AttemptRecord>([
  'model',
  'format',
  'outcome',
  'ms',
  'otherModel',
  'firstContentMs',
  'class',
  'about',
  'trouble',
  'limit',
  'position',
  'notSent',
  'notRunning',
  'network',
  'address',
  'retryAfter',
  'upstreamStatus',
  'upstreamType',
  'upstreamCode',
]);

function addAttempt(request: ExplainedRequest, entry: JsonObject): void {
  const { model, format, outcome } = entry;
  const firstContentMs = toNumber(entry['firstContentMs']);
  const known = Object.entries(entry).filter(([key]) => attemptKeys.has(key));
  const attempt = { ms: 0, ...Object.fromEntries(known) } as unknown as AttemptRecord;
  request.attempts.push(attempt);
  const usage = toObject(entry['usage']);
  const cost = toNumber(entry['cost']);
  if (isObject(entry['cache']))
    request.cache = entry['cache'] as unknown as NonNullable<ExplainedRequest['cache']>;
  addUsage(request, {
    ...(isObject(entry['usage']) && {
      usage: {
        input_tokens: toNumber(usage['input_tokens']) ?? 0,
        cache_read_input_tokens: toNumber(usage['cache_read_input_tokens']) ?? 0,
        cache_creation_input_tokens: toNumber(usage['cache_creation_input_tokens']) ?? 0,
        output_tokens: toNumber(usage['output_tokens']) ?? 0,
      },
    }),
    ...(cost !== undefined && { cost }),
  });
  if (outcome === 'abandoned') request.ending = 'left';
  if (outcome !== 'answered' && attempt.position !== 'after_content') return;
  if (outcome === 'answered') request.ending = 'answered';
  if (firstContentMs !== undefined) request.firstContentMs ??= firstContentMs;
  const [provider = ''] = toText(model).split('/');
  request.answered = { model: toText(model), provider, format: toText(format) as AttemptRecord['format'] };
}

function addRefusal(request: ExplainedRequest, entry: JsonObject): void {
  request.ending = entry['ending'] === 'cut' ? 'cut' : 'refused';
  if (entry['passedOver'] !== undefined) request.passedOver = passedIn(entry);
  const failure = toText(entry['class']);
  const next = toText(entry['next']);
  const reason = toText(entry['reason']);
  if (reason !== '') request.refusedBecause = reason;
  request.error = {
    status: toNumber(entry['status']) ?? 0,
    type: toText(entry['type']),
    message: reason || describeFailures(failedIn(request), request.passedOver),
    permanent: entry['permanent'] === true,
    ...(failure !== '' && { class: failure as NonNullable<AttemptRecord['class']> }),
    ...(next !== '' && { next }),
  };
}

function failedIn({ attempts }: ExplainedRequest): AttemptRecord[] {
  return attempts.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
}
