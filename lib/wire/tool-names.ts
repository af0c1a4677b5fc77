/**
 * Converts tool names to the upstream's names and back. OpenAI's rule, which most servers follow, is 1 to 64 characters
 * of `[A-Za-z0-9_-]`; other names are replaced. The replacement depends only on the original name, so history and
 * declarations always match and the prompt prefix stays the same.
 */
import { digest } from '../stream/digest.ts';
import type { Tool } from '../anthropic/request.ts';

const maxLength = 64;
const allowed = /^[A-Za-z0-9_-]{1,64}$/;
const suffixLength = 10;

/** The name to send to the upstream: `name` itself when it is allowed. */
export function toUpstreamName(name: string): string {
  if (allowed.test(name)) return name;
  const readable = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, maxLength - suffixLength - 1);
  return `${readable}_${digest(name).slice(0, suffixLength)}`;
}

export interface ToolNames {
  toUpstream(name: string): string;
  /** The declared name that `name` was derived from or equals except for case; any other name unchanged (L6). */
  toClient(name: string): string;
}

/** The name mapping for one request's tools. */
export function toolNames(tools: readonly Tool[] = []): ToolNames {
  const exact = new Map<string, string>();
  const folded = new Map<string, string | undefined>();
  for (const { name } of tools) {
    if (typeof name !== 'string' || exact.get(name) === name) continue;
    exact.set(name, name);
    const sent = toUpstreamName(name);
    if (!exact.has(sent)) exact.set(sent, name);
    for (const lower of new Set([name.toLowerCase(), sent.toLowerCase()])) {
      // Ambiguous when two tools differ only in case.
      folded.set(lower, folded.has(lower) ? undefined : name);
    }
  }
  return {
    toUpstream: toUpstreamName,
    toClient: (name) => exact.get(name) ?? folded.get(name.toLowerCase()) ?? name,
  };
}
