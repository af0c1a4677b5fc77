/**
 * Leaves out what other servers ran themselves. Claude refuses a conversation with it: its own calls have ids of their own
 * ("server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'", decolua/9router#3685), and the pages of its
 * search are encrypted.
 */
import type { ContentBlock } from '../../anthropic/request.ts';
import { toArray, toObject, toText, type Json } from '../../json.ts';

const ownId = /^srvtoolu_[A-Za-z0-9_]+$/;

/** The same list if all calls in it are Claude's. */
export function withoutForeignServerCalls(blocks: ContentBlock[]): ContentBlock[] {
  const foreign = new Set(blocks.filter(isForeign).map(idOf));
  return foreign.size === 0
    ? blocks
    : blocks.filter((block) => !isServerCall(block) || !foreign.has(idOf(block)));
}

function isServerCall({ type }: ContentBlock): boolean {
  return type === 'server_tool_use' || (type.endsWith('_tool_result') && type !== 'mcp_tool_result');
}

function idOf(block: ContentBlock): string {
  return toText(block.type === 'server_tool_use' ? block['id'] : block['tool_use_id']);
}

function isForeign(block: ContentBlock): boolean {
  if (!isServerCall(block)) return false;
  const pages = block.type === 'web_search_tool_result' ? toArray(block['content']) : [];
  return !ownId.test(idOf(block)) || pages.some((page: Json) => toObject(page)['encrypted_content'] === '');
}
