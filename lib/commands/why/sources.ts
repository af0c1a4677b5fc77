/** Looks for a request where it may be known: in the proxies that run, then in the log. */
import { findPlaces } from '../../config/paths.ts';
import { findPlacesToAsk, type Place } from '../../daemon/places.ts';
import { askProxy } from '../../daemon/running.ts';
import { isObject, toArray } from '../../json.ts';
import { parseLogLine, readLog } from '../../log/read-log.ts';
import type { System } from '../../terminal/command-context.ts';
import { reasonOf } from '../../system-error.ts';
import { withTilde } from '../../tilde.ts';
import { logStories, type LogStories } from './from-log.ts';
import { detourOf, type Explained, type ExplainedRequest } from './explained.ts';

export interface Search {
  explained?: Explained;
  /** The places that were looked at, for people. */
  looked: string[];
  /** How many requests are known, and how many of them were answered. Only counted if no failure was looked for by id. */
  known: { requests: number; answered: number };
}

/**
 * The request with that id or start of an id; the latest failure without one. Inside a client of a running proxy only that
 * proxy is asked, and only its lines of the log count.
 */
export async function search(id: string | undefined, system: System): Promise<Search> {
  const { places, closed } = await findPlacesToAsk(system);
  const own = places.find(({ url }) => url === system.env['ANTHROPIC_BASE_URL']);
  const asked = own && id === undefined ? [own] : places;
  const looked = [...asked.map(({ name }) => name), ...closed];
  const answers = await Promise.all(asked.map((place) => askFor(place, id)));
  const remembered = answers.flatMap((all, i) =>
    all.map((request): Explained => ({ request, source: 'memory', from: asked[i]?.name ?? '' })),
  );
  const { stories, from } = await readStories(own && id === undefined ? own.pid : undefined, system);
  looked.push(from);
  const inLog = (request: ExplainedRequest | undefined): Explained[] =>
    request === undefined ? [] : [{ request, source: 'log', from }];
  if (id !== undefined) return found(latest([...remembered, ...inLog(stories.find(id))]), looked);
  const failed = remembered.filter(({ request }) => hasFailed(request));
  const failure = latestCause([...failed, ...stories.failures().flatMap(inLog)]);
  if (failure) return found(failure, looked);
  const all = [...remembered, ...stories.all().flatMap(inLog)];
  const known = new Map(all.map(({ request }) => [request.id, request.ending]));
  const answered = [...known.values()].filter((ending) => ending === 'answered').length;
  const explained = latest(all.filter(({ request }) => detourOf(request) !== undefined));
  return { ...found(explained, looked), known: { requests: known.size, answered } };
}

function found(explained: Explained | undefined, looked: string[]): Search {
  return { looked, known: { requests: 0, answered: 0 }, ...(explained !== undefined && { explained }) };
}

/** The latest, from memory rather than from the log: the log has no words of the providers. */
function latest(all: readonly Explained[]): Explained | undefined {
  const [explained] = all.toSorted((a, b) => b.request.at.localeCompare(a.request.at));
  const same = all.find(({ request, source }) => source === 'memory' && request.id === explained?.request.id);
  return same ?? explained;
}

/** How long a failure explains the requests after it for which every model was skipped: longer than any breaker is open. */
const explainsMs = 10 * 60_000;

/**
 * The latest failure; or the one before it that explains it, if every model was skipped then because of what had happened
 * shortly before.
 */
function latestCause(failures: readonly Explained[]): Explained | undefined {
  const last = latest(failures);
  if (last === undefined || last.request.attempts.length > 0) return last;
  const since = Date.parse(last.request.at) - explainsMs;
  const isCause = ({ request: { attempts, at } }: Explained): boolean =>
    attempts.length > 0 && Date.parse(at) >= since;
  return latest(failures.filter(isCause)) ?? last;
}

/** Newest first. */
async function askFor(place: Place, id: string | undefined): Promise<ExplainedRequest[]> {
  const asked = (filter: { id?: string; failed?: boolean }) =>
    askProxy(place, '/occ/requests', { limit: 20, ...filter });
  // Without an id the failures, and the latest requests for one that a fallback answered.
  const answers = id === undefined ? [asked({ failed: true }), asked({})] : [asked({ id })];
  const found = await Promise.all(answers);
  return found.flatMap((answer) =>
    toArray(answer?.['requests']).filter(isObject),
  ) as unknown as ExplainedRequest[];
}

function hasFailed({ ending }: ExplainedRequest): boolean {
  return ending === 'refused' || ending === 'cut';
}

/** `from` is the log, for people. */
async function readStories(
  pid: number | undefined,
  { env, home }: System,
): Promise<{ stories: LogStories; from: string }> {
  const path = `${findPlaces({ env, home }).stateDir}/occ.log`;
  const stories = logStories(pid);
  let from = `the log ${withTilde(path, home)}`;
  try {
    for await (const read of readLog(path)) {
      const entry = read === 'caught up' ? undefined : parseLogLine(read.line);
      if (entry) stories.add(entry);
    }
  } catch (error) {
    from += `, which cannot be read: ${reasonOf((error as NodeJS.ErrnoException).code ?? '')}`;
  }
  return { stories, from };
}
