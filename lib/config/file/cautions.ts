/** Valid settings that are probably not intended. `occ config check` reports them; `occ start` does not. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { toNumber, toObject, type Json } from '../../json.ts';
import { readBudgetAmount } from '../../budget-amount.ts';
import { readPaidFallback } from '../../paid-fallback.ts';
import { readShare } from '../../quota-share.ts';
import type { Effective } from './effective.ts';
import { quote } from '../../shell-word.ts';
import { namesDescriptor } from '../../given-pipe.ts';
import { findPlaces, openToOthers, type PlaceOptions } from '../paths.ts';
import { sectionsOf } from '../providers/providers.ts';
import type { WireFormat } from '../../wire/formats.ts';
import { toWireFormat } from './entries.ts';
import { renderPath } from './json-path.ts';
import { isKnown } from './lookup.ts';
import { leaves } from './layers.ts';
import { locateProblems } from './locate.ts';
import { mistypedScenarios } from './mistyped.ts';
import { repeatedKeys } from './repeated.ts';
import { timeouts } from './schema.ts';
import type { Problem } from '../settings.ts';

export function findCautions(effective: Effective, places: PlaceOptions): Problem[] {
  return [...accessibleFiles(effective, places), ...valueCautions(effective)];
}

/** Those about values, not about the file itself. */
export function valueCautions(effective: Effective, now = Date.now()): Problem[] {
  const found = [
    ...mistypedScenarios(effective.merged.tree),
    ...repeatedKeys(effective.text),
    ...emptyTokens(effective),
    ...shortLimits(effective),
    ...totalLimits(effective),
    ...urlsWithoutPath(effective),
    ...uncountedBudgets(effective),
    ...idleShares(effective),
    ...endedAllowances(effective, now),
  ];
  return locateProblems(effective.text, found);
}

/** The file may contain keys. Its directory is checked only if it is occ's own. */
function accessibleFiles({ source }: Effective, places: PlaceOptions): Problem[] {
  if (source === undefined || namesDescriptor(source.file)) return [];
  const { configDir } = findPlaces(places);
  const privatePaths = dirname(source.file) === configDir ? [configDir, source.file] : [source.file];
  return privatePaths.filter(openToOthers).map((path) => {
    const stat = statSync(path);
    const wanted = stat.isDirectory() ? '700' : '600';
    const mode = (stat.mode & 0o777).toString(8);
    return {
      path: '',
      message: `${path} is open to other users of this machine (mode ${mode}); expected ${wanted}`,
      remedy: `chmod ${wanted} ${path}`,
    };
  });
}

/** A token that protects nothing, such as from `${OCC_TOKEN:-}` of a variable that is not set. */
function emptyTokens({ merged }: Effective): Problem[] {
  if (merged.tree['auth_token'] !== '') return [];
  return [
    {
      path: 'auth_token',
      message: 'is empty, so any token is accepted',
      remedy: 'occ config set auth_token --stdin',
    },
  ];
}

/** In milliseconds. Shorter limits are most likely meant as seconds. */
const shortestLimitMs = 1000;

function shortLimits({ merged }: Effective): Problem[] {
  return [...leaves(merged.tree, [])].flatMap(([segments, value]): Problem[] => {
    // A key that has no meaning there is ignored, whatever its value.
    const counts = Object.hasOwn(timeouts, segments.at(-1) ?? '') && isKnown(segments);
    const limitMs = counts ? toNumber(value) : undefined;
    if (!limitMs || limitMs >= shortestLimitMs) return [];
    return [
      {
        path: renderPath(segments),
        message: `${limitMs} ms is shorter than any answer takes`,
        remedy: `did you mean ${limitMs} s? A number without a unit means milliseconds.\nocc config set ${quote(renderPath(segments))} ${limitMs}s`,
      },
    ];
  });
}

/** The formats whose base URLs usually end in a version. */
const versioned: ReadonlySet<WireFormat> = new Set(['chat', 'responses']);

/** The path of these formats begins below the version, which is part of the base URL: `http://127.0.0.1:11434/v1`. */
function urlsWithoutPath({ merged }: Effective): Problem[] {
  const { custom } = sectionsOf(merged.tree);
  return custom.flatMap(({ segments, given: { base_url = '', wire_format } }): Problem[] => {
    const format = toWireFormat(wire_format) ?? 'chat';
    if (!versioned.has(format) || !URL.canParse(base_url)) return [];
    const { origin, pathname } = new URL(base_url);
    if (pathname !== '/') return [];
    const path = renderPath([...segments, 'base_url']);
    return [
      {
        path,
        message: `${origin} has no path, but most servers expect /v1`,
        remedy: `occ config set ${path} ${origin}/v1`,
      },
    ];
  });
}

/** Without the ledger, a proxy knows only what it has used itself since its start. */
function uncountedBudgets({ merged }: Effective): Problem[] {
  const budget = toObject(merged.tree['budget']);
  if (toObject(merged.tree['ledger'])['enabled'] !== false) return [];
  const set = ['day', 'month'].filter((period) => isSet(budget[period]));
  return set.map((period) => ({
    path: renderPath(['budget', period]),
    message: 'counts only what one proxy has used since its start, because ledger.enabled is false',
    remedy: 'occ config set ledger.enabled true',
  }));
}

/** The providers whose usage page occ reads. */
const reportsQuota: ReadonlySet<string> = new Set(['opencode-go']);

function idleShares({ merged, used }: Effective): Problem[] {
  const share = merged.tree['save_quota_at'];
  if ((typeof share !== 'number' && typeof share !== 'string') || readShare(share) === undefined) return [];
  if ([...used].some((name) => reportsQuota.has(name))) return [];
  return [
    {
      path: 'save_quota_at',
      message: 'has no effect: no model is one of opencode-go, the only provider whose plan occ can read',
      remedy: 'occ config unset save_quota_at',
    },
  ];
}

/** A time that has passed means `ask`. */
function endedAllowances({ merged }: Effective, now: number): Problem[] {
  const given = merged.tree['paid_fallback'];
  if (typeof given !== 'string' || !/^\s*until/i.test(given)) return [];
  const rule = readPaidFallback(given, now);
  if (rule === undefined || rule.until !== undefined) return [];
  return [
    {
      path: 'paid_fallback',
      message:
        'its time has passed, so models that cost money do not answer in place of those that cost none',
      remedy: 'occ config set paid_fallback ask',
    },
  ];
}

function isSet(budget: Json | undefined): boolean {
  return (typeof budget === 'number' || typeof budget === 'string') && readBudgetAmount(budget) !== undefined;
}

/** A total limit cuts long responses, which is rarely intended. */
function totalLimits({ merged }: Effective): Problem[] {
  return [...leaves(merged.tree, [])].flatMap(([segments, value]): Problem[] => {
    const counts = segments.at(-1) === 'streaming_timeout_ms' && isKnown(segments);
    const limitMs = counts ? toNumber(value) : undefined;
    if (!limitMs || limitMs < shortestLimitMs) return [];
    return [
      {
        path: renderPath(segments),
        message: `cuts every stream after ${limitMs} ms, even one that is still sending`,
        remedy: 'remove it; stream_idle_timeout_ms ends a stream that stops sending',
      },
    ];
  });
}
