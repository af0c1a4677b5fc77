/** The running proxies of this user that can be asked about requests: that of `occ start`, and those of launches. */
import type { HomeContext } from '../config/paths.ts';
import { withTilde } from '../tilde.ts';
import type { AddressedProxy } from './by-address.ts';
import { findLaunches, type LaunchRecord } from './launches.ts';
import { recordFolders } from './record.ts';
import { findProxy, isRunning } from './running.ts';

/** A proxy that can be asked. */
export interface Place {
  url: string;
  control: string;
  pid: number;
  name: string;
}

/** `closed` are running proxies that cannot be asked, for people. */
export async function findPlacesToAsk(world: HomeContext): Promise<{ places: Place[]; closed: string[] }> {
  const [daemon, launches] = await Promise.all([findProxy(world), findLaunches(recordFolders(world))]);
  const ofLaunch = ({ url, control, pid, client, cwd }: LaunchRecord): Place => ({
    url,
    control,
    pid,
    name: `the launch of ${client} in ${withTilde(cwd, world.home)} (pid ${pid})`,
  });
  const proxies: Place[] = [];
  if (daemon?.state === 'running') {
    const { url, control, pid } = daemon.record;
    proxies.push({ url, control, pid, name: `the proxy on ${url} (pid ${pid})` });
  }
  const closed = isRunning(daemon) && daemon.state === 'unrecorded' ? [closedPlace(daemon.proxy)] : [];
  return { places: [...proxies, ...launches.map(ofLaunch)], closed };
}

function closedPlace({ url, pid }: AddressedProxy): string {
  return `the proxy on ${url} (pid ${pid}), which tells no more than that it runs, since its record is not in this home directory`;
}
