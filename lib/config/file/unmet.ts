/** Variables that the file names but that are not set: an error only if the value is needed. */
import { toProviderName } from './entries.ts';
import type { Placeholder } from './interpolate.ts';
import { secretAt } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';
import { renderPath, type Segment } from './json-path.ts';
import type { Origin } from './layers.ts';
import type { Problem } from '../settings.ts';

export interface Unmet {
  problems: Problem[];
  warnings: Problem[];
  /** Path → the variable that is not set. */
  missing: ReadonlyMap<string, string>;
  /** Providers that cannot be built without the variable, and that are not used. */
  unready: ReadonlySet<string>;
}

/** Missing credentials are not reported here but by their provider, since other providers may still work. */
export function findUnmet(
  placeholders: readonly Placeholder[],
  origins: Readonly<Record<string, Origin>>,
  used: ReadonlySet<string>,
): Unmet {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const missing = new Map<string, string>();
  const unready = new Set<string>();
  for (const { segments, variable } of placeholders.filter((placeholder) => placeholder.missing)) {
    const path = renderPath(segments);
    missing.set(path, variable);
    const secrecy = secretAt(segments);
    const isCredential = secrecy === 'key' || secrecy === 'credential';
    if (isCredential || !isEffective(segments, path, origins)) continue;
    const problem = {
      path,
      message: `the variable ${variable}, which it names, is not set`,
      remedy: `set ${variable}, or give a default: \${${variable}:-…}`,
      variable,
    };
    const provider = providerAt(segments);
    if (provider === undefined || used.has(provider)) problems.push(problem);
    else {
      unready.add(provider);
      warnings.push({ ...problem, message: `${problem.message}; ${provider} cannot be used without it` });
    }
  }
  return { problems, warnings, missing, unready };
}

/** Whether the key has an effect and its value comes from the file. */
function isEffective(
  segments: readonly Segment[],
  path: string,
  origins: Readonly<Record<string, Origin>>,
): boolean {
  const properties: Readonly<Record<string, Schema>> = configSchema.properties;
  const schema = properties[String(segments[0])];
  if (schema === undefined || schema.withoutEffect !== undefined || segments[0] === '$schema') return false;
  return (origins[path] ?? 'file') === 'file';
}

function providerAt([first, second]: readonly Segment[]): string | undefined {
  if (first === 'providers' && second !== undefined) return toProviderName(String(second));
  return first === 'opencode_go' || first === 'opencode_zen' || first === 'openrouter'
    ? toProviderName(first)
    : undefined;
}
