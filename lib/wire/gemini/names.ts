/**
 * Names of functions. Gemini's rule adds to the one most servers have (`toUpstreamName`) that a name begins with a
 * letter or an underscore; the new name follows from the old one alone.
 */
import type { Remark } from '../../anthropic/events.ts';
import type { Tool } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';
import { clientToolNames } from '../decode/client-tool-names.ts';

const longest = 64;

export function toFunctionName(name: string): string {
  const sent = toUpstreamName(name);
  return /^[A-Za-z_]/.test(sent) ? sent : `_${sent}`.slice(0, longest);
}

/** The client's name for one the upstream used (L6). */
export function functionNames(
  tools: readonly Tool[] | undefined,
  tell: (remark: Remark) => void,
): (name: string) => string {
  const known = clientToolNames(tools, tell);
  const renamed = new Map<string, string>();
  for (const { name } of tools ?? []) {
    if (typeof name !== 'string') continue;
    const sent = toFunctionName(name);
    if (sent !== toUpstreamName(name) && !renamed.has(sent)) renamed.set(sent, name);
  }
  for (const { name } of tools ?? []) renamed.delete(name);
  return (name) => known(renamed.get(name) ?? name);
}
