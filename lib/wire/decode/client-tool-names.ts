/** Maps the tool names in a response to the client's names (L6). */
import { nameForLog } from '../../redact.ts';
import type { Remark } from '../../anthropic/events.ts';
import type { Tool } from '../../anthropic/request.ts';
import { toolNames } from '../tool-names.ts';

/** Returns the mapping. An undeclared name passes unchanged, with a note: the client reports it to the model. */
export function clientToolNames(
  tools: readonly Tool[] | undefined,
  emit: (remark: Remark) => void,
): (name: string) => string {
  const names = toolNames(tools);
  const declared = new Set(tools?.map(({ name }) => name));
  return (name) => {
    const known = names.toClient(name);
    if (!declared.has(known))
      emit({ type: 'note', text: `a call of an undeclared tool: ${nameForLog(known)}` });
    return known;
  };
}
