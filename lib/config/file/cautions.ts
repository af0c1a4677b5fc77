/** What is right, works, and yet wants a look: told by `occ config check`, not at every start. */
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
  return [...openFiles(effective, places), ...locateProblems(effective.text, caps(effective))];
}

/** A file that may hold keys, and the directory it is in where that is occ's own. */
function openFiles({ source }: Effective, places: PlaceOptions): Problem[] {
  if (source === undefined) return [];
  const { configDir } = findPlaces(places);
  const watched = dirname(source.file) === configDir ? [configDir, source.file] : [source.file];
  return watched.filter(openToOthers).map((path) => {
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

/** A total cap is the very thing that cuts long answers; it is right only where somebody wants just that. */
function caps({ merged }: Effective): Problem[] {
  if (!isObject(merged.tree)) return [];
  return [...leaves(merged.tree, [])].flatMap(([segments, value]): Problem[] => {
    const cap = segments.at(-1) === 'streaming_timeout_ms' ? toNumber(value) : undefined;
    if (!cap) return [];
    return [
      {
        path: renderPath(segments),
        message: `cuts every stream after ${cap} ms, one that is still sending too`,
        remedy: 'leave it out; stream_idle_timeout_ms ends a stream that has gone silent',
      },
    ];
  });
}
