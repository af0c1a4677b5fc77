/**
 * Names of tools on their way to an upstream and back. OpenAI's rule, which most servers follow, is 1 to 64 of
 * `[A-Za-z0-9_-]`; a name outside it is renamed. The new name follows from the old one alone, so that history and
 * declarations always agree and a prompt's prefix never changes.
 */
import { digest } from '../stream/digest.ts';
import type { Tool } from '../anthropic/request.ts';

const longest = 64;
const allowed = /^[A-Za-z0-9_-]{1,64}$/;
const tailLength = 10;

/** The name an upstream sees. Names within the rule stay as they are. */
export function toUpstreamName(name: string): string {
  if (allowed.test(name)) return name;
  const readable = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, longest - tailLength - 1);
  return `${readable}_${digest(name).slice(0, tailLength)}`;
}

export interface ToolNames {
  toUpstream(name: string): string;
  /**
   * L6: a name that a declared tool was sent under, or that equals a declared name up to case, becomes the declared
   * name; any other passes unchanged.
   */
  toClient(name: string): string;
}

/** The names of one request's tools, both ways. */
export function toolNames(tools: readonly Tool[] = []): ToolNames {
  const exact = new Map<string, string>();
  const folded = new Map<string, string | undefined>();
  for (const { name } of tools) {
    if (typeof name !== 'string' || exact.get(name) === name) continue;
    exact.set(name, name);
    const sent = toUpstreamName(name);
    if (!exact.has(sent)) exact.set(sent, name);
    for (const spelled of new Set([name.toLowerCase(), sent.toLowerCase()])) {
      // Two tools that differ in case only cannot be told apart by a misspelt name.
      folded.set(spelled, folded.has(spelled) ? undefined : name);
    }
  }
  return {
    toUpstream: toUpstreamName,
    toClient: (name) => exact.get(name) ?? folded.get(name.toLowerCase()) ?? name,
  };
}
