/** The formats that clients speak, by name and by path, without their code. */
import type { Asking, Endpoint, ServedEndpoints } from './served.ts';
import * as table from './served-table.ts';

export type ServedName = keyof typeof table;

export const servedEndpoints: Readonly<Record<ServedName, ServedEndpoints>> = table;

/** Every request passes here, so that of most clients comes first. */
const finders = (['messages', ...Object.keys(servedEndpoints)] as ServedName[]).map(
  (name) => [name, servedEndpoints[name].find] as const,
);

export interface ServedPath {
  readonly format: ServedName;
  readonly endpoint: Endpoint;
}

/** The format that a path belongs to, and what the path is for. `asking` decides about paths that several formats have. */
export function servedAt(pathname: string, asking?: Asking): ServedPath | undefined {
  for (const [format, find] of finders) {
    const endpoint = find(pathname, asking);
    if (endpoint) return { format, endpoint };
  }
  return undefined;
}
