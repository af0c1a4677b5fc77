/**
 * Converts a content block for an upstream with the Messages format: rewrites ids (P9), sends signatures to their origin
 * only (P10), and replaces Anthropic-only blocks by text for other models. Returns the same object for an unchanged block.
 */
import { fieldsOf } from '../encode/attachments.ts';
import { argumentsText } from '../encode/history.ts';
import {
  blockText,
  documentBlocks,
  documentNote,
  imageNote,
  noOutput,
  unknownNote,
} from '../encode/notes.ts';
import { originOf, readSignature } from '../../anthropic/provenance.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type RedactedThinkingBlock,
  type TextBlock,
  type ThinkingBlock,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { isObject, toText } from '../../json.ts';
import type { Route } from '../codec.ts';
import { withoutDetail } from '../image-detail.ts';
import { toUpstreamId } from '../tool-ids.ts';
import { withoutForeignServerCalls } from './server-calls.ts';

/** The blocks to send for `block`; none if it must be omitted. */
export function toUpstream(block: ContentBlock, route: Route): ContentBlock[] {
  if (isBlock(block, 'text'))
    return isBlank(toText(block.text)) ? [] : [core(withoutNoCitations(block, route), route)];
  if (isBlock(block, 'thinking')) return thinking(block, route).map((kept) => core(kept, route));
  if (isBlock(block, 'redacted_thinking')) return redacted(block, route);
  if (isBlock(block, 'tool_use')) return [core(toolUse(block, route), route)];
  if (isBlock(block, 'tool_result')) return [core(toolResult(block, route), route)];
  const known = withoutDetail(block);
  return route.quirks.betas ? [known] : withoutClaudeOnly(known, route).map((kept) => core(kept, route));
}

function originOfRoute({ format, provider, modelId }: Route): string {
  return originOf({ format, provider, modelId });
}

/**
 * A signature is sent to its origin only, and so is thinking that its origin sent without one, unless it checks signatures.
 * For any other upstream the thinking is omitted, or sent with an empty signature where the upstream accepts that. Claude's
 * own signatures have no tag and are sent to Claude only.
 */
function thinking(block: ThinkingBlock, route: Route): ThinkingBlock[] {
  const { genuineSignatures, unsignedThinking } = route.quirks;
  const signature = toText(block.signature);
  const tag = readSignature(signature);
  const own = tag ? tag.origin === originOfRoute(route) : genuineSignatures;
  const restored = own ? (tag?.payload ?? signature) : '';
  if (restored !== '') return [restored === signature ? block : { ...block, signature: restored }];
  const accepted = unsignedThinking || (tag !== undefined && own && !genuineSignatures);
  if (!accepted || isBlank(toText(block.thinking))) return [];
  const unsigned = signature === '' && block.signature === '' ? block : { ...block, signature: '' };
  // Another upstream may have attached other fields (P11).
  return [tag && !own ? pick(unsigned, ['type', 'thinking', 'signature']) : unsigned];
}

function redacted(block: RedactedThinkingBlock, route: Route): RedactedThinkingBlock[] {
  const tag = readSignature(toText(block.data));
  if (!tag) return route.quirks.genuineSignatures ? [block] : [];
  return tag.origin === originOfRoute(route) ? [{ ...block, data: tag.payload }] : [];
}

/** The call with what this upstream attached to it (P11), and without what another one did. */
function toolUse(call: ToolUseBlock, route: Route): ToolUseBlock {
  const block = withOwnFields(call, route);
  const id = toUpstreamId(block.id, route);
  // Every server rejects arguments that are not an object. Those of clients of other formats may be a text.
  const broken = !isObject(block.input);
  if (id === block.id && !broken) return block;
  return { ...block, id, ...(broken && { input: JSON.parse(argumentsText(block.input)) as unknown }) };
}

function withOwnFields(call: ToolUseBlock, { quirks }: Route): ToolUseBlock {
  const { outer, foreign } = fieldsOf(call);
  // Claude attaches `caller` to its calls.
  const others = quirks.betas ? foreign : [...foreign, 'caller'];
  const isOther = (name: string): boolean => others.includes(name) && !(name in outer);
  const isMissing = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(call[name]) !== JSON.stringify(value);
  if (!Object.keys(call).some(isOther) && !Object.entries(outer).some(isMissing)) return call;
  const kept = Object.entries(call).filter(([name]) => !isOther(name));
  return { ...(Object.fromEntries(kept) as ToolUseBlock), ...outer };
}

function toolResult(block: ToolResultBlock, route: Route): ToolResultBlock {
  const id = toUpstreamId(block.tool_use_id, route);
  const content = resultContent(block, route);
  if (id === block.tool_use_id && content === block.content) return block;
  return { ...block, tool_use_id: id, ...(content !== undefined && { content }) };
}

function resultContent({ content }: ToolResultBlock, route: Route): ToolResultBlock['content'] {
  const blocks = Array.isArray(content) ? toUpstreamBlocks(content, route) : content;
  if (route.quirks.betas || toBlocks(blocks).length > 0) return blocks;
  return noOutput;
}

/** Converts all blocks. Returns the same array if nothing changes. */
export function toUpstreamBlocks(blocks: ContentBlock[], route: Route): ContentBlock[] {
  const own = route.quirks.genuineSignatures ? withoutForeignServerCalls(blocks) : blocks;
  const sent = own.flatMap((block) => toUpstream(block, route));
  return sent.length === blocks.length && sent.every((block, at) => block === blocks[at]) ? blocks : sent;
}

/** Converts media and Anthropic-only blocks for a model other than Claude. */
function withoutClaudeOnly(block: ContentBlock, route: Route): ContentBlock[] {
  if (isBlock(block, 'image')) return route.images ? [block] : [textBlock(imageNote(block), block)];
  if (isBlock(block, 'document')) {
    if (route.documents) return [block];
    const inner = documentBlocks(block);
    return inner?.flatMap((part) => toUpstream(part, route)) ?? [textBlock(documentNote(block), block)];
  }
  const text = blockText(block);
  if (text !== undefined) return isBlank(text) ? [] : [textBlock(text, block)];
  // Calls that Anthropic's servers executed, and their results, mean nothing to other servers.
  if (/^server_tool_use$|_tool_result$/.test(block.type)) return [];
  return route.quirks.strictBody ? [textBlock(unknownNote(block), block)] : [block];
}

/** Whole answers have `citations: null` in each text, which only Claude is known to accept. */
function withoutNoCitations(block: TextBlock, { quirks }: Route): TextBlock {
  const { citations, ...rest } = block;
  return citations === null && !quirks.betas ? rest : block;
}

/** A text block with the cache marker of the block that it replaces. */
function textBlock(text: string, { cache_control: marker }: ContentBlock): ContentBlock {
  return { type: 'text', text, ...(isObject(marker) && { cache_control: marker }) };
}

/** The core fields of each block type. A strict validator rejects any other ("Extra inputs are not permitted"). */
const coreFields: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'cache_control'],
  image: ['type', 'source', 'cache_control'],
  document: ['type', 'source', 'title', 'context', 'cache_control'],
  thinking: ['type', 'thinking', 'signature'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
};

function core<B extends ContentBlock>(block: B, { quirks }: Route): B {
  const fields = coreFields[block.type];
  if (!quirks.strictBody || !fields) return block;
  return pick(block, fields);
}

/** A copy of the object with these fields only; the object itself if it has no others. */
export function pick<T extends object>(object: T, fields: readonly string[]): T {
  if (Object.keys(object).every((key) => fields.includes(key))) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => fields.includes(key))) as T;
}
