/** Looks for a request where it may be known: in the proxies that run, then in the log. */
import { findPlaces } from '../../config/paths.ts';
import { findLaunches, type LaunchRecord } from '../../daemon/launches.ts';
import { askProxy, findProxy, runtimeDirOf } from '../../daemon/running.ts';
import { isObject, toArray } from '../../json.ts';
import { parseLogLine, readLog } from '../../log/read-log.ts';
import type { System } from '../../terminal/command-context.ts';
import { withTilde } from '../../tilde.ts';
import { logStories } from './from-log.ts';
import type { Told, ToldRequest } from './told.ts';

export interface Search {
  told?: Told;
  /** The places that were looked at, for people. */
  looked: string[];
  /** A request that a fallback answered, if no request failed: its id. */
  fallback?: string;
}

/** A proxy that can be asked. */
interface Place {
  url: string;
  control: string;
  pid: number;
  name: string;
}

/**
 * The request with that id or start of an id; the latest failure without one. Inside a client of a running proxy only that
 * proxy is asked, and only its lines of the log count.
 */
export async function search(id: string | undefined, system: System): Promise<Search> {
  const places = await findPlacesToAsk(system);
  const own = places.find(({ url }) => url === system.env['ANTHROPIC_BASE_URL']);
  const asked = own && id === undefined ? [own] : places;
  const looked = asked.map(({ name }) => name);
  const answers = await Promise.all(asked.map((place) => askFor(place, id)));
  const remembered = answers.flatMap((all, i) =>
    all.map((request): Told => ({ request, source: 'memory', from: asked[i]?.name ?? '' })),
  );
  const failed = remembered.filter(({ request }) => id !== undefined || hasFailed(request));
  const logged = await searchLog(id, own && id === undefined ? own.pid : undefined, system);
  looked.push(logged.from);
  const all = [
    ...failed,
    ...(logged.request ? [{ request: logged.request, source: 'log' as const, from: logged.from }] : []),
  ];
  // The sort is stable, so memory comes before the log for the same request.
  const [told] = all.toSorted((a, b) => b.request.at.localeCompare(a.request.at));
  const same = told && failed.find(({ request }) => request.id === told.request.id);
  const fallback = remembered.find(({ request }) => request.fallbackFrom !== undefined)?.request.id;
  return {
    looked,
    ...(told !== undefined && { told: same ?? told }),
    ...(fallback !== undefined && { fallback }),
  };
}

async function findPlacesToAsk(system: System): Promise<Place[]> {
  const [daemon, launches] = await Promise.all([findProxy(system), findLaunches(runtimeDirOf(system))]);
  const ofLaunch = ({ url, control, pid, client, cwd }: LaunchRecord): Place => ({
    url,
    control,
    pid,
    name: `the launch of ${client} in ${withTilde(cwd, system.home)} (pid ${pid})`,
  });
  const proxies: Place[] = [];
  if (daemon?.state === 'running') {
    const { url, control, pid } = daemon.record;
    proxies.push({ url, control, pid, name: `the proxy on ${url} (pid ${pid})` });
  }
  return [...proxies, ...launches.map(ofLaunch)];
}

/** Newest first. */
async function askFor(place: Place, id: string | undefined): Promise<ToldRequest[]> {
  const asked = (filter: { id?: string; failed?: boolean }) =>
    askProxy(place, '/occ/requests', { limit: 20, ...filter });
  // Without an id the failures, and the latest requests for one that a fallback answered.
  const answers = id === undefined ? [asked({ failed: true }), asked({})] : [asked({ id })];
  const found = await Promise.all(answers);
  return found.flatMap((answer) =>
    toArray(answer?.['requests']).filter(isObject),
  ) as unknown as ToldRequest[];
}

function hasFailed({ ending }: ToldRequest): boolean {
  return ending === 'refused' || ending === 'cut';
}

async function searchLog(
  id: string | undefined,
  pid: number | undefined,
  { env, home }: System,
): Promise<{ request: ToldRequest | undefined; from: string }> {
  const path = `${findPlaces({ env, home }).stateDir}/occ.log`;
  const stories = logStories(pid);
  let from = `the log ${withTilde(path, home)}`;
  try {
    for await (const read of readLog(path)) {
      const entry = read === 'caught up' ? undefined : parseLogLine(read.line);
      if (entry) stories.add(entry);
    }
  } catch (error) {
    from += `, which cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
  return { request: id === undefined ? stories.lastFailure() : stories.find(id), from };
}
