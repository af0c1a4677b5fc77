/** The names of the tools an answer calls, as the client knows them (L6). */
import type { Remark } from '../../anthropic/events.ts';
import type { Tool } from '../../anthropic/request.ts';
import { toolNames } from '../tool-names.ts';

/**
 * The client's name for one the upstream used. A name nobody declared passes unchanged, since the client answers it
 * better than occ could, and the log is told.
 */
export function clientToolNames(
  tools: readonly Tool[] | undefined,
  tell: (remark: Remark) => void,
): (name: string) => string {
  const names = toolNames(tools);
  const declared = new Set(tools?.map(({ name }) => name));
  return (name) => {
    const known = names.toClient(name);
    if (!declared.has(known))
      tell({ type: 'note', text: `a call of a tool nobody declared: ${JSON.stringify(known.slice(0, 64))}` });
    return known;
  };
}
