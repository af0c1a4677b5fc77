/** What `occ status` knows of a proxy that has no record here: what /health says, and why that is all. */
import type { AddressedProxy, Owner } from '../../daemon/by-address.ts';
import { toNumber, toText, type JsonObject } from '../../json.ts';
import { duration } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { emptyLine, fit, versionText, type Line } from './lines.ts';

/** The part of the status that is known, and why the rest is not. */
export function toKnown({ url, pid, owner, health }: AddressedProxy): JsonObject {
  const figure = (name: string): number => toNumber(health[name]) ?? 0;
  return {
    pid,
    url,
    version: toText(health['version']),
    uptime_s: figure('uptime_s'),
    live: figure('live'),
    requests: figure('requests'),
    failures: figure('failures'),
    // Known to its owner only.
    ...Object.fromEntries(unknown.map((name) => [name, null])),
    unrecorded: `not in this home directory, so no more is known${reasons[owner]}`,
  };
}

const unknown =
  'started_at config config_error config_pending log log_error captures fallbacks input_tokens output_tokens cost cache last_error models spent learned plans rules budgets ledger'.split(
    ' ',
  );

const reasons: Readonly<Record<Owner, string>> = {
  own: '; occ stop and occ restart work by a signal',
  trusted: '; another program listens for it, as for a container',
  other: '',
  unknown: '; this system does not tell whose proxy it is',
};

/** No line is longer than `width` columns. */
export function renderKnown(known: JsonObject, style: Style, width = Infinity): string[] {
  const figure = (name: string): number => toNumber(known[name]) ?? 0;
  const failures = figure('failures');
  const row = (label: string, text: string): Line => ({ head: `  ${label.padEnd(11)}`, text });
  const lines: Line[] = [
    {
      head: `${style.good('●')} `,
      text: `running on ${style.bold(toText(known['url']))}  pid ${figure('pid')}, up ${duration(figure('uptime_s'))}`,
    },
    emptyLine,
    row('version', versionText(toText(known['version']))),
    row('live', String(figure('live'))),
    row('requests', `${figure('requests')}${failures > 0 ? `, ${style.bad(`${failures} failed`)}` : ''}`),
    row('record', toText(known['unrecorded'])),
  ];
  return lines.flatMap((line) => fit(line, width));
}
