/** Valid settings that are probably not intended. `occ config check` reports them; `occ start` does not. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject, toNumber } from '../../json.ts';
import type { Effective } from './effective.ts';
import { findPlaces, openToOthers, type PlaceOptions } from '../paths.ts';
import { renderPath } from './json-path.ts';
import { leaves } from './layers.ts';
import { locateProblems } from './locate.ts';
import type { Problem } from '../settings.ts';

export function findCautions(effective: Effective, places: PlaceOptions): Problem[] {
  return [...accessibleFiles(effective, places), ...locateProblems(effective.text, totalLimits(effective))];
}

/** The file may contain keys. Its directory is checked only if it is occ's own. */
function accessibleFiles({ source }: Effective, places: PlaceOptions): Problem[] {
  if (source === undefined) return [];
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

/** A total limit cuts long responses, which is rarely intended. */
function totalLimits({ merged }: Effective): Problem[] {
  if (!isObject(merged.tree)) return [];
  return [...leaves(merged.tree, [])].flatMap(([segments, value]): Problem[] => {
    const limitMs = segments.at(-1) === 'streaming_timeout_ms' ? toNumber(value) : undefined;
    if (!limitMs) return [];
    return [
      {
        path: renderPath(segments),
        message: `cuts every stream after ${limitMs} ms, even one that is still sending`,
        remedy: 'remove it; stream_idle_timeout_ms ends a stream that stops sending',
      },
    ];
  });
}
