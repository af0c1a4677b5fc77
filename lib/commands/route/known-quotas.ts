/** What the running proxies of this user have read on the usage pages of plans. Sends nothing to a provider. */
import type { KnownQuota } from '../../catalog/quota.ts';
import { findLaunches } from '../../daemon/launches.ts';
import { recordFolders } from '../../daemon/record.ts';
import { askProxy, findProxy } from '../../daemon/running.ts';
import { isObject, toArray, toNumber, toText, type JsonObject } from '../../json.ts';
import type { System } from '../../terminal/command-context.ts';

/** For each key of each provider what was read last. Empty if no proxy runs or none knows anything. */
export async function readQuotas(system: System): Promise<KnownQuota[]> {
  const [found, launches] = await Promise.all([findProxy(system), findLaunches(recordFolders(system))]);
  const running = found?.state === 'running' ? [found.record, ...launches] : launches;
  const answers = await Promise.all(running.map((proxy) => askProxy(proxy, '/occ/status')));
  const all = answers.flatMap((status) => toArray(status?.['plans']).filter(isObject).map(toQuota));
  const latest = new Map<string, KnownQuota>();
  for (const quota of all.toSorted((a, b) => a.at.localeCompare(b.at)))
    latest.set(`${quota.provider} ${quota.key ?? 1}`, quota);
  return [...latest.values()];
}

/** A proxy of another version may know less. */
function toQuota(plan: JsonObject): KnownQuota {
  const key = toNumber(plan['key']);
  const models = toArray(plan['models']).filter(isObject);
  return {
    provider: toText(plan['provider']),
    at: toText(plan['at']),
    windows: toArray(plan['windows']).filter(isObject).map(toWindow),
    ...(models.length > 0 && { models: models.map(toModelWindow) }),
    ...(key !== undefined && { key }),
  };
}

function toWindow({ window, percent, spent, resets_at }: JsonObject): KnownQuota['windows'][number] {
  return {
    window: toText(window),
    percent: toNumber(percent) ?? null,
    spent: spent === true,
    resets_at: toText(resets_at) || null,
  };
}

function toModelWindow(window: JsonObject): NonNullable<KnownQuota['models']>[number] {
  return { model: toText(window['model']), ...toWindow(window) };
}
