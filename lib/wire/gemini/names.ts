/**
 * Function names. Beyond the rule of most servers (`toUpstreamName`), Gemini requires that a name begins with a letter or
 * an underscore. The new name depends only on the old one.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Tool } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';

const maxLength = 64;

export function toFunctionName(name: string): string {
  const upstreamName = toUpstreamName(name);
  return /^[A-Za-z_]/.test(upstreamName) ? upstreamName : `_${upstreamName}`.slice(0, maxLength);
}

/** Returns a function that maps a name from the upstream to the client's name (L6). */
export function functionNames(
  tools: readonly Tool[] | undefined,
  emit: (remark: Remark) => void,
): (name: string) => string {
  const known = clientToolNames(tools, emit);
  const renamed = new Map<string, string>();
  for (const { name } of tools ?? []) {
    if (typeof name !== 'string') continue;
    const upstreamName = toFunctionName(name);
    if (upstreamName !== toUpstreamName(name) && !renamed.has(upstreamName)) renamed.set(upstreamName, name);
  }
  for (const { name } of tools ?? []) renamed.delete(name);
  return (name) => known(renamed.get(name) ?? name);
}
