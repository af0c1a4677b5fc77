/** The running launches, for `occ status`. */
import { askProxy } from '../../daemon/running.ts';
import { findLaunches } from '../../daemon/launches.ts';
import { toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { amount, count, duration } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { withTilde } from '../../tilde.ts';
import { inputShare } from './cache-lines.ts';
import { errorTexts, fit, type Line } from './lines.ts';

/** The fields of the status of a launch that are shown. */
const statusFields = [
  'uptime_s',
  'config',
  'live',
  'requests',
  'failures',
  'fallbacks',
  'input_tokens',
  'output_tokens',
  'cost',
  'cache',
  'last_error',
];

/** The launches that answer, oldest first. */
export async function readLaunches(folders: readonly string[]): Promise<JsonObject[]> {
  const launches = await findLaunches(folders);
  const all = launches.map(async (launch) => {
    const status = await askProxy(launch, '/occ/status');
    const { pid, url, started_at, client, cwd, log } = launch;
    const own = { pid, url, started_at, client, cwd, log };
    return status
      ? [{ ...own, ...Object.fromEntries(statusFields.map((name) => [name, status[name] ?? null])) }]
      : [];
  });
  return (await Promise.all(all)).flat();
}

/** Some lines for each launch; none without launches. */
export function renderLaunches(
  launches: readonly JsonObject[],
  home: string,
  style: Style,
  width = Infinity,
): string[] {
  return launches.flatMap((launch) => {
    const number = (key: string): number => toNumber(launch[key]) ?? 0;
    const failures = number('failures');
    const fallbacks = number('fallbacks');
    const cached = inputShare(toObject(launch['cache']));
    const facts = [
      count(number('requests'), 'request'),
      `${amount(number('input_tokens'))} tokens in, ${amount(number('output_tokens'))} out`,
      ...(cached === undefined ? [] : [`cache: ${cached}`]),
      ...(fallbacks > 0 ? [style.warning(`${fallbacks} answered by a fallback`)] : []),
      ...(failures > 0 ? [style.bad(`${failures} failed`)] : []),
    ];
    const place = withTilde(toText(launch['cwd']), home);
    const title = `launch of ${style.bold(toText(launch['client']))} in ${place}  pid ${number('pid')}, up ${duration(number('uptime_s'))}`;
    const error = errorTexts(toObject(launch['last_error']), style);
    const lines: Line[] = [
      { head: `${style.good('●')} `, text: title },
      { head: '  ', text: facts.join(', ') },
      ...error.map((text, i) => ({ head: '  ', text: i === 0 ? `last error ${text}` : text })),
    ];
    return lines.flatMap((line) => fit(line, width));
  });
}
