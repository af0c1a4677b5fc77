/**
 * One block of the conversation as this upstream may have it: ids by its rules, signatures only where they were made
 * (P9, P10), and for models other than Claude what only Anthropic's servers understand as plain text. A block that
 * needs no change is passed on as the very same object.
 */
import { argumentsText } from '../encode/history.ts';
import {
  blockText,
  documentBlocks,
  documentNote,
  imageNote,
  noOutput,
  unknownNote,
} from '../encode/notes.ts';
import { originOf, readSignature, upstreamToolId } from '../../anthropic/provenance.ts';
import {
  isBlock,
  toBlocks,
  type ContentBlock,
  type RedactedThinkingBlock,
  type ThinkingBlock,
  type ToolResultBlock,
  type ToolUseBlock,
} from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { isObject, toText } from '../../json.ts';
import type { Route } from '../codec.ts';

/** The blocks that stand for `block`; none when it must not be sent. */
export function toUpstream(block: ContentBlock, route: Route): ContentBlock[] {
  if (isBlock(block, 'text')) return isBlank(toText(block.text)) ? [] : [core(block, route)];
  if (isBlock(block, 'thinking')) return thinking(block, route).map((kept) => core(kept, route));
  if (isBlock(block, 'redacted_thinking')) return redacted(block, route);
  if (isBlock(block, 'tool_use')) return [core(toolUse(block, route), route)];
  if (isBlock(block, 'tool_result')) return [core(toolResult(block, route), route)];
  return route.quirks.betas ? [block] : foreign(block, route).map((kept) => core(kept, route));
}

function originOfRoute({ format, provider, modelId }: Route): string {
  return originOf({ format, provider, modelId });
}

/**
 * A signature goes back to the origin that made it. Anywhere else the thinking is left out, or stays with an empty
 * signature where the upstream takes that; Claude's own signatures are untagged and go to Claude alone.
 */
function thinking(block: ThinkingBlock, route: Route): ThinkingBlock[] {
  const { genuineSignatures, unsignedThinking } = route.quirks;
  const signature = toText(block.signature);
  const made = readSignature(signature);
  const own = made ? made.origin === originOfRoute(route) : genuineSignatures;
  const restored = own ? (made?.payload ?? signature) : '';
  if (restored !== '') return [restored === signature ? block : { ...block, signature: restored }];
  if (!unsignedThinking || isBlank(toText(block.thinking))) return [];
  return [signature === '' && block.signature === '' ? block : { ...block, signature: '' }];
}

function redacted(block: RedactedThinkingBlock, route: Route): RedactedThinkingBlock[] {
  const made = readSignature(toText(block.data));
  if (!made) return route.quirks.genuineSignatures ? [block] : [];
  return made.origin === originOfRoute(route) ? [{ ...block, data: made.payload }] : [];
}

function toId(id: unknown, route: Route): string {
  const { quirks } = route;
  return upstreamToolId(toText(id), { max: quirks.toolIdMax, nine: quirks.toolIds === 'mistral' }, route);
}

function toolUse(block: ToolUseBlock, route: Route): ToolUseBlock {
  const id = toId(block.id, route);
  // MiniMax refuses arguments that are no object: "invalid function arguments json string".
  const broken = !route.quirks.betas && !isObject(block.input);
  if (id === block.id && !broken) return block;
  return { ...block, id, ...(broken && { input: JSON.parse(argumentsText(block.input)) as unknown }) };
}

function toolResult(block: ToolResultBlock, route: Route): ToolResultBlock {
  const id = toId(block.tool_use_id, route);
  const content = resultContent(block, route);
  if (id === block.tool_use_id && content === block.content) return block;
  return { ...block, tool_use_id: id, ...(content !== undefined && { content }) };
}

function resultContent({ content }: ToolResultBlock, route: Route): ToolResultBlock['content'] {
  const blocks = Array.isArray(content) ? shared(content, route) : content;
  if (route.quirks.betas || toBlocks(blocks).length > 0) return blocks;
  return noOutput;
}

/** `blocks` as the upstream may have them; the same array when nothing in it changes. */
export function shared(blocks: ContentBlock[], route: Route): ContentBlock[] {
  const sent = blocks.flatMap((block) => toUpstream(block, route));
  return sent.length === blocks.length && sent.every((block, at) => block === blocks[at]) ? blocks : sent;
}

/** Media and special blocks for a model that is not Claude. */
function foreign(block: ContentBlock, route: Route): ContentBlock[] {
  if (isBlock(block, 'image')) return route.images ? [block] : [words(imageNote(block), block)];
  if (isBlock(block, 'document')) {
    if (route.documents) return [block];
    const inner = documentBlocks(block);
    return inner?.flatMap((part) => toUpstream(part, route)) ?? [words(documentNote(block), block)];
  }
  const text = blockText(block);
  if (text !== undefined) return isBlank(text) ? [] : [words(text, block)];
  // Calls that Anthropic's servers answered themselves: nobody else can pair them.
  if (/^server_tool_use$|_tool_result$/.test(block.type)) return [];
  return route.quirks.strictBody ? [words(unknownNote(block), block)] : [block];
}

function words(text: string, { cache_control: marker }: ContentBlock): ContentBlock {
  return { type: 'text', text, ...(isObject(marker) && { cache_control: marker }) };
}

/** Fields of Anthropic's core, by block; a strict validator refuses every other ("Extra inputs are not permitted"). */
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

/** The object with some of its fields alone; the same object when it has no others. */
export function pick<T extends object>(object: T, fields: readonly string[]): T {
  if (Object.keys(object).every((key) => fields.includes(key))) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => fields.includes(key))) as T;
}
