/** The running launches, for `occ status`. */
import { askProxy } from '../../daemon/running.ts';
import { findLaunches } from '../../daemon/launches.ts';
import { toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { amount, count, duration } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

/** What a launch says about itself. */
const told = [
  'uptime_s',
  'config',
  'live',
  'requests',
  'failures',
  'fallbacks',
  'input_tokens',
  'output_tokens',
  'cost',
  'last_error',
];

/** The launches that answer, oldest first. */
export async function readLaunches(runtimeDir: string): Promise<JsonObject[]> {
  const launches = await findLaunches(runtimeDir);
  const all = launches.map(async (launch) => {
    const status = await askProxy(launch, '/occ/status');
    const { pid, url, started_at, client, cwd, log } = launch;
    const own = { pid, url, started_at, client, cwd, log };
    return status
      ? [{ ...own, ...Object.fromEntries(told.map((name) => [name, status[name] ?? null])) }]
      : [];
  });
  return (await Promise.all(all)).flat();
}

/** Two or three lines for each launch; none without launches. */
export function renderLaunches(launches: readonly JsonObject[], home: string, style: Style): string[] {
  return launches.flatMap((launch) => {
    const number = (key: string): number => toNumber(launch[key]) ?? 0;
    const failures = number('failures');
    const fallbacks = number('fallbacks');
    const facts = [
      count(number('requests'), 'request'),
      `${amount(number('input_tokens'))} tokens in, ${amount(number('output_tokens'))} out`,
      ...(fallbacks > 0 ? [style.warning(`${fallbacks} answered by a fallback`)] : []),
      ...(failures > 0 ? [style.bad(`${failures} failed`)] : []),
    ];
    const error = toObject(launch['last_error']);
    const [message = ''] = toText(error['message']).split('\n', 1);
    return [
      `${style.good('●')} launch of ${style.bold(toText(launch['client']))} in ${tilde(toText(launch['cwd']), home)}  pid ${number('pid')}, up ${duration(number('uptime_s'))}`,
      `  ${facts.join(', ')}`,
      ...(message === ''
        ? []
        : [style.bad(`  last error: ${message}`), `  occ why ${toText(error['request'])}`]),
    ];
  });
}

/** `~` for the home directory. */
function tilde(path: string, home: string): string {
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
