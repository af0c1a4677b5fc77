/** Splits descriptions of tools that are longer than a server accepts: the rest follows in the system prompt. */
import type { ClientTool } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';

const more = '… (continued in the system prompt)';

/** What `description` of the tool may contain, at most `max` characters; undefined if it has none. */
export function shortDescription({ description }: ClientTool, max: number): string | undefined {
  if (typeof description !== 'string' || description.length <= max) return description;
  return description.slice(0, cutAt(description, max)) + more;
}

/** The rest of each description that `shortDescription` cut, with the name under which the tool is sent, in order. */
export function longDescriptions(tools: readonly ClientTool[], max: number): string[] {
  return tools.flatMap(({ name, description }) => {
    if (typeof description !== 'string' || description.length <= max) return [];
    const rest = description.slice(cutAt(description, max));
    return [`The description of the tool ${toUpstreamName(name)} goes on:\n${rest}`];
  });
}

/** The length of the first part, which does not end between the two halves of a character. */
function cutAt(description: string, max: number): number {
  const at = Math.max(0, max - more.length);
  const half = description.charCodeAt(at - 1);
  return half >= 0xd800 && half <= 0xdbff ? at - 1 : at;
}
